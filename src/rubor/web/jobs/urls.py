"""Addresses of the app `jobs`."""

from __future__ import annotations

from django.urls import path

from rubor.web.jobs import views

app_name = "jobs"
urlpatterns = [
    path("<uuid:job>/", views.status, name="status"),
    path("<uuid:job>/cancel/", views.cancel, name="cancel"),
    path("<uuid:job>/retry/", views.retry, name="retry"),
]
