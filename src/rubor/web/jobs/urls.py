"""Addresses of the app `jobs`."""

from __future__ import annotations

from django.urls import path

from rubor.web.jobs import views

app_name = "jobs"
urlpatterns = [
    path("<uuid:job>/", views.placeholder, name="status"),
    path("<uuid:job>/cancel/", views.placeholder, name="cancel"),
    path("<uuid:job>/retry/", views.placeholder, name="retry"),
]
