"""Addresses of the app `recordings`."""

from __future__ import annotations

from django.urls import path

from rubor.web.recordings import (
    compare_views,
    delete_views,
    edit_views,
    list_views,
    phone_views,
    receive_views,
    record_views,
    show_views,
    upload_views,
)

app_name = "recordings"
urlpatterns = [
    path("", list_views.recording_list, name="list"),
    path("new/", upload_views.new, name="new"),
    path("record/", record_views.record, name="record"),
    path("record/set-up-check/", record_views.set_up_check, name="set_up_check"),
    path("record/skin-tone/", record_views.declare_skin_tone, name="declare_skin_tone"),
    path("upload/", upload_views.upload, name="upload"),
    path("compare/", compare_views.compare, name="compare"),
    path("begin/", receive_views.begin, name="begin"),
    path("path-check/", record_views.path_check, name="path_check"),
    path("phone/", phone_views.code, name="phone"),
    path("<uuid:recording>/", show_views.show, name="show"),
    path("<uuid:recording>/chunks/", receive_views.received, name="received"),
    path("<uuid:recording>/chunks/<int:number>/", receive_views.chunk, name="chunk"),
    path("<uuid:recording>/marks/", receive_views.marks, name="marks"),
    path("<uuid:recording>/finish/", receive_views.finish, name="finish"),
    path("<uuid:recording>/curves.json", show_views.curves, name="curves"),
    path("<uuid:recording>/face-map.json", show_views.face_map, name="face_map"),
    path("<uuid:recording>/traces.csv", show_views.traces, name="traces"),
    path("<uuid:recording>/summary.json", show_views.summary, name="summary"),
    path("<uuid:recording>/edit/", edit_views.edit, name="edit"),
    path("<uuid:recording>/delete/", delete_views.delete, name="delete"),
]
