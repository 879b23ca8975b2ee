"""Hand out tokens and accept them."""

from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta
from typing import TYPE_CHECKING, Final, Literal

from django.utils import timezone

from rubor.web.access.models import Token

if TYPE_CHECKING:
    from rubor.web.people.models import Person

__all__ = ["OPENED", "OPEN_FOR", "PHONE_FOR", "hand_out", "phone_token", "use_once"]

OPENED: Final = "opened"
"""Key in the session of a browser that came with a token."""
OPEN_FOR: Final = timedelta(minutes=15)
PHONE_FOR: Final = timedelta(minutes=20)


def hand_out(
    kind: Literal["open", "phone"], lasts: timedelta = OPEN_FOR, person: Person | None = None
) -> str:
    """Make a token; the secret itself is known to the caller only."""
    secret = secrets.token_urlsafe(32)
    Token.objects.filter(expires_at__lt=timezone.now()).delete()
    Token.objects.create(
        hash=_hash(secret), kind=kind, person=person, expires_at=timezone.now() + lasts
    )
    return secret


def use_once(secret: str) -> bool:
    """Whether the secret opens the app; after that it opens nothing any more."""
    # A conditional update, so that of two requests with one token only one opens.
    now = timezone.now()
    fresh = Token.objects.filter(
        hash=_hash(secret), kind="open", used_at__isnull=True, expires_at__gt=now
    )
    return fresh.update(used_at=now) == 1


def phone_token(secret: str) -> Token | None:
    """The phone token of a secret, if it has not expired."""
    return (
        Token.objects.filter(hash=_hash(secret), kind="phone", expires_at__gt=timezone.now())
        .select_related("person")
        .first()
    )


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
