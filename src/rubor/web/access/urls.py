"""Address that opens the app."""

from __future__ import annotations

from django.urls import path

from rubor.web.access import views

app_name = "access"
urlpatterns = [path("open/<str:secret>/", views.open_app, name="open")]
