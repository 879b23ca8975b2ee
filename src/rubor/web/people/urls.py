"""Addresses of the start, the settings and the overview."""

from __future__ import annotations

from django.urls import path

from rubor.web.people import timeline_views, views

app_name = "people"
urlpatterns = [
    path("", timeline_views.home, name="home"),
    path("start/", views.start, name="start"),
    path("start/demo/", views.start_demo, name="start_demo"),
    path("settings/", views.settings, name="settings"),
    path("person/", views.switch, name="switch"),
]
