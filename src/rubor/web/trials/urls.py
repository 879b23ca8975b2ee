"""Addresses of the trials."""

from __future__ import annotations

from django.urls import path

from rubor.web.trials import change_views, planner_views, verdict_views, views

app_name = "trials"
urlpatterns = [
    path("", views.trial_list, name="list"),
    path("new/", views.new, name="new"),
    path("planner/", planner_views.planner, name="planner"),
    path("<uuid:trial>/", views.show, name="show"),
    path("<uuid:trial>/add/<uuid:recording>/", change_views.add, name="add"),
    path("<uuid:trial>/pass-over/<uuid:recording>/", change_views.pass_over, name="pass_over"),
    path("<uuid:trial>/treated/", change_views.treated, name="treated"),
    path("<uuid:trial>/correct/", change_views.correct, name="correct"),
    path("<uuid:trial>/leave-out/", change_views.leave_out_session, name="leave_out"),
    path("<uuid:trial>/reveal/", change_views.reveal_draw, name="reveal"),
    path("<uuid:trial>/draw-again/", change_views.draw_again_view, name="draw_again"),
    path("<uuid:trial>/end/", change_views.end, name="end"),
    path("<uuid:trial>/delete/", change_views.delete, name="delete"),
    path("<uuid:trial>/verdict/", verdict_views.verdict, name="verdict"),
    path("<uuid:trial>/verdict/<str:kind>", verdict_views.download, name="download"),
]
