"""Tokens that open the app once, or let a phone hand in files for some minutes."""

from __future__ import annotations

from django.db import models

__all__ = ["Token"]


class Token(models.Model):
    """A secret that was handed out; only its hash is stored.

    `kind` is "open" (used once, opens the app) or "phone" (until it expires, hands in files for one
    person).
    """

    KINDS = (("open", "open"), ("phone", "phone"))

    hash = models.CharField(max_length=64, unique=True)
    kind = models.CharField(max_length=8, choices=KINDS)
    person = models.ForeignKey("people.Person", null=True, on_delete=models.CASCADE)
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)
