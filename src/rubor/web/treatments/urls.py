"""Addresses of the app `treatments`."""

from __future__ import annotations

from django.urls import path

from rubor.web.treatments import catalogue_views, list_views, log_views, show_views, smile_views

app_name = "treatments"
urlpatterns = [
    path("", list_views.treatment_list, name="list"),
    path("new/", log_views.new, name="new"),
    path("catalogue/", catalogue_views.catalogue, name="catalogue"),
    path("catalogue/<slug:kind>/", catalogue_views.catalogue_entry, name="catalogue_entry"),
    path("catalogue/<slug:kind>/sheet/", catalogue_views.information, name="information"),
    path(
        "catalogue/<slug:kind>/sheet.pdf", catalogue_views.information_pdf, name="information_pdf"
    ),
    path("smile/", smile_views.smile, name="smile"),
    path("smile/new/", smile_views.new, name="smile_new"),
    path("smile/measure/", smile_views.measure, name="smile_measure"),
    path("smile/<uuid:recording>/", smile_views.show, name="smile_show"),
    path("<uuid:treatment>/", show_views.show, name="show"),
    path("<uuid:treatment>/follow-up.ics", show_views.calendar, name="calendar"),
    path("<uuid:treatment>/edit/", log_views.edit, name="edit"),
    path("<uuid:treatment>/delete/", log_views.delete, name="delete"),
]
