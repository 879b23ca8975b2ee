"""Direction in which this skin's colour moves with its blood, from the recording's own pulse.

Each beat adds a little blood to the skin and takes it away again, under the same light, through
the same camera and the same melanin as a blush. The colour's motion at the pulse frequency is thus
a calibration of the recording by itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np
import numpy.typing as npt

from rubor.errors import InputError
from rubor.measurement.time_stamps import check_time_stamps

__all__ = [
    "LARGEST_STANDARD_ERROR_DEG",
    "MINIMUM_POWER_RATIO",
    "BloodDirection",
    "NoBloodDirection",
    "pulse_direction",
]

FloatArray = npt.NDArray[np.float64]
ComplexArray = npt.NDArray[np.complex128]

MINIMUM_POWER_RATIO: Final = 6.0
"""Least pulse power over the power beside the pulse: noise alone stays under 4.5 in 99 of 100."""

LARGEST_STANDARD_ERROR_DEG: Final = 10.0
"""With a larger error, blood (25 to 48 degrees) is hardly told from a red gain (0 degrees)."""

BEATS_PER_SEGMENT: Final = 4  # a rate that wanders by a tenth still keeps step for so long
FEWEST_SEGMENTS: Final = 4  # fewer give no usable standard error
FEWEST_BEATS_PER_SEGMENT: Final = 2.0
LEAST_COVERAGE: Final = 0.75
SAMPLES_PER_BEAT: Final = 4.5  # the first harmonic must stay well under half the frame rate
FLANKS: Final = (0.6, 1.5)  # of the pulse frequency: clear of the pulse, its harmonic and drift

# From ln R, ln G, ln B to the plane (ln R/G, ln B/G), where shading and exposure cancel.
_TO_PLANE: Final = np.array([[1.0, -1.0, 0.0], [0.0, -1.0, 1.0]])


@dataclass(frozen=True)
class BloodDirection:
    """How the colour moves when blood is added.

    Attributes:
        direction: unit vector in (ln R, ln G, ln B), in the sense in which ln R/G rises. What its
            three parts have in common may hold shading that moves with the pulse; the plane of
            `angle_deg` does not.
        angle_deg: angle in the plane (ln R/G, ln B/G), degrees, -90 to 90. For scale: 0 is a red
            gain, 25 haemoglobin in a skin model, 40 to 48 the pulse of one real face.
        standard_error_deg: of the angle, by jackknife over segments, degrees.
        power_ratio: pulse power along the direction over the power beside the pulse frequency.
        segments: how many segments of the recording were used.
    """

    direction: tuple[float, float, float]
    angle_deg: float
    standard_error_deg: float
    power_ratio: float
    segments: int


@dataclass(frozen=True)
class NoBloodDirection:
    """The recording's pulse does not tell the blood direction.

    Attributes:
        reason: why, in plain words.
    """

    reason: str


def pulse_direction(
    time_s: npt.ArrayLike, linear_rgb: npt.ArrayLike, rate_bpm: float
) -> BloodDirection | NoBloodDirection:
    """Find the blood direction by regression on the pulse's fundamental.

    The recording is cut into equal segments of about 4 beats, at least 4 segments. In each, ln R,
    ln G and ln B are fitted by least squares with a line, the fundamental and its first harmonic,
    which gives one complex amplitude per channel. Blood moves all channels in one phase, so the
    real parts of the amplitudes' cross products, summed over segments, hold its direction as
    their main axis in the plane (ln R/G, ln B/G); the phase itself drops out and may wander with
    the rate. The same is done at 0.6 and 1.5 times the rate, beside the pulse and its harmonic,
    and subtracted: noise that is larger in one channel would otherwise turn the axis towards it.

    Args:
        time_s: times, s, shape (n,), never backwards, spacing free.
        linear_rgb: mean red, green and blue of facial skin in linear light, any scale, shape
            (n, 3); NaN and values not above 0 are left out.
        rate_bpm: pulse rate, beats per minute, as `estimate_pulse` gives it.

    Returns:
        The direction with its standard error, or why there is none: too short, too few frames,
        a pulse under 6 times the power beside it, or a standard error over 10 degrees.

    Raises:
        InputError: shapes that do not fit, times that run backwards, or a rate not above 0.

    >>> time = np.arange(0, 12, 1 / 30)
    >>> beat = 0.005 * np.sin(2 * np.pi * 1.2 * time)
    >>> skin = np.array([0.5, 0.25, 0.15]) * np.exp(-np.outer(beat, [0.3, 0.8, 0.5]))
    >>> noise = np.random.default_rng(0).normal(1, 0.0005, skin.shape)
    >>> found = pulse_direction(time, skin * noise, 72)
    >>> round(found.angle_deg)  # atan2(0.8 - 0.5, 0.8 - 0.3) is 31 degrees
    31
    """
    colour = np.asarray(linear_rgb, dtype=np.float64)
    if colour.ndim != 2 or colour.shape[1] != 3:
        raise InputError(
            f"The colours have the shape {colour.shape}.", "Give red, green, blue: shape (n, 3)."
        )
    if not (np.isfinite(rate_bpm) and rate_bpm > 0):
        raise InputError(f"A pulse rate of {rate_bpm} is not possible.", "Give beats per minute.")
    time = check_time_stamps(time_s, len(colour))
    good = np.isfinite(colour).all(axis=1) & (colour > 0).all(axis=1)
    time, log_colour = time[good], np.log(colour[good])
    frequency = rate_bpm / 60.0
    if len(time) < 2 or time[-1] <= time[0]:
        return NoBloodDirection("there are no usable samples")
    frame_time = float(np.median(np.diff(time)))
    if frame_time * SAMPLES_PER_BEAT * frequency > 1.0:
        return NoBloodDirection(
            f"{1.0 / frame_time:.1f} frames a second are too few for {rate_bpm:.0f} bpm"
        )
    segments = _segments(time, frequency, frame_time)
    if len(segments) < FEWEST_SEGMENTS:
        return NoBloodDirection(
            f"only {len(segments)} segments of {FEWEST_BEATS_PER_SEGMENT:g} beats or more "
            f"are complete (at least {FEWEST_SEGMENTS})"
        )
    fitted = [_amplitudes(time[part], log_colour[part], frequency) for part in segments]
    pulse = np.array([_in_phase_products(own) for own, _ in fitted])
    beside = np.array([np.mean([_in_phase_products(f) for f in flanks], 0) for _, flanks in fitted])
    return _direction(pulse, beside)


def _segments(time: FloatArray, frequency: float, frame_time: float) -> list[slice]:
    """Cut the recording into equal segments and keep those with few gaps."""
    duration = float(time[-1] - time[0]) + frame_time
    number = max(FEWEST_SEGMENTS, int(duration * frequency / BEATS_PER_SEGMENT))
    length = duration / number
    if length * frequency < FEWEST_BEATS_PER_SEGMENT:
        return []
    edges = np.searchsorted(time, time[0] + length * np.arange(number + 1) - 0.5 * frame_time)
    return [
        slice(int(start), int(stop))
        for start, stop in pairwise(edges)
        if stop - start >= LEAST_COVERAGE * length / frame_time
    ]


def _amplitudes(
    time: FloatArray, log_colour: FloatArray, frequency: float
) -> tuple[ComplexArray, list[ComplexArray]]:
    """Fit one segment: complex amplitudes (3,) at the pulse frequency and at each flank."""
    elapsed = time - time.mean()

    def wave(multiple: float) -> list[FloatArray]:
        phase = 2.0 * np.pi * multiple * frequency * elapsed
        return [np.cos(phase), np.sin(phase)]

    def fit(columns: list[FloatArray]) -> FloatArray:
        return np.asarray(np.linalg.lstsq(np.column_stack(columns), log_colour, rcond=None)[0])

    base = [np.ones_like(elapsed), elapsed, *wave(1.0), *wave(2.0)]
    cosine, sine = fit(base)[2:4]
    flanks = []
    for multiple in FLANKS:
        flank_cosine, flank_sine = fit([*base, *wave(multiple)])[6:8]
        flanks.append(flank_cosine - 1j * flank_sine)
    return cosine - 1j * sine, flanks


def _in_phase_products(amplitude: ComplexArray) -> FloatArray:
    """Real part of the cross products of the channels, shape (3, 3)."""
    products: FloatArray = np.outer(amplitude, amplitude.conj()).real
    return products


def _main_axis(products: FloatArray) -> FloatArray:
    """Main axis in the plane (ln R/G, ln B/G), shape (2,), ln R/G rising."""
    axis: FloatArray = np.linalg.eigh(_TO_PLANE @ products @ _TO_PLANE.T)[1][:, -1]
    return -axis if axis[0] < 0 else axis


def _direction(pulse: FloatArray, beside: FloatArray) -> BloodDirection | NoBloodDirection:
    """Judge and report the main axis of the pulse's products less those beside it.

    Args:
        pulse: products of each segment at the pulse frequency, shape (segments, 3, 3).
        beside: the same beside it.
    """
    excess = pulse - beside
    axis = _main_axis(excess.mean(axis=0))
    along = axis @ _TO_PLANE
    signal_power = float(along @ pulse.mean(axis=0) @ along)
    noise_power = float(along @ beside.mean(axis=0) @ along)
    ratio = signal_power / noise_power if noise_power > 0 else float("inf")
    if not ratio >= MINIMUM_POWER_RATIO or signal_power == 0:
        return NoBloodDirection(
            f"the pulse's colour has only {ratio:.1f} times the power beside it "
            f"(at least {MINIMUM_POWER_RATIO:g})"
        )
    angle = _angle_deg(axis)
    number = len(excess)
    without_one = np.array(
        [_angle_deg(_main_axis((excess.sum(axis=0) - one) / (number - 1))) for one in excess]
    )
    # An axis has no sense: differences are taken modulo half a turn.
    difference = (without_one - angle + 90.0) % 180.0 - 90.0
    error = float(np.sqrt((number - 1) * np.mean((difference - difference.mean()) ** 2)))
    if error > LARGEST_STANDARD_ERROR_DEG:
        return NoBloodDirection(
            f"the angle is known to {error:.0f} degrees only "
            f"(at most {LARGEST_STANDARD_ERROR_DEG:g})"
        )
    channels = excess.mean(axis=0) @ along
    red, green, blue = (float(part) for part in channels / np.linalg.norm(channels))
    return BloodDirection((red, green, blue), angle, error, ratio, number)


def _angle_deg(axis: FloatArray) -> float:
    return float(np.degrees(np.arctan2(axis[1], axis[0])))
