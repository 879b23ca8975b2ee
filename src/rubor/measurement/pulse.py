"""Pulse rate from the mean colour of facial skin, with its signal-to-noise ratio.

Two published ways to turn three colour traces into one pulse wave, POS and CHROM, and one way to
read a rate from that wave. Both work on ratios of each channel to its own running mean, so the
exposure, the white balance and whether the values are linear or coded hardly matter.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
import numpy.typing as npt
from scipy import signal

from rubor.errors import InputError
from rubor.measurement.time_stamps import check_time_stamps

__all__ = [
    "MINIMUM_DURATION_S",
    "MINIMUM_SNR_DB",
    "PULSE_BAND_BPM",
    "Method",
    "Pulse",
    "chrom_wave",
    "estimate_pulse",
    "pos_wave",
]

FloatArray = npt.NDArray[np.float64]
Method = Literal["POS", "CHROM"]

PULSE_BAND_BPM: Final = (40.0, 180.0)
"""Where a rate is looked for, beats per minute."""

MINIMUM_DURATION_S: Final = 8.0
"""Shortest gapless stretch that is used, s: 5 beats at the lowest rate."""

MINIMUM_SNR_DB: Final = 3.0
"""Rates under this signal-to-noise ratio are withheld, dB."""

NOISE_BAND_HZ: Final = (0.66, 4.0)
PEAK_HALF_WIDTH_HZ: Final = 0.1
WINDOW_S: Final = 1.6  # of both papers: it holds one beat at 40 bpm
SEGMENT_S: Final = 20.0  # a pulse wanders: longer spectra would split its peak
LONGEST_GAP_S: Final = 0.25  # bridged by a straight line; longer ones end a stretch
MINIMUM_FRAME_RATE: Final = 10.0
SPECTRAL_STEP_HZ: Final = 0.005
_POS_AXES: Final = ((0.0, 1.0, -1.0), (-2.0, 1.0, 1.0))


@dataclass(frozen=True)
class Pulse:
    """A pulse rate, or the reason why there is none.

    Attributes:
        rate_bpm: beats per minute, 40 to 180; None where it cannot be told.
        snr_db: signal-to-noise ratio of the pulse wave, dB, as `estimate_pulse` defines it; given
            also where it is too low for a rate, None where no spectrum could be made.
        method: "POS" or "CHROM".
        reason: why there is no rate; None where there is one.
    """

    rate_bpm: float | None
    snr_db: float | None
    method: Method
    reason: str | None


def estimate_pulse(time_s: npt.ArrayLike, rgb: npt.ArrayLike, *, method: Method = "POS") -> Pulse:
    """Estimate the pulse rate of a recording from the mean colour of facial skin.

    Samples that are missing, NaN or not positive are gaps. Gaps up to 0.25 s are bridged by a
    straight line, longer ones cut the recording into stretches; stretches of at least 8 s are
    resampled evenly at the median frame rate, turned into a pulse wave, and their power spectra
    (Hann windows of up to 20 s, half overlapping, zero-padded) are averaged by length. The rate
    is the highest local maximum from 40 to 180 bpm, refined by a parabola through the log power.

    The signal-to-noise ratio follows de Haan and Jeanne (2013): the power near the rate and near
    twice the rate, over the rest of the power from 0.66 to 4 Hz, in dB. Near is within 0.1 Hz, or
    within the inverse of the spectrum's length where that is wider (under 10 s). A steady pulse
    in 10 s reaches about 10 dB at most, since so short a spectrum spreads its peak; noise alone
    stays under about 2 dB.

    Args:
        time_s: times, s, shape (n,), never backwards.
        rgb: mean red, green and blue of facial skin, linear or coded, any scale, shape (n, 3).
        method: "POS" (Wang et al. 2017) or "CHROM" (de Haan and Jeanne 2013).

    Returns:
        The rate with its signal-to-noise ratio. No rate, and the reason, where no stretch lasts
        8 s, the frame rate is under 10 a second, there is no peak or its ratio is under 3 dB.

    Raises:
        InputError: shapes that do not fit, times that run backwards, or an unknown method.

    >>> time = np.arange(0, 12, 1 / 30)
    >>> beat = 0.005 * np.sin(2 * np.pi * 1.2 * time)
    >>> skin = np.array([0.5, 0.25, 0.15]) * (1 - np.outer(beat, [0.3, 0.8, 0.5]))
    >>> round(estimate_pulse(time, skin).rate_bpm, 1)
    72.0
    """
    if method not in _WAVES:
        raise InputError(
            f"The pulse method {method!r} is not known.", f"Use one of {', '.join(_WAVES)}."
        )
    colour = np.asarray(rgb, dtype=np.float64)
    if colour.ndim != 2 or colour.shape[1] != 3:
        raise InputError(
            f"The colours have the shape {colour.shape}.", "Give red, green, blue: shape (n, 3)."
        )
    time = check_time_stamps(time_s, len(colour))
    good = np.isfinite(colour).all(axis=1) & (colour > 0).all(axis=1)
    time, first = np.unique(time[good], return_index=True)
    colour = colour[good][first]
    if len(time) < 2:
        return Pulse(None, None, method, "there are no usable samples")
    frame_rate = 1.0 / float(np.median(np.diff(time)))
    if frame_rate < MINIMUM_FRAME_RATE:
        return Pulse(
            None,
            None,
            method,
            f"{frame_rate:.1f} frames a second are too few (at least {MINIMUM_FRAME_RATE:g})",
        )
    stretches = _even_stretches(time, colour, frame_rate)
    if not stretches:
        return Pulse(None, None, method, f"no stretch without a gap lasts {MINIMUM_DURATION_S:g} s")
    frequency, power = _mean_spectrum(
        [_WAVES[method](stretch, frame_rate) for stretch in stretches], frame_rate
    )
    peak = _peak_frequency(frequency, power)
    if peak is None:
        return Pulse(None, None, method, "the spectrum has no peak from 40 to 180 bpm")
    longest_s = max(len(stretch) for stretch in stretches) / frame_rate
    half_width = max(PEAK_HALF_WIDTH_HZ, 1.0 / min(longest_s, SEGMENT_S))
    snr = _signal_to_noise_db(frequency, power, peak, half_width)
    if snr < MINIMUM_SNR_DB:
        return Pulse(
            None,
            snr,
            method,
            f"the pulse stands out by {snr:.1f} dB only (at least {MINIMUM_SNR_DB:g})",
        )
    return Pulse(60.0 * peak, snr, method, None)


def pos_wave(rgb: FloatArray, frame_rate: float) -> FloatArray:
    """Turn colour into a pulse wave by projecting it on the plane orthogonal to skin tone (POS).

    Wang W, den Brinker AC, Stuijk S, de Haan G: Algorithmic principles of remote PPG. IEEE Trans
    Biomed Eng 2017;64(7):1479-1491, algorithm 1. In each window of 1.6 s: each channel over its
    mean, s1 = G - B, s2 = G + B - 2 R, s1 + s2 sd(s1)/sd(s2), centred, and added into the wave.

    Args:
        rgb: evenly sampled, positive, shape (n, 3), n at least 1.6 s.
        frame_rate: samples a second.

    Returns:
        The pulse wave, shape (n,), of arbitrary size, rising with blood volume.
    """
    # A window adds a weighted sum of the channels, and its weights leave no mean. So the weights
    # of all windows over a sample are summed first, by running sums: much faster than a loop.
    length = int(np.ceil(WINDOW_S * frame_rate))
    change = rgb / rgb.mean(axis=0) - 1.0
    mean = _running_sum(change, length) / length
    products = change[:, :, None] * change[:, None, :]
    covariance = _running_sum(products, length) / length - mean[:, :, None] * mean[:, None, :]
    first, second = (np.array(axis) / (1.0 + mean) for axis in _POS_AXES)
    first_sd, second_sd = (
        np.sqrt(np.einsum("wi,wij,wj->w", axis, covariance, axis).clip(0.0))
        for axis in (first, second)
    )
    varies = second_sd > 0
    ratio = np.divide(first_sd, second_sd, out=np.zeros_like(first_sd), where=varies)
    margin = np.zeros((length - 1, 3))
    weights = np.concatenate([margin, first + second * ratio[:, None], margin])
    wave: FloatArray = -(_running_sum(weights, length) * (1.0 + change)).sum(axis=1)
    return wave


def chrom_wave(rgb: FloatArray, frame_rate: float) -> FloatArray:
    """Turn colour into a pulse wave by two chrominance signals (CHROM).

    de Haan G, Jeanne V: Robust pulse rate from chrominance-based rPPG. IEEE Trans Biomed Eng
    2013;60(10):2878-2886: X = 3 R - 2 G, Y = 1.5 R + G - 1.5 B of the normalised channels, both
    band-passed, X - Y sd(X)/sd(Y) in half overlapping Hann windows of 1.6 s. Unlike the paper,
    normalising and filtering run over the whole stretch, not anew in each window, which spares
    the filter's edges.

    Args:
        rgb: evenly sampled, positive, shape (n, 3), n at least 1.6 s.
        frame_rate: samples a second, at least 10.

    Returns:
        The pulse wave, shape (n,), of arbitrary size, rising with blood volume.
    """
    length = 2 * int(np.ceil(WINDOW_S * frame_rate / 2))
    kernel = np.ones(length + 1)
    share = np.convolve(np.ones(len(rgb)), kernel, mode="same")
    red, green, blue = (
        channel / (np.convolve(channel, kernel, mode="same") / share) for channel in rgb.T
    )
    band = signal.butter(3, NOISE_BAND_HZ, "bandpass", fs=frame_rate, output="sos")
    first = signal.sosfiltfilt(band, 3.0 * red - 2.0 * green)
    second = signal.sosfiltfilt(band, 1.5 * red + green - 1.5 * blue)
    taper = signal.windows.hann(length, sym=False)
    wave = np.zeros(len(rgb))
    for start in range(0, len(rgb) - length + 1, length // 2):
        part = slice(start, start + length)
        beat = first[part] - second[part] * _ratio(first[part].std(), second[part].std())
        wave[part] += taper * beat
    return wave


_WAVES: Final = {"POS": pos_wave, "CHROM": chrom_wave}


def _running_sum(values: FloatArray, length: int) -> FloatArray:
    """Sums over every window of so many samples along the first axis."""
    total = np.cumsum(values, axis=0)
    sums = total[length - 1 :].copy()
    sums[1:] -= total[:-length]
    return sums


def _ratio(numerator: float, denominator: float) -> float:
    """Return the quotient, or 0 where a signal has no variation to weigh by."""
    return numerator / denominator if denominator > 0 else 0.0


def _even_stretches(time: FloatArray, colour: FloatArray, frame_rate: float) -> list[FloatArray]:
    """Cut at long gaps and resample each stretch that is long enough, at the frame rate."""
    cuts = np.flatnonzero(np.diff(time) > max(LONGEST_GAP_S, 1.5 / frame_rate)) + 1
    stretches = []
    for part in np.split(np.arange(len(time)), cuts):
        begin, end = time[part[0]], time[part[-1]]
        # The last frame lasts one frame time beyond its stamp.
        if end - begin + 1.0 / frame_rate < MINIMUM_DURATION_S - 1e-6:
            continue
        even = begin + np.arange(int((end - begin) * frame_rate + 1e-6) + 1) / frame_rate
        stretches.append(
            np.column_stack([np.interp(even, time[part], channel) for channel in colour[part].T])
        )
    return stretches


def _mean_spectrum(waves: list[FloatArray], frame_rate: float) -> tuple[FloatArray, FloatArray]:
    """Average the power spectra of the stretches, each weighted by its length."""
    segment = int(SEGMENT_S * frame_rate)
    padded = int(2 ** np.ceil(np.log2(max(segment, frame_rate / SPECTRAL_STEP_HZ))))
    spectra = [
        signal.welch(
            wave, frame_rate, nperseg=min(segment, len(wave)), nfft=padded, detrend="linear"
        )
        for wave in waves
    ]
    power = np.average([power for _, power in spectra], axis=0, weights=[len(w) for w in waves])
    return spectra[0][0], power


def _peak_frequency(frequency: FloatArray, power: FloatArray) -> float | None:
    """Return the highest local maximum in the pulse band, Hz: a slope at its edge is no pulse."""
    low, high = (bpm / 60.0 for bpm in PULSE_BAND_BPM)
    peaks, _ = signal.find_peaks(power)
    peaks = peaks[(frequency[peaks] >= low) & (frequency[peaks] <= high)]
    if len(peaks) == 0:
        return None
    top = int(peaks[np.argmax(power[peaks])])
    before, at, after = np.log(power[top - 1 : top + 2])
    bend = before - 2.0 * at + after
    shift = 0.5 * (before - after) / bend if bend < 0 else 0.0
    return float(frequency[top] + shift * (frequency[1] - frequency[0]))


def _signal_to_noise_db(
    frequency: FloatArray, power: FloatArray, peak: float, half_width: float
) -> float:
    """Power about the peak and its first harmonic over the rest of the noise band, dB."""
    band = (frequency >= NOISE_BAND_HZ[0]) & (frequency <= NOISE_BAND_HZ[1])
    near = (np.abs(frequency - peak) <= half_width) | (np.abs(frequency - 2.0 * peak) <= half_width)
    return float(10.0 * np.log10(power[band & near].sum() / power[band & ~near].sum()))
