"""A simulated person who tries a treatment on one side, for `rubor demo`: months in a few videos.

They blush at every visit, not always as strongly, one cheek a little more than the other. After the
treatment the blush is smaller in the cheek that chance has drawn, most after some weeks, and it comes
back over months. All of it is known.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final, Literal

import numpy as np

from rubor.simulation.filming_spec import CameraSpec, EncoderSpec, LightSpec
from rubor.simulation.person_spec import Response, SkinSpec, TreatedPatch
from rubor.simulation.scenario import Scenario

__all__ = [
    "FIRST_DAY",
    "PEAK_REDUCTION",
    "DemoVisit",
    "demo_visits",
    "true_half_gone",
    "true_reduction",
]

Side = Literal["left", "right"]

PEAK_REDUCTION: Final = 0.7
"""Share of the blush that is gone when the treatment is at its height."""

# It takes effect over two weeks; half of it is gone after 100 days.
_ONSET_DAYS, _ONSET_WIDTH_DAYS = 6.0, 1.5
_HALF_GONE_DAYS, _WANING_WIDTH_DAYS = 100, 16.0

# From one visit to the next: SD of ln size of the blush, and of ln left over right.
_LEVEL_SD, _SIDE_SD = 0.25, 0.10
# Lasting: this person's left cheek blushes this much more, in ln.
_ASYMMETRY_LN = 0.08
_USUAL_SIZE_LN = 0.55

FIRST_DAY: Final = date(2025, 1, 6)
_BEFORE: Final = (FIRST_DAY, date(2025, 1, 13), date(2025, 1, 20))
_TREATED_ON: Final = date(2025, 1, 27)
_AFTER_DAYS: Final = (21, 35, 49, 105)
# Smaller than that, a face is too few pixels wide to be accepted.
_WIDTH, _HEIGHT, _RATE, _LENGTH_S = 640, 480, 15.0, 30.0


@dataclass(frozen=True)
class DemoVisit:
    """One recording of the story.

    Attributes:
        day: when.
        treated_on: the day of the treatment.
        reduction: true share of the treated cheek's blush that is gone on that day.
        scenario: the video.
    """

    day: date
    treated_on: date
    reduction: float
    scenario: Scenario


def true_reduction(days: float) -> float:
    """Share of the blush that is gone so many days after the treatment.

    >>> [round(true_reduction(day), 2) for day in (0, 28, 100, 300)]
    [0.01, 0.69, 0.35, 0.0]
    """
    taken_effect = 1.0 / (1.0 + math.exp(-(days - _ONSET_DAYS) / _ONSET_WIDTH_DAYS))
    still_there = 1.0 / (1.0 + math.exp((days - _HALF_GONE_DAYS) / _WANING_WIDTH_DAYS))
    return PEAK_REDUCTION * taken_effect * still_there


def true_half_gone() -> date:
    """The day on which half of the effect is gone."""
    return _TREATED_ON + timedelta(days=_HALF_GONE_DAYS)


def demo_visits(treated: Side, seed: int) -> tuple[DemoVisit, ...]:
    """Three recordings before the treatment and four over the months after it.

    Args:
        treated: the side that was drawn.
        seed: of how the person differs from visit to visit, and of camera noise and movement.

    >>> visits = demo_visits("left", 1)
    >>> [round(visit.reduction, 2) for visit in visits]
    [0.0, 0.0, 0.0, 0.69, 0.69, 0.67, 0.3]
    """
    random = np.random.default_rng(seed)
    days = (*_BEFORE, *(_TREATED_ON + timedelta(days=after) for after in _AFTER_DAYS))
    visits = []
    for number, day in enumerate(days):
        after = (day - _TREATED_ON).days
        reduction = true_reduction(after) if after > 0 else 0.0
        size_ln = _USUAL_SIZE_LN * math.exp(_LEVEL_SD * random.standard_normal())
        # On ln left over right: half of it goes to each side.
        uneven_ln = (_ASYMMETRY_LN + _SIDE_SD * random.standard_normal()) / 2.0
        blush = Response(
            kind="blush",
            size_ln=size_ln,
            onset_s=9.0 + float(random.uniform(-1.0, 1.0)),
            rise_s=4.0,
            plateau_s=6.0,
            recovery_s=3.5,
            regions={"cheek": 1.0, "jaw": 0.5, "forehead": 0.4, "nose": 0.5, "chin": 0.4},
            left=math.exp(uneven_ln),
            right=math.exp(-uneven_ln),
        )
        patch = TreatedPatch(reduction=reduction, side=treated, regions=("cheek",))
        visits.append(
            DemoVisit(
                day,
                _TREATED_ON,
                reduction,
                Scenario(
                    title=f"visit {number + 1} of a simulated person",
                    seed=1000 * seed + number,
                    duration_s=_LENGTH_S,
                    frame_rate=_RATE,
                    width=_WIDTH,
                    height=_HEIGHT,
                    skin=SkinSpec(tone="light"),
                    response=(blush,),
                    treated=(patch,) if reduction else (),
                    camera=CameraSpec(red_error_ln=0.02 * float(random.standard_normal())),
                    light=LightSpec(side_ln=0.1 * float(random.standard_normal())),
                    encoder=EncoderSpec(bit_rate=3_000_000),
                ),
            )
        )
    return tuple(visits)
