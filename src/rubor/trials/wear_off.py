"""When the effect wears off: the time until half of the full reduction is gone.

The reduction rises to its full size, stays and falls; each recording after the treatment, also those
outside the window of the verdict, tells how much of the response is there. Onset and duration begin
from the treatment's own priors. Everything is summed over a grid; nothing is sampled.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

import numpy as np
import numpy.typing as npt

from rubor.treatments import Prior, TreatmentPriors
from rubor.trials.phase_ratios import PhaseRatios, Series

__all__ = ["DAYS_PER_MONTH", "WearOff", "estimate_wear_off", "share_of_full_effect"]

FloatArray = npt.NDArray[np.float64]

DAYS_PER_MONTH: Final = 30.4375

# How steeply the effect rises and falls, as powers of time; a judgement, averaged over.
_RISE: Final = 3.0
_FALLS: Final = (3.0, 5.0, 8.0)
_FULL: Final[FloatArray] = np.linspace(0.0, 1.0, 41)
_DURATION_NODES: Final = 81
_ONSET_NODES: Final = 9
_PRIOR_REACH: Final = 3.0
_BASELINE_NODES: Final = 5
_LEAST_SD: Final = 1e-9


@dataclass(frozen=True)
class WearOff:
    """Onset, duration and what follows from them; intervals of 80 %.

    Attributes:
        full_reduction: reduction at its height, as a share.
        onset_days: time until half of it was there, days.
        duration_months: time from the treatment until half of it is gone, months.
        duration_interval_80: of that, months.
        half_effect_on: the day on which half of it is gone.
        half_effect_interval_80: first and last day.
        chance_half_gone: chance that half of it was gone at the last recording.
        retreatment_window: first and last day, none before the shortest interval between treatments.
        last_recording_day: day of the last recording, counted from the treatment.
        prior: what was believed of the duration before the recordings, with its source.
    """

    full_reduction: float
    onset_days: float
    duration_months: float
    duration_interval_80: tuple[float, float]
    half_effect_on: date
    half_effect_interval_80: tuple[date, date]
    chance_half_gone: float
    retreatment_window: tuple[date, date]
    last_recording_day: int
    prior: str


def share_of_full_effect(
    day: npt.ArrayLike, onset_days: npt.ArrayLike, duration_days: npt.ArrayLike, fall: float
) -> FloatArray:
    """How much of the full effect is there on a day after the treatment.

    Args:
        day: days since the treatment, above 0.
        onset_days: when half of it is there.
        duration_days: when half of it is gone.
        fall: power of time with which it goes.

    Returns:
        Between 0 and 1, of the broadcast shape.

    >>> share_of_full_effect([7.0, 28.0, 100.0, 200.0], 7.0, 100.0, 5.0).round(2)
    array([0.5 , 0.98, 0.5 , 0.03])
    """
    time = np.asarray(day, dtype=np.float64)
    here = 1.0 / (1.0 + (np.asarray(onset_days) / time) ** _RISE)
    left = 1.0 / (1.0 + (time / np.asarray(duration_days)) ** fall)
    return np.asarray(here * left)


def estimate_wear_off(
    series: Series, ratios: PhaseRatios, treated_on: date, priors: TreatmentPriors
) -> WearOff:
    """Estimate onset, full effect and duration of one trial.

    Args:
        series: all recordings of one trial, also those outside the window, days as in `date.toordinal`
            counted from 1970-01-01.
        ratios: of the recordings that the verdict rests on; they give the baseline.
        treated_on: day of the treatment.
        priors: of the treatment, with priors of onset and duration.

    Returns:
        The wear-off.
    """
    if priors.onset_days is None or priors.duration_months is None:
        raise ValueError("a treatment without priors of onset and duration has no wear-off")
    elapsed = series.day[0] - float(np.datetime64(treated_on, "D").astype(np.int64))
    later = series.after[0] & (elapsed >= 1.0)
    onset, onset_mass = _nodes(priors.onset_days, _ONSET_NODES)
    months, months_mass = _nodes(priors.duration_months, _DURATION_NODES)
    belief = np.zeros((len(_FALLS), len(_FULL), len(onset), len(months)))
    for index, fall in enumerate(_FALLS):
        share = share_of_full_effect(
            elapsed[later], onset[:, None, None], months[None, :, None] * DAYS_PER_MONTH, fall
        )
        kept = 1.0 - _FULL[:, None, None, None] * share
        belief[index] = _log_likelihood(series, later, ratios, kept)
    mass = np.exp(belief - belief.max()) * onset_mass[:, None] * months_mass
    mass /= mass.sum()
    of_months = mass.sum(axis=(0, 1, 2))
    limits = [_quantile(months, of_months, share) for share in (0.1, 0.5, 0.9)]
    days = [treated_on + timedelta(days=round(limit * DAYS_PER_MONTH)) for limit in limits]
    last = int(elapsed[later].max()) if later.any() else 0
    earliest = treated_on + timedelta(weeks=priors.earliest_retreatment_weeks or 0.0)
    prior = priors.duration_months
    return WearOff(
        full_reduction=float(np.sum(mass.sum(axis=(0, 2, 3)) * _FULL)),
        onset_days=_quantile(onset, mass.sum(axis=(0, 1, 3)), 0.5),
        duration_months=limits[1],
        duration_interval_80=(limits[0], limits[2]),
        half_effect_on=days[1],
        half_effect_interval_80=(days[0], days[2]),
        chance_half_gone=float(np.sum(of_months[months * DAYS_PER_MONTH <= last])),
        retreatment_window=(max(days[0], earliest), max(days[2], earliest)),
        last_recording_day=last,
        prior=(
            f"{prior.distribution}, median {prior.centre:g} months, sigma {prior.spread:g};"
            f" evidence {prior.strength}: {prior.source}"
        ),
    )


def _nodes(prior: Prior, number: int) -> tuple[FloatArray, FloatArray]:
    """Grid of a lognormal prior on the logarithmic scale, and its masses."""
    z = np.linspace(-_PRIOR_REACH, _PRIOR_REACH, number)
    mass = np.exp(-0.5 * z**2)
    return prior.centre * np.exp(prior.spread * z), mass / mass.sum()


def _log_likelihood(
    series: Series, later: npt.NDArray[np.bool_], ratios: PhaseRatios, kept: FloatArray
) -> FloatArray:
    """Log likelihood of shares kept, shape (..., recordings) to (...), the baseline averaged over."""
    if not later.any():
        return np.zeros(kept.shape[:-1])
    treated, untreated = series.treated[0][later], series.untreated[0][later]
    treated_noise = series.treated_sd[0][later] ** 2
    untreated_noise = series.untreated_sd[0][later] ** 2
    between = np.maximum(untreated, 0.0) * ratios.between_sd[0]
    baseline_sd = np.sqrt(float(ratios.baseline_variance()[0]))
    z, weight = np.polynomial.hermite_e.hermegauss(_BASELINE_NODES)
    parts = []
    for node, share in zip(z, weight / weight.sum(), strict=True):
        expected = (ratios.before[0] + node * baseline_sd) * kept
        variance = treated_noise + expected**2 * (untreated_noise + between**2) + _LEAST_SD**2
        misfit = (treated - expected * untreated) ** 2 / variance
        parts.append(np.log(share) - 0.5 * np.sum(misfit + np.log(variance), axis=-1))
    return np.asarray(np.logaddexp.reduce(parts, axis=0))


def _quantile(values: FloatArray, mass: FloatArray, share: float) -> float:
    total = np.cumsum(mass) - 0.5 * mass
    return float(np.exp(np.interp(share, total, np.log(values))))
