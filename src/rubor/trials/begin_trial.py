"""Begin a trial: fix what is compared, and let chance decide what is treated."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Final, Literal

from rubor.errors import InputError
from rubor.trials.assignment import Draw, draw_pairs, draw_side, draw_start_date
from rubor.trials.compared_area import compared_cells, compared_regions
from rubor.trials.comparison_rules import Window, usual_window
from rubor.trials.response_table import Design
from rubor.trials.trial import Trial, TrialEvent

__all__ = ["SEED_BITS", "USUAL_PAIRS", "begin_trial", "draw_like", "new_seed"]

SEED_BITS: Final = 48
"""Small enough that every program reads a seed exactly from JSON."""
USUAL_PAIRS: Final = 6


def new_seed() -> int:
    """A seed from the system's source of randomness."""
    return secrets.randbits(SEED_BITS)


def begin_trial(
    name: str,
    design: Design,
    treatment: str,
    *,
    smallest_effect: float,
    seed: int,
    now: datetime,
    regions: Sequence[str] = ("cheek",),
    cells: Sequence[str] | None = None,
    window: Window | None = None,
    start_dates: Sequence[date] | None = None,
    alternate: Literal["side", "day"] = "side",
    pairs: int | None = None,
    blinded: bool = False,
) -> Trial:
    """A trial with all that is fixed beforehand.

    Args:
        name: what the person calls it.
        design: split-face, before-after or alternating.
        treatment: name in `rubor.treatments`, or "other".
        smallest_effect: the reduction that matters, as a share.
        seed: of the draw, see `new_seed`.
        now: with its time zone.
        regions: that are compared, without their side.
        cells: in place of regions, the treated cells of the face.
        window: when recordings count; None for the usual one of the treatment.
        start_dates: before-after: candidate days of the treatment, of which one is drawn.
        alternate: alternating: whether sides or days are drawn in pairs.
        pairs: alternating: how many; None for 6.
        blinded: whether what was drawn stays hidden until it is asked for.

    Raises:
        InputError: parts that do not fit together.

    >>> at = datetime.fromisoformat("2026-01-05T09:00+00:00")
    >>> trial = begin_trial(
    ...     "patch", "split-face", "botulinum_toxin", smallest_effect=0.25, seed=7, now=at
    ... )
    >>> trial.assignment.drawn, [event.kind for event in trial.events]
    (('right',), ['created', 'drawn'])
    """
    if start_dates is not None and design != "before-after":
        raise InputError("Only a before-after trial draws its start.", "Leave the dates out.")
    if pairs is not None and design != "alternating":
        raise InputError("Only an alternating trial has pairs.", "Leave their number out.")
    between = design == "split-face" or (design == "alternating" and alternate == "side")
    compared = (
        compared_regions(regions, between_sides=between)
        if cells is None
        else compared_cells(cells, between_sides=between)
    )
    drawn: Draw | None = None
    if design == "split-face":
        drawn = draw_side(seed, now)
    elif design == "alternating":
        kind: Literal["pairs of sides", "pairs of days"] = (
            "pairs of sides" if alternate == "side" else "pairs of days"
        )
        drawn = draw_pairs(kind, USUAL_PAIRS if pairs is None else pairs, seed, now)
    elif start_dates is not None:
        drawn = draw_start_date(start_dates, seed, now)
    events = [TrialEvent("created", now)]
    if drawn is not None:
        events.append(TrialEvent("drawn", now, drawn.reason))
    return Trial(
        name=name,
        design=design,
        treatment=treatment,
        compared=compared,
        smallest_effect=smallest_effect,
        window=usual_window(treatment) if window is None else window,
        blinded=blinded,
        draws=() if drawn is None else (drawn,),
        events=tuple(events),
    )


def draw_like(earlier: Draw, seed: int, now: datetime, reason: str) -> Draw:
    """A new draw of the same kind among the same candidates, with the reason why the first falls."""
    if earlier.kind == "side":
        again = draw_side(seed, now)
    elif earlier.kind == "start date":
        again = draw_start_date([date.fromisoformat(day) for day in earlier.candidates], seed, now)
    else:
        again = draw_pairs(earlier.kind, len(earlier.drawn) // 2, seed, now)
    return replace(again, reason=reason)
