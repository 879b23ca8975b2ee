"""From the recordings of two phases to a contrast: weights, variances, autocorrelation.

Model of a recording (two error components: Rocke DM, Durbin B. J Comput Biol 2001;8:557-569):

    untreated = level + error,   treated = ratio x level x exp(noise) + error

with `ratio` times the share kept in the later phase. The level of a recording is its best estimate
from both sides, which is independent of their difference "treated - ratio x untreated"; each recording
is weighted by the variance of the ratio it tells. A recording with little level tells little. In a
before-after trial the level is known, 1, and `ratio` is the response itself.

All arrays may hold many trials at once, shape (trials, recordings).
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Final

import numpy as np
import numpy.typing as npt

from rubor.trials.autocorrelation import (
    LAG_ONE_PRIOR,
    correlation,
    degrees_of_freedom,
    quadratic_form,
    restricted_log_likelihood,
)
from rubor.trials.contrast import ContrastAt, between_variance

__all__ = ["LEAST_BETWEEN_SD", "PhaseRatios", "Series", "phase_ratios"]

FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]

LEAST_BETWEEN_SD: Final = 0.02
"""No scatter between recordings is taken for less."""

_ROUNDS: Final = 5
# Ends of what the weights may suppose; the variance of the result is estimated without them.
_FIRST_VARIANCE: Final = 0.04
_LEAST_VARIANCE: Final = LEAST_BETWEEN_SD**2
_LEAST_KEPT: Final = 0.02
_LEAST_LEVEL: Final = 0.1
_SMALL: Final = 1e-12


@dataclass(frozen=True)
class Series:
    """Recordings of one or many trials, arrays of shape (trials, recordings).

    Attributes:
        treated: response of the treated side.
        treated_sd: standard error of measurement of `treated`, above 0.
        untreated: response of the other side; the expected course where there is none.
        untreated_sd: its standard error; 0 where it is an expected course.
        after: whether the recording is of the later phase.
        present: whether the recording counts.
        day: when it was made, days.
    """

    treated: FloatArray
    treated_sd: FloatArray
    untreated: FloatArray
    untreated_sd: FloatArray
    after: BoolArray
    present: BoolArray
    day: FloatArray

    def chosen(self, trials: BoolArray) -> Series:
        """The trials where the mask is true."""
        return Series(*(getattr(self, field.name)[trials] for field in fields(self)))


@dataclass(frozen=True)
class _Phase:
    """One phase, weights normalised; arrays of shape (trials,) or (trials, lag-one values)."""

    scatter: FloatArray
    own_correlation: FloatArray
    freedom: FloatArray
    error_of_mean: tuple[FloatArray, FloatArray]
    error_of_scatter: tuple[FloatArray, FloatArray]
    square_weights: FloatArray

    def chosen(self, trials: BoolArray) -> _Phase:
        """The trials where the mask is true."""
        mean, scatter = self.error_of_mean, self.error_of_scatter
        return _Phase(
            scatter=self.scatter[trials],
            own_correlation=self.own_correlation[trials],
            freedom=self.freedom[trials],
            error_of_mean=(mean[0][trials], mean[1][trials]),
            error_of_scatter=(scatter[0][trials], scatter[1][trials]),
            square_weights=self.square_weights[trials],
        )

    def errors(self, pair: tuple[FloatArray, FloatArray], ratio_square: FloatArray) -> FloatArray:
        """Variance from measuring the treated side and, times the squared ratio, the other."""
        return np.asarray(pair[0][:, None, None] + ratio_square * pair[1][:, None, None])


@dataclass(frozen=True)
class PhaseRatios:
    """The two phases, ready to be contrasted at any supposed share (`rubor.trials.contrast`).

    Attributes:
        before: ratio of treated to untreated in the earlier phase, shape (trials,).
        after: the same in the later phase.
        between_sd: estimated standard deviation between recordings, as a share of the response.
        lag_one_weight: weights of the lag-one autocorrelations, shape (trials, values).
        systematic_sd: of the expected course, as a share, shape (trials,).
    """

    before: FloatArray
    after: FloatArray
    between_sd: FloatArray
    lag_one_weight: FloatArray
    systematic_sd: FloatArray
    _phases: tuple[_Phase, _Phase]
    _between_phases: FloatArray
    _first_variance: FloatArray

    def at(self, kept: FloatArray) -> ContrastAt:
        """The contrast at shares kept.

        Args:
            kept: shape (trials, shares).

        Returns:
            The contrast, its arrays of shape (trials, shares).
        """
        early, late = self._phases
        share = kept[..., None]
        ratio_square = self.before[:, None, None] ** 2
        late_square = np.maximum(share**2 * ratio_square, _SMALL)
        spread = early.own_correlation + late.own_correlation - 2.0 * self._between_phases
        multiplied = late_square * np.maximum(spread, _SMALL)[:, None, :]
        added = late.errors(late.error_of_mean, late_square)
        added = added + share**2 * early.errors(early.error_of_mean, ratio_square)
        pooled, error, freedom = self._pooled_scatter(ratio_square, late_square)
        variance, weight = between_variance(pooled, error, freedom)
        value = self.after[:, None] - kept * self.before[:, None]
        by_lag = self.lag_one_weight[:, None, :]
        estimate = np.maximum(pooled - error, 0.0)
        plain = np.sum(by_lag * (multiplied * estimate + added), axis=-1)
        nodes = (multiplied[..., None] * variance + added[..., None]).reshape(*kept.shape, -1)
        return ContrastAt(
            value=value,
            variance=nodes,
            weight=(by_lag[..., None] * weight).reshape(*kept.shape, -1),
            plain_variance=plain,
            systematic_variance=late_square[..., 0] * self.systematic_sd[:, None] ** 2,
            freedom=np.sum(by_lag * freedom, axis=-1),
            information=np.broadcast_to(
                1.0 / (early.square_weights + late.square_weights)[:, None], kept.shape
            ),
        )

    def chosen(self, trials: BoolArray) -> PhaseRatios:
        """The trials where the mask is true."""
        own = {field.name: getattr(self, field.name) for field in fields(self)}
        phases = own.pop("_phases")
        return PhaseRatios(
            _phases=(phases[0].chosen(trials), phases[1].chosen(trials)),
            **{name: values[trials] for name, values in own.items()},
        )

    def baseline_variance(self) -> FloatArray:
        """Variance of the ratio before the treatment, shape (trials,)."""
        early, square = self._phases[0], self.before[:, None] ** 2
        between = square * self._first_variance[:, None] * early.own_correlation
        error = early.error_of_mean[0][:, None] + square * early.error_of_mean[1][:, None]
        return np.asarray(np.sum(self.lag_one_weight * (between + error), axis=-1))

    def _pooled_scatter(
        self, ratio_square: FloatArray, late_square: FloatArray
    ) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Scatter of both phases as a share of the response, its measurement part, its freedom."""
        pilot = self._first_variance[:, None, None]
        parts = []
        for phase, square in zip(self._phases, (ratio_square, late_square), strict=True):
            unit = square * (1.0 - phase.own_correlation)[:, None, :] + _SMALL
            error = phase.errors(phase.error_of_scatter, square) / unit
            # A phase whose measurement error drowns the scatter says little about it.
            trust = phase.freedom[:, None, :] / (1.0 + error / pilot) ** 2
            scatter = phase.scatter[:, None, None] / unit
            parts.append((scatter, error, trust, phase.freedom[:, None, :]))
        total = parts[0][2] + parts[1][2]
        pooled = sum(part[0] * part[2] for part in parts) / total
        error = sum(part[1] * part[2] for part in parts) / total
        between = np.maximum(pooled - error, pilot)
        moments = sum((between + part[1]) * part[2] for part in parts)
        squares = sum(((between + part[1]) * part[2]) ** 2 / part[3] for part in parts)
        return np.asarray(pooled), np.asarray(error), np.asarray(moments**2 / squares)


def phase_ratios(series: Series, systematic_sd: FloatArray | None = None) -> PhaseRatios:
    """Weigh the recordings and take the sums that every supposed share needs.

    Args:
        series: the recordings; each trial with two or more present in each phase.
        systematic_sd: standard deviation of the expected course between the phases, as a share,
            shape (trials,); None: 0.

    Returns:
        The two phases.
    """
    early, late = series.present & ~series.after, series.present & series.after
    ratio_early, ratio_late = _ratio_of_sums(series, early), _ratio_of_sums(series, late)
    between = np.full(len(series.treated), _FIRST_VARIANCE)
    for _ in range(_ROUNDS):
        ratio = np.where(series.after, ratio_late[:, None], ratio_early[:, None])
        level = _level(series, ratio, between)
        told = ratio + (series.treated - ratio * series.untreated) / level
        error = (series.treated_sd**2 + ratio**2 * series.untreated_sd**2) / level**2
        variance = ratio**2 * between[:, None] + error
        weight_early = _normalised(np.where(early, 1.0 / variance, 0.0))
        weight_late = _normalised(np.where(late, 1.0 / variance, 0.0))
        ratio_early = np.sum(weight_early * told, axis=-1)
        ratio_late = np.sum(weight_late * told, axis=-1)
        between = _pilot_variance(
            (weight_early, weight_late), told, error, (ratio_early, ratio_late)
        )
    matrix = correlation(series.day, series.present)
    phases = tuple(
        _phase(series, weight, told, level, matrix, mean)
        for weight, mean in ((weight_early, ratio_early), (weight_late, ratio_late))
    )
    ratio = np.where(series.after, ratio_late[:, None], ratio_early[:, None])
    scale = np.sqrt(np.maximum(ratio**2, _LEAST_KEPT**2) * between[:, None] + error)
    lag_one = _lag_one_weight(
        np.where(series.present, (told - ratio) / scale, 0.0),
        np.where(series.present, ratio**2 * between[:, None] / scale**2, 0.0),
        np.stack([early, late], axis=-1) / scale[..., None],
        matrix,
    )
    return PhaseRatios(
        before=ratio_early,
        after=ratio_late,
        between_sd=np.sqrt(between),
        lag_one_weight=lag_one,
        systematic_sd=np.zeros(len(between)) if systematic_sd is None else systematic_sd,
        _phases=(phases[0], phases[1]),
        _between_phases=quadratic_form(weight_early, matrix, weight_late),
        _first_variance=between,
    )


def _ratio_of_sums(series: Series, chosen: BoolArray) -> FloatArray:
    treated = np.sum(np.where(chosen, series.treated, 0.0), axis=-1)
    untreated = np.sum(np.where(chosen, series.untreated, 0.0), axis=-1)
    return np.asarray(treated / np.where(np.abs(untreated) > _SMALL, untreated, _SMALL))


def _level(series: Series, ratio: FloatArray, between: FloatArray) -> FloatArray:
    """Level of each recording from both sides; one within noise is kept above 0, and weighs little."""
    known = series.untreated_sd <= 0.0
    untreated_variance = np.where(known, 1.0, series.untreated_sd**2)
    rough = np.maximum(series.untreated, 0.0)
    treated_variance = series.treated_sd**2 + ratio**2 * rough**2 * between[:, None]
    joint = (series.untreated / untreated_variance + ratio * series.treated / treated_variance) / (
        1.0 / untreated_variance + ratio**2 / treated_variance
    )
    joint = np.maximum(joint, _LEAST_LEVEL * series.untreated_sd)
    return np.where(known, series.untreated, joint)


def _normalised(weight: FloatArray) -> FloatArray:
    total = weight.sum(axis=-1, keepdims=True)
    return np.asarray(weight / np.where(total > 0.0, total, 1.0))


def _pilot_variance(
    weights: tuple[FloatArray, FloatArray],
    told: FloatArray,
    error: FloatArray,
    means: tuple[FloatArray, FloatArray],
) -> FloatArray:
    """Variance between recordings from both phases, each about its own mean: for the weights only."""
    top = np.zeros(len(told))
    bottom = np.full(len(told), _SMALL)
    early_square = means[0] ** 2
    for weight, mean in zip(weights, means, strict=True):
        square = np.maximum(mean**2, _LEAST_KEPT**2 * early_square)
        unit = square * (1.0 - np.sum(weight**2, axis=-1)) + _SMALL
        scatter = np.sum(weight * (told - mean[:, None]) ** 2, axis=-1) / unit
        part = np.sum(weight * (1.0 - weight) * error, axis=-1) / unit
        freedom = 1.0 / np.maximum(np.sum(weight**2, axis=-1), _SMALL) - 1.0
        trust = np.maximum(freedom, 0.0) / (1.0 + part / _FIRST_VARIANCE) ** 2
        top += trust * (scatter - part)
        bottom += trust
    return np.asarray(np.maximum(top / bottom, _LEAST_VARIANCE))


def _phase(
    series: Series,
    weight: FloatArray,
    told: FloatArray,
    level: FloatArray,
    matrix: FloatArray,
    mean: FloatArray,
) -> _Phase:
    treated = series.treated_sd**2 / level**2
    untreated = series.untreated_sd**2 / level**2
    rest = weight * (1.0 - weight)
    return _Phase(
        scatter=np.sum(weight * (told - mean[:, None]) ** 2, axis=-1),
        own_correlation=np.minimum(quadratic_form(weight, matrix, weight), 1.0 - 1e-6),
        freedom=np.maximum(degrees_of_freedom(weight, matrix), _SMALL),
        error_of_mean=(
            np.sum(weight**2 * treated, axis=-1),
            np.sum(weight**2 * untreated, axis=-1),
        ),
        error_of_scatter=(np.sum(rest * treated, axis=-1), np.sum(rest * untreated, axis=-1)),
        square_weights=np.sum(weight**2, axis=-1),
    )


def _lag_one_weight(
    residual: FloatArray, share: FloatArray, design: FloatArray, matrix: FloatArray
) -> FloatArray:
    """Weights of the lag-one values; only the part between recordings is correlated."""
    joint = np.sqrt(share[:, None, :, None] * share[:, None, None, :])
    same = np.eye(residual.shape[-1], dtype=np.bool_)
    freedom = np.count_nonzero(np.any(design != 0.0, axis=-1), axis=-1) - design.shape[-1]
    likelihood = restricted_log_likelihood(
        residual, design, np.where(same, 1.0, matrix * joint), freedom.astype(np.float64)
    )
    weight = LAG_ONE_PRIOR * np.exp(likelihood - likelihood.max(axis=-1, keepdims=True))
    return np.asarray(weight / weight.sum(axis=-1, keepdims=True))
