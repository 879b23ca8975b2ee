"""Addresses of the app `diary`."""

from __future__ import annotations

from django.urls import path

from rubor.web.diary import entry_views, list_views

app_name = "diary"
urlpatterns = [
    path("", list_views.diary, name="list"),
    path("new/", entry_views.new, name="new"),
    path("undo/", entry_views.undo, name="undo"),
    path("<uuid:entry>/", entry_views.show, name="show"),
    path("<uuid:entry>/edit/", entry_views.edit, name="edit"),
    path("<uuid:entry>/delete/", entry_views.delete, name="delete"),
]
