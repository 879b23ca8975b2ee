"""Addresses of the app `archive`."""

from __future__ import annotations

from django.urls import path

from rubor.web.archive import delete_views, export_views, import_views, overview_views

app_name = "archive"
urlpatterns = [
    path("", overview_views.overview, name="overview"),
    path("sizes/", overview_views.sizes, name="sizes"),
    path("export/", export_views.export, name="export"),
    path("export/download/", export_views.download, name="download"),
    path("import/", import_views.import_page, name="import"),
    path("import/begin/", import_views.begin, name="import_begin"),
    path("import/<uuid:incoming>/chunks/<int:number>/", import_views.chunk, name="import_chunk"),
    path("import/<uuid:incoming>/finish/", import_views.finish, name="import_finish"),
    path("import/<uuid:incoming>/start/", import_views.start, name="import_start"),
    path("import/<uuid:incoming>/discard/", import_views.discard, name="import_discard"),
    path("delete/", delete_views.delete, name="delete"),
]
