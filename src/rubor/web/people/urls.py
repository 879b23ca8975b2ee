"""Addresses of the app `people`."""

from __future__ import annotations

from django.urls import path

from rubor.web.people import views

app_name = "people"
urlpatterns = [
    path("", views.placeholder, name="home"),
    path("start/", views.placeholder, name="start"),
    path("start/demo/", views.placeholder, name="start_demo"),
    path("settings/", views.placeholder, name="settings"),
    path("person/", views.placeholder, name="switch"),
]
