"""Addresses of the app `treatments`."""

from __future__ import annotations

from django.urls import path

from rubor.web.treatments import views

app_name = "treatments"
urlpatterns = [
    path("", views.placeholder, name="list"),
    path("new/", views.placeholder, name="new"),
    path("catalogue/", views.placeholder, name="catalogue"),
    path("catalogue/<slug:kind>/", views.placeholder, name="catalogue_entry"),
    path("smile/", views.placeholder, name="smile"),
    path("<uuid:treatment>/", views.placeholder, name="show"),
    path("<uuid:treatment>/follow-up.ics", views.placeholder, name="calendar"),
    path("<uuid:treatment>/delete/", views.placeholder, name="delete"),
]
