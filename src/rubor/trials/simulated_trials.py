"""Trials of known truth, many at once: for planning and for judging the analysis.

A recording of the model: its level, the same for both sides, scatters about the person's usual one and
falls as the person gets used to the task; the side log-ratio scatters about the person's asymmetry;
neighbouring recordings are alike in both; the measurement adds its own error. Recordings are evenly
spaced, and those after the treatment begin two weeks after it.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Final

import numpy as np
import numpy.typing as npt

from rubor.trials.alternating import Pairs
from rubor.trials.phase_ratios import Series

__all__ = [
    "TrialNoise",
    "simulated_alternating",
    "simulated_before_after",
    "simulated_split_face",
    "until_look",
]

FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]

_SPACING_DAYS: Final = 4.0
_ONSET_DAYS: Final = 14.0


@dataclass(frozen=True)
class TrialNoise:
    """How a person's recordings scatter.

    Attributes:
        side_sd: standard deviation of the side log-ratio between recordings.
        level_sd: of the logarithm of the level that both sides share.
        asymmetry_sd: of the person's own log-ratio of the sides.
        response: usual response at the beginning.
        response_sd: error of measuring it on one side.
        autocorrelation: of neighbouring recordings, in level and side log-ratio.
        habituation: share by which each recording lowers the next one's level.
        habituation_sd: its standard deviation between people.
        missing: chance that a planned recording is missing.
        improvement: mean share by which responses fall after any treatment.
        improvement_sd: its standard deviation between people.
        begins_in_bad_spell: whether the first recording lies above the person's median.
    """

    side_sd: float = 0.20
    level_sd: float = 0.30
    asymmetry_sd: float = 0.15
    response: float = 0.40
    response_sd: float = 0.02
    autocorrelation: float = 0.0
    habituation: float = 0.03
    habituation_sd: float = 0.03
    missing: float = 0.0
    improvement: float = 0.15
    improvement_sd: float = 0.15
    begins_in_bad_spell: bool = True


def simulated_split_face(
    noise: TrialNoise,
    before: int,
    after: int,
    reduction: float,
    trials: int,
    generator: np.random.Generator,
) -> Series:
    """Split-face trials.

    Args:
        noise: of the person.
        before: planned recordings before the treatment.
        after: planned recordings after it.
        reduction: true reduction of the treated side.
        trials: how many.
        generator: of the random numbers.

    Returns:
        The recordings, shape (trials, before + after).
    """
    day, late = _schedule(before, after)
    shape = (trials, before + after)
    level = noise.response * _levels(noise, day, trials, generator)
    asymmetry = np.exp(noise.asymmetry_sd * generator.standard_normal((trials, 1)))
    side = np.exp(noise.side_sd * _alike(noise.autocorrelation, day, trials, generator))
    treated = level * asymmetry * side * np.where(late, 1.0 - reduction, 1.0)
    error = np.full(shape, noise.response_sd)
    return Series(
        treated=treated + error * generator.standard_normal(shape),
        treated_sd=error,
        untreated=level + error * generator.standard_normal(shape),
        untreated_sd=error,
        after=np.broadcast_to(late, shape),
        present=generator.random(shape) >= noise.missing,
        day=np.broadcast_to(day, shape),
    )


def simulated_before_after(
    noise: TrialNoise,
    before: int,
    after: int,
    reduction: float,
    trials: int,
    generator: np.random.Generator,
) -> Series:
    """Before-after trials, with what changes anyway.

    Args:
        noise: of the person.
        before: planned recordings before the treatment.
        after: planned recordings after it.
        reduction: true reduction by the treatment, beyond what changes anyway.
        trials: how many.
        generator: of the random numbers.

    Returns:
        The recordings, shape (trials, before + after), against a level of 1.
    """
    day, late = _schedule(before, after)
    shape = (trials, before + after)
    level = noise.response * _levels(noise, day, trials, generator, noise.begins_in_bad_spell)
    anyway = noise.improvement + noise.improvement_sd * generator.standard_normal((trials, 1))
    face = level * np.where(late, (1.0 - anyway) * (1.0 - reduction), 1.0)
    error = np.full(shape, noise.response_sd)
    return Series(
        treated=face + error * generator.standard_normal(shape),
        treated_sd=error,
        untreated=np.ones(shape),
        untreated_sd=np.zeros(shape),
        after=np.broadcast_to(late, shape),
        present=generator.random(shape) >= noise.missing,
        day=np.broadcast_to(day, shape),
    )


def simulated_alternating(
    noise: TrialNoise, pairs: int, reduction: float, trials: int, generator: np.random.Generator
) -> Pairs:
    """Alternating trials in which the treated side is drawn in pairs of recordings.

    Args:
        noise: of the person.
        pairs: recordings, each with a treated and an untreated side; even.
        reduction: true reduction of the treated side.
        trials: how many.
        generator: of the random numbers.

    Returns:
        The pairs, shape (trials, pairs).
    """
    day = _SPACING_DAYS * np.arange(pairs, dtype=np.float64)
    shape = (trials, pairs)
    level = noise.response * _levels(noise, day, trials, generator)
    asymmetry = np.exp(noise.asymmetry_sd * generator.standard_normal((trials, 1)))
    left = (
        level
        * asymmetry
        * np.exp(noise.side_sd * _alike(noise.autocorrelation, day, trials, generator))
    )
    first = generator.choice([1.0, -1.0], size=(trials, (pairs + 1) // 2))
    sign = np.stack([first, -first], axis=-1).reshape(trials, -1)[:, :pairs]
    error = np.full(shape, noise.response_sd)
    sides = [
        side * np.where(sign == which, 1.0 - reduction, 1.0)
        + error * generator.standard_normal(shape)
        for side, which in ((left, 1.0), (level, -1.0))
    ]
    return Pairs(
        treated=np.where(sign > 0, sides[0], sides[1]),
        treated_sd=error,
        untreated=np.where(sign > 0, sides[1], sides[0]),
        untreated_sd=error,
        left=sign,
    )


def until_look(series: Series, before: int, after: int) -> Series:
    """What is there at the look after so many planned follow-up recordings."""
    columns = slice(0, before + after)
    return Series(*(getattr(series, field.name)[:, columns] for field in fields(series)))


def _schedule(before: int, after: int) -> tuple[FloatArray, BoolArray]:
    early = _SPACING_DAYS * (np.arange(before) - before)
    late = _ONSET_DAYS + _SPACING_DAYS * np.arange(after)
    return np.concatenate([early, late]), np.arange(before + after) >= before


def _levels(
    noise: TrialNoise,
    day: FloatArray,
    trials: int,
    generator: np.random.Generator,
    begins_high: bool = False,
) -> FloatArray:
    drawn = _alike(noise.autocorrelation, day, trials, generator, begins_high)
    habituation = noise.habituation + noise.habituation_sd * generator.standard_normal((trials, 1))
    return np.asarray(np.exp(noise.level_sd * drawn) * (1.0 - habituation) ** np.arange(len(day)))


def _alike(
    lag_one: float,
    day: FloatArray,
    trials: int,
    generator: np.random.Generator,
    begins_high: bool = False,
) -> FloatArray:
    """Standard normal numbers of which neighbours are alike, shape (trials, recordings)."""
    fresh = generator.standard_normal((trials, len(day)))
    values = fresh.copy()
    if begins_high:
        values[:, 0] = np.abs(values[:, 0])
    for index in range(1, len(day)):
        kept = lag_one ** ((day[index] - day[index - 1]) / _SPACING_DAYS)
        values[:, index] = kept * values[:, index - 1] + np.sqrt(1.0 - kept**2) * fresh[:, index]
    return values
