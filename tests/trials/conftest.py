"""Trials and sessions to begin from; a test changes what it is about."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest

from rubor.trials.assignment import draw_pairs, draw_side
from rubor.trials.compared_area import compared_regions
from rubor.trials.comparison_rules import usual_window
from rubor.trials.trial import Conditions, Origin, Session, SideResponse, Trial

MADE_AT = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)


@pytest.fixture
def made_at() -> datetime:
    """When the trials here were begun."""
    return MADE_AT


@pytest.fixture
def split_face() -> Trial:
    """Split-face, the toxin, cheeks; seed 7 draws the right side."""
    return Trial(
        name="patch",
        design="split-face",
        treatment="botulinum_toxin",
        compared=compared_regions(["cheek"], between_sides=True),
        smallest_effect=0.25,
        window=usual_window("botulinum_toxin"),
        draws=(draw_side(7, MADE_AT),),
    )


@pytest.fixture
def before_after() -> Trial:
    """Before-after, the whole cheeks, start not drawn."""
    return Trial(
        name="cheeks",
        design="before-after",
        treatment="botulinum_toxin",
        compared=compared_regions(["cheek"], between_sides=False),
        smallest_effect=0.25,
        window=usual_window("botulinum_toxin"),
    )


@pytest.fixture
def alternating() -> Trial:
    """Four pairs of sides, a gel."""
    return Trial(
        name="gel",
        design="alternating",
        treatment="brimonidine",
        compared=compared_regions(["cheek"], between_sides=True),
        smallest_effect=0.25,
        window=usual_window("brimonidine"),
        draws=(draw_pairs("pairs of sides", 4, 11, MADE_AT),),
    )


@pytest.fixture
def origin() -> Origin:
    """Of an ordinary, accepted video."""
    return Origin(
        file="monday.mp4",
        sha256="0" * 64,
        method="redness-1",
        transfer="srgb",
        range="limited",
        matrix="bt709",
        width=1280,
        height=720,
        reference="background",
        skin_tone="light",
        mirrored=False,
        accepted=True,
        still_photo=False,
    )


@pytest.fixture
def session_on(origin: Origin) -> Callable[..., Session]:
    """`session_on("2026-01-10", phase="after")` is an ordinary session; each has its own file."""

    def make(day: str, **changes: Any) -> Session:
        values: dict[str, Any] = {
            "name": day,
            "date": date.fromisoformat(day),
            "phase": "before",
            "provocation": "blush",
            "responses": {side: SideResponse(0.3, 0.03) for side in ("left", "right", "whole")},
            "measure": "peak of blood_change",
            "origin": origin_of(origin, f"{len(made):064x}"),
            "provoked": True,
            "conditions": Conditions(make_up=False),
        }
        made.append(day)
        return Session(**{**values, **changes})

    made: list[str] = []
    return make


def origin_of(origin: Origin, sha256: str) -> Origin:
    return Origin(**{**vars(origin), "sha256": sha256})
