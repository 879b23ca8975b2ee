"""Addresses that a phone with a code reaches."""

from __future__ import annotations

from django.urls import path

from rubor.web.recordings import phone_views

app_name = "phone"
urlpatterns = [
    path("<str:secret>/", phone_views.hand_in, name="hand_in"),
    path("<str:secret>/begin/", phone_views.begin, name="begin"),
    path("<str:secret>/<uuid:recording>/chunks/", phone_views.received, name="received"),
    path("<str:secret>/<uuid:recording>/chunks/<int:number>/", phone_views.chunk, name="chunk"),
    path("<str:secret>/<uuid:recording>/marks/", phone_views.marks, name="marks"),
    path("<str:secret>/<uuid:recording>/finish/", phone_views.finish, name="finish"),
]
