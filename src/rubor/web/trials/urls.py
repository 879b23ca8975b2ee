"""Addresses of the app `trials`."""

from __future__ import annotations

from django.urls import path

from rubor.web.trials import views

app_name = "trials"
urlpatterns = [
    path("", views.placeholder, name="list"),
    path("new/", views.placeholder, name="new"),
    path("planner/", views.placeholder, name="planner"),
    path("<uuid:trial>/", views.placeholder, name="show"),
    path("<uuid:trial>/add/<uuid:recording>/", views.placeholder, name="add"),
    path("<uuid:trial>/treated/", views.placeholder, name="treated"),
    path("<uuid:trial>/verdict/", views.placeholder, name="verdict"),
]
