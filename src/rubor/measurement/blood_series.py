"""From the change of the erythema index to the change of skin blood, and when not to say one."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from rubor.measurement.baseline import Baseline, NoBaseline
from rubor.measurement.light_reference import LightReference
from rubor.measurement.running_mean import running_mean
from rubor.measurement.skin_reading import SkinReading
from rubor.optics.blood_curve import BloodChange, allowed_drift, blood_change

__all__ = [
    "GAIN_WINDOW_S",
    "UNSEEN_DRIFT_SD",
    "blood_series",
    "light_sd",
    "reason_without_blood_change",
]

FloatArray = npt.NDArray[np.float64]

UNSEEN_DRIFT_SD: Final = 0.02
"""Standard deviation of a drift of ln R/G that no reference watches: an assumption.

A camera that re-estimates its white balance by two degrees moves ln R/G by 0.06; one whose white
balance is locked, in steady light, by less than 0.005.
"""

GAIN_WINDOW_S: Final = 1.0
"""Over how long the change is averaged to read the gain of the curve, s."""


def light_sd(light: LightReference) -> FloatArray:
    """(frames,) standard deviation of the drift of ln R/G, assumed where nothing watches the light."""
    return np.full(len(light.time_s), UNSEEN_DRIFT_SD) if light.kind == "none" else light.drift_sd


def blood_series(
    time_s: FloatArray, index_change: FloatArray, light: LightReference, skin: SkinReading
) -> BloodChange:
    """The change of ln blood that goes with a change of the erythema index.

    The standard deviation holds what is uncertain about the scale and about the light, the same for
    all frames alike; the noise from frame to frame is in the trace itself. The gain is that of the
    mean over a second, so that this noise averages out of means as it does for the index.

    Args:
        time_s: (frames,) s.
        index_change: (frames, areas) change of log10(R/G) from the baseline, light divided out.
        light: what watched the light in the same frames.
        skin: tone and resting colour.

    Returns:
        Estimate and standard deviation, (frames, areas). NaN where the index is, where the tone is
        unknown, and where the sensitivity is low and the light less sure than `allowed_drift`.
    """
    nothing = np.full(index_change.shape, np.nan)
    if skin.ita_deg is None or skin.ita_sd_deg is None:
        return BloodChange(nothing, nothing)
    drift_sd = light_sd(light)
    log_ratio_change = index_change * np.log(10.0)
    change = blood_change(
        log_ratio_change,
        skin.ita_deg,
        skin.ita_sd_deg,
        skin.resting_colour,
        skin.white_balance_sd,
        log_ratio_change_sd=drift_sd[:, None],
        gain_at=_smooth(time_s, log_ratio_change),
    )
    told = ~_is_too_unsure(drift_sd, skin)[:, None]
    return BloodChange(np.where(told, change.estimate, np.nan), np.where(told, change.sd, np.nan))


def _smooth(time_s: FloatArray, values: FloatArray) -> FloatArray:
    """Running means of each area; the value itself where too little surrounds it."""
    means = np.stack([running_mean(time_s, column, GAIN_WINDOW_S) for column in values.T], axis=1)
    return np.where(np.isfinite(means), means, values)


def reason_without_blood_change(
    baseline: Baseline | NoBaseline, light: LightReference, skin: SkinReading
) -> str | None:
    """Why `blood_change` is NaN in more than half of the recording, in plain words; None where not."""
    if not isinstance(baseline, Baseline):
        return baseline.reason
    if skin.ita_deg is None:
        return "The skin tone is not known: declare it with --skin-tone."
    drift_sd = light_sd(light)
    if np.mean(_is_too_unsure(drift_sd, skin)) <= 0.5:
        return None
    allowed = float(allowed_drift(skin.ita_deg))
    found = float(np.nanmedian(drift_sd)) if np.isfinite(drift_sd).any() else UNSEEN_DRIFT_SD
    return (
        f"In dark skin a camera sees little of a change of blood: the light must be known to"
        f" {100 * allowed:.1f} %, and here it is known to {100 * found:.1f} %. Use a colour card or a"
        " plain white wall behind you, and lock the white balance."
    )


def _is_too_unsure(drift_sd: FloatArray, skin: SkinReading) -> npt.NDArray[np.bool_]:
    if skin.ita_deg is None or skin.sensitivity != "low":
        return np.zeros(len(drift_sd), dtype=np.bool_)
    return np.asarray(drift_sd > float(allowed_drift(skin.ita_deg)))
