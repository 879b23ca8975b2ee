"""Whether a smile has changed against the person's own baseline, and what goes with it.

Never whether the two sides are alike: those of healthy people are not.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

import numpy as np

from rubor.errors import InputError
from rubor.pathway.smile import SideExcursion, Smile
from rubor.pathway.smile_rules import published_sd_mm, smile_rules
from rubor.pathway.true_scale import scale_rules

__all__ = [
    "SmileAdvice",
    "SmileChange",
    "ValueChange",
    "smile_change",
    "symmetry_advice",
]

Found = Literal["within the error of measuring", "real change", "noticeable change"]

# Two heads differ in size when their scales do by so many standard deviations.
_SAME_HEAD_SDS = 2.58


@dataclass(frozen=True)
class SmileAdvice:
    """A sentence with what it rests on.

    Attributes:
        rule: its name in the shipped file.
        text, source, strength: from there.
    """

    rule: str
    text: str
    source: str
    strength: str


@dataclass(frozen=True)
class ValueChange:
    """A change against the mean of the baselines.

    Attributes:
        baseline_mm, now_mm: on one scale, that of the same head.
        change_mm: now less baseline; less than zero is a weaker smile.
        interval_95_mm: with the own repeat error or the published one, whichever is larger.
        found: in words.
    """

    baseline_mm: float
    now_mm: float
    change_mm: float
    interval_95_mm: tuple[float, float]
    found: Found


@dataclass(frozen=True)
class SmileChange:
    """The change of a smile. Left and right are the person's.

    Attributes:
        baselines: names of their files.
        left, right: of the excursions.
        difference: of left less right.
        eye_corners_mm: the size of the head that all were brought to.
        error_from: what the interval rests on, in words.
        advice: what goes with it.
        real_mm, noticeable_mm: limits.
        source, strength: of the limits.
    """

    baselines: tuple[str, ...]
    left: ValueChange
    right: ValueChange
    difference: ValueChange
    eye_corners_mm: float
    error_from: str
    advice: tuple[SmileAdvice, ...]
    real_mm: float
    noticeable_mm: float
    source: str
    strength: str

    @property
    def cannot_be_told(self) -> bool:
        """Neither a change nor none: the error is as large as a change that counts."""
        return any(one.rule == "smile.not_sure" for one in self.advice)


def smile_change(smile: Smile, baselines: Sequence[Smile]) -> SmileChange:
    """Compare a smile with the person's own from before.

    All are brought to one scale, since a head does not change its size: so the error of the scale,
    which is that of the person's own iris or ruler, nearly drops out.

    Args:
        smile: now.
        baselines: one or more from before; their mean counts.

    Raises:
        InputError: no baseline, the same recording, a later one, one of another kind, or another head.
    """
    _check(smile, baselines)
    every = [smile, *baselines]
    eyes, relative_sd = _one_head(every)
    published = published_sd_mm()
    sizes = np.array([eyes / one.scale.eye_corners_mm for one in every])
    found: dict[str, tuple[float, float, float]] = {}
    own_is_larger = False
    for name in ("left", "right"):
        sides: list[SideExcursion] = [getattr(one, name) for one in every]
        values = sizes * np.array([side.excursion_mm for side in sides])
        own = np.array([_own_sd(side) for side in sides])
        if len(baselines) > 2:
            own = np.maximum(own, np.std(values[1:], ddof=1))
        own_is_larger |= bool((own > published).any())
        session = np.maximum(own, published)
        # How exactly the landmarks hit the eye corners differs from recording to recording.
        landmarks = scale_rules()["eye_corners"]["landmark_sd"] * values
        variances = session**2 + landmarks**2
        variance = variances[0] + variances[1:].sum() / len(baselines) ** 2
        found[name] = (float(values[1:].mean()), float(values[0]), float(variance))
    left, right = (
        _change(before, now, variance, relative_sd) for before, now, variance in found.values()
    )
    (left_before, left_now, left_variance), (right_before, right_now, right_variance) = (
        found.values()
    )
    difference = _change(
        left_before - right_before,
        left_now - right_now,
        left_variance + right_variance,
        relative_sd,
    )
    rules = smile_rules()
    return SmileChange(
        tuple(one.files[0].name for one in baselines),
        left,
        right,
        difference,
        round(eyes, 1),
        "own repeat error" if own_is_larger else "published repeat error of two sessions",
        _advice(left, right, difference),
        rules["real"]["mm"],
        rules["noticeable"]["mm"],
        f"{rules['real']['source']}. {rules['noticeable']['source']}. {rules['repeat']['source']}.",
        rules["real"]["strength"],
    )


def symmetry_advice() -> SmileAdvice:
    """Why the sides of one recording are not compared.

    >>> symmetry_advice().strength
    'moderate'
    """
    return _said("healthy", smile_rules()["healthy"])


def _check(smile: Smile, baselines: Sequence[Smile]) -> None:
    if not baselines:
        raise InputError(
            "There is no baseline to compare with.",
            "Give the smile.json of a recording from before the treatment.",
        )
    sums = {file.sha256 for file in smile.files}
    for one in baselines:
        name = one.files[0].name
        if any(file.sha256 in sums for file in one.files):
            raise InputError(
                f"{name} is part of both recordings that are compared, or is given as a baseline twice.",
                "Give each baseline once, and none of the recording of today.",
            )
        sums |= {file.sha256 for file in one.files}
        if one.kind != smile.kind:
            raise InputError(
                f"The baseline {name} was measured from {one.kind}, this smile from {smile.kind}.",
                "Compare videos with videos and photos with photos.",
            )
        if _later(one.recorded_on, smile.recorded_on):
            raise InputError(
                f"The baseline {name} was recorded after this smile.",
                "Give a recording from before the treatment as the baseline.",
            )


def _later(one: date | None, other: date | None) -> bool:
    return one is not None and other is not None and one > other


def _one_head(smiles: Sequence[Smile]) -> tuple[float, float]:
    """Distance of the outer eye corners in mm that all agree on, and its relative error."""
    eyes = np.array([one.scale.eye_corners_mm for one in smiles])
    sds = np.array([one.scale.relative_sd for one in smiles])
    for place in range(1, len(smiles)):
        apart = abs(math.log(eyes[place] / eyes[0]))
        if apart > _SAME_HEAD_SDS * math.hypot(sds[place], sds[0]):
            raise InputError(
                f"By their scales the head of {smiles[place].files[0].name} is {math.expm1(apart):.0%}"
                " larger or smaller than that of this recording.",
                "Check that both show the same person, and measure from eye corner to eye corner.",
            )
    weights = 1.0 / sds**2
    # Errors of one person's iris or ruler are alike, so that several do not make it smaller.
    return float(np.sum(weights * eyes) / weights.sum()), float(sds.min())


def _own_sd(side: SideExcursion) -> float:
    """What a normal distribution with the error's own width would have, few repetitions allowed for."""
    return max(side.repeat_sd_mm, side.repeat_error_95_mm / 1.96)


def _change(before: float, now: float, variance: float, relative_sd: float) -> ValueChange:
    change = now - before
    half = 1.96 * math.sqrt(variance + (relative_sd * change) ** 2)
    rules = smile_rules()
    found: Found = "within the error of measuring"
    if abs(change) >= rules["real"]["mm"] and abs(change) > half:
        found = "real change"
        if abs(change) >= rules["noticeable"]["mm"]:
            found = "noticeable change"
    return ValueChange(
        round(before, 2),
        round(now, 2),
        round(change, 2),
        (round(change - half, 2), round(change + half, 2)),
        found,
    )


def _advice(
    left: ValueChange, right: ValueChange, difference: ValueChange
) -> tuple[SmileAdvice, ...]:
    within = "within the error of measuring"
    changed = [side for side in (left, right) if side.found != within]
    losses = [side for side in changed if side.change_mm < 0.0]
    rules = []
    if losses:
        rules.append("loss")
        if any(side.found == "noticeable change" for side in losses):
            rules.append("noticeable_loss")
        if len(losses) == 2 and difference.found == within:
            rules.append("both_less")
    if any(side.change_mm > 0.0 for side in changed):
        rules.append("gain")
    if difference.found != within:
        rules.append("uneven")
    if not rules:
        rules.append("not_sure" if _open(left, right, difference) else "within_error")
    return tuple(_said(rule, smile_rules()["advice"][rule]) for rule in (*rules, "schedule"))


def _open(left: ValueChange, right: ValueChange, difference: ValueChange) -> bool:
    """Whether a change is large enough to count, but its error is as large."""
    rules = smile_rules()
    one_side = max(abs(left.change_mm), abs(right.change_mm))
    uneven = abs(difference.change_mm) >= rules["noticeable"]["mm"]
    return bool(one_side >= rules["real"]["mm"] or uneven)


def _said(rule: str, entry: Any) -> SmileAdvice:
    return SmileAdvice(f"smile.{rule}", entry["text"], entry["source"], entry["strength"])
