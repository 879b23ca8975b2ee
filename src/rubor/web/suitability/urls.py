"""Addresses of the questionnaire and its advice."""

from __future__ import annotations

from django.urls import path

from rubor.web.suitability import views

app_name = "suitability"
urlpatterns = [
    path("", views.start, name="start"),
    path("question/<slug:question>/", views.question, name="question"),
    path("review/", views.review, name="review"),
    path("advice/<uuid:sheet>/", views.advice, name="advice"),
    path("advice/<uuid:sheet>/delete/", views.delete, name="delete"),
]
