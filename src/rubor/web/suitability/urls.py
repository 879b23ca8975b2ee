"""Addresses of the app `suitability`."""

from __future__ import annotations

from django.urls import path

from rubor.web.suitability import views

app_name = "suitability"
urlpatterns = [
    path("", views.placeholder, name="start"),
    path("question/<slug:question>/", views.placeholder, name="question"),
    path("advice/<uuid:sheet>/", views.placeholder, name="advice"),
]
