"""Addresses of the app `archive`."""

from __future__ import annotations

from django.urls import path

from rubor.web.archive import views

app_name = "archive"
urlpatterns = [
    path("", views.placeholder, name="overview"),
    path("export/", views.placeholder, name="export"),
    path("import/", views.placeholder, name="import"),
    path("delete/", views.placeholder, name="delete"),
]
