"""Who decides what is treated: a draw that anyone can repeat from its seed.

The number with index i of a draw is the SHA-256 sum of "rubor/SEED/i", taken as a whole number, so
that a draw does not hang on any library's generator and can be checked with other tools.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final, Literal, get_args

from rubor.errors import InputError

__all__ = ["SIDES", "Draw", "DrawKind", "draw_pairs", "draw_side", "draw_start_date"]

DrawKind = Literal["side", "start date", "pairs of sides", "pairs of days"]

SIDES: Final = ("left", "right")
_DAYS: Final = ("treated", "untreated")
# Enough pairs for years of topical treatment.
_MOST_PAIRS = 200


@dataclass(frozen=True)
class Draw:
    """One draw, with all that is needed to repeat it.

    Attributes:
        kind: what was drawn: the side of a split face, the date of a treatment, or for each pair of
            occasions which comes first.
        candidates: what it could have been.
        drawn: what it is: one of the candidates, or in pairs each of them once.
        seed: of the numbers.
        drawn_at: when, with its time zone.
        reason: why it was drawn; says of a second draw why the first one does not stand.

    Raises:
        InputError: what is said to be drawn does not follow from the seed.

    >>> draw_side(7, datetime.fromisoformat("2026-01-05T09:00+00:00")).drawn
    ('right',)
    """

    kind: DrawKind
    candidates: tuple[str, ...]
    drawn: tuple[str, ...]
    seed: int
    drawn_at: datetime
    reason: str = "first draw"

    def __post_init__(self) -> None:
        if self.kind not in get_args(DrawKind):
            raise InputError(
                f"{self.kind!r} is no kind of draw.",
                f"It is one of {', '.join(get_args(DrawKind))}.",
            )
        if self.drawn_at.tzinfo is None:
            raise InputError("The time of a draw has no time zone.", "Give it with its offset.")
        if self.drawn != _drawn(self.kind, self.candidates, len(self.drawn), self.seed):
            raise InputError(
                f"The {self.kind} that is stored does not follow from its seed {self.seed}.",
                "The draw was changed by hand: begin a new trial.",
            )


def draw_side(seed: int, at: datetime, reason: str = "first draw") -> Draw:
    """Draw the side that is treated."""
    return Draw("side", SIDES, _drawn("side", SIDES, 1, seed), seed, at, reason)


def draw_start_date(
    candidates: Sequence[date], seed: int, at: datetime, reason: str = "first draw"
) -> Draw:
    """Draw the date of the treatment among candidates.

    The more candidates there are, the less likely an effect that begins on that very date is chance:
    among n it is 1 / n.

    Raises:
        InputError: fewer than two different dates, or not in order.

    >>> at = datetime.fromisoformat("2026-01-05T09:00+00:00")
    >>> draw_start_date([date(2026, 2, 2), date(2026, 2, 9), date(2026, 2, 16)], 1, at).drawn
    ('2026-02-02',)
    """
    if len(candidates) < 2 or list(candidates) != sorted(set(candidates)):
        raise InputError(
            "A start date is drawn among at least two different dates, in order.",
            "Give dates such as 2026-02-02,2026-02-09,2026-02-16.",
        )
    names = tuple(day.isoformat() for day in candidates)
    return Draw("start date", names, _drawn("start date", names, 1, seed), seed, at, reason)


def draw_pairs(
    kind: Literal["pairs of sides", "pairs of days"],
    pairs: int,
    seed: int,
    at: datetime,
    reason: str = "first draw",
) -> Draw:
    """Draw for each pair of occasions which side, or which of two days, comes first.

    Raises:
        InputError: no pairs, or very many.

    >>> at = datetime.fromisoformat("2026-01-05T09:00+00:00")
    >>> draw_pairs("pairs of days", 2, 5, at).drawn
    ('treated', 'untreated', 'treated', 'untreated')
    """
    if not 1 <= pairs <= _MOST_PAIRS:
        raise InputError(
            f"{pairs} pairs cannot be drawn.",
            f"Give 1 to {_MOST_PAIRS}; five or more pairs can reach a small probability of chance.",
        )
    candidates = SIDES if kind == "pairs of sides" else _DAYS
    return Draw(kind, candidates, _drawn(kind, candidates, 2 * pairs, seed), seed, at, reason)


def _drawn(kind: DrawKind, candidates: tuple[str, ...], count: int, seed: int) -> tuple[str, ...]:
    """What a seed gives: one candidate, or for pairs each candidate once in every two."""
    if not candidates or len(set(candidates)) != len(candidates):
        raise InputError("A draw needs different candidates.", "Name each candidate once.")
    if kind in ("side", "start date"):
        return (candidates[_number(seed, 0) % len(candidates)],)
    if len(candidates) != 2 or count % 2:
        raise InputError("Pairs are drawn between two.", "Give two candidates and whole pairs.")
    drawn: list[str] = []
    for pair in range(count // 2):
        first = candidates if _number(seed, pair) % 2 == 0 else candidates[::-1]
        drawn += first
    return tuple(drawn)


def _number(seed: int, index: int) -> int:
    digest = hashlib.sha256(f"rubor/{seed}/{index}".encode("ascii")).digest()
    return int.from_bytes(digest, "big")
