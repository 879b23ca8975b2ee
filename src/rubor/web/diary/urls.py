"""Addresses of the app `diary`."""

from __future__ import annotations

from django.urls import path

from rubor.web.diary import views

app_name = "diary"
urlpatterns = [
    path("", views.placeholder, name="list"),
    path("new/", views.placeholder, name="new"),
    path("<uuid:entry>/delete/", views.placeholder, name="delete"),
]
