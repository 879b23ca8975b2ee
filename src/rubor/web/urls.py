"""Addresses: each app has its own, under the word that people see."""

from __future__ import annotations

from django.urls import include, path

urlpatterns = [
    path("", include("rubor.web.people.urls")),
    path("", include("rubor.web.access.urls")),
    path("suitability/", include("rubor.web.suitability.urls")),
    path("recordings/", include("rubor.web.recordings.urls")),
    path("phone/", include("rubor.web.recordings.phone_urls")),
    path("jobs/", include("rubor.web.jobs.urls")),
    path("trials/", include("rubor.web.trials.urls")),
    path("treatments/", include("rubor.web.treatments.urls")),
    path("diary/", include("rubor.web.diary.urls")),
    path("data/", include("rubor.web.archive.urls")),
]
handler404 = "rubor.web.access.views.not_found"
handler500 = "rubor.web.access.views.server_error"
