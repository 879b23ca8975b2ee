"""Answers to the questionnaire."""

from __future__ import annotations

import uuid

from django.db import models

__all__ = ["AnswerSheet"]


class AnswerSheet(models.Model):
    """One round of answers.

    Attributes:
        questionnaire: id and version, such as "rubor.suitability/1".
        answers: by question, as `rubor.pathway.check_answers` takes them.
        position: id of the question that was shown last.
        finished_at: when the advice was asked for; None while it is being filled in.
        advice: the library's own document (`rubor.suitability/1`) of that moment.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    person = models.ForeignKey(
        "people.Person", on_delete=models.CASCADE, related_name="answer_sheets"
    )
    questionnaire = models.CharField(max_length=60)
    answers = models.JSONField(default=dict)
    position = models.CharField(max_length=60, blank=True)
    finished_at = models.DateTimeField(null=True)
    advice = models.JSONField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ("-created_at",)
