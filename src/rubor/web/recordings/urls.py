"""Addresses of the app `recordings`."""

from __future__ import annotations

from django.urls import path

from rubor.web.recordings import views

app_name = "recordings"
urlpatterns = [
    path("", views.placeholder, name="list"),
    path("new/", views.placeholder, name="new"),
    path("record/", views.placeholder, name="record"),
    path("upload/", views.placeholder, name="upload"),
    path("compare/", views.placeholder, name="compare"),
    path("begin/", views.placeholder, name="begin"),
    path("path-check/", views.placeholder, name="path_check"),
    path("phone/", views.placeholder, name="phone"),
    path("<uuid:recording>/", views.placeholder, name="show"),
    path("<uuid:recording>/status/", views.placeholder, name="status"),
    path("<uuid:recording>/chunks/", views.placeholder, name="received"),
    path("<uuid:recording>/chunks/<int:number>/", views.placeholder, name="chunk"),
    path("<uuid:recording>/marks/", views.placeholder, name="marks"),
    path("<uuid:recording>/finish/", views.placeholder, name="finish"),
    path("<uuid:recording>/curves.json", views.placeholder, name="curves"),
    path("<uuid:recording>/face-map.json", views.placeholder, name="face_map"),
    path("<uuid:recording>/traces.csv", views.placeholder, name="traces"),
    path("<uuid:recording>/edit/", views.placeholder, name="edit"),
    path("<uuid:recording>/delete/", views.placeholder, name="delete"),
]
