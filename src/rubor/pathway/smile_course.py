"""Rest and smiles in the course of the mouth corners, and how far they can be trusted."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.ndimage import median_filter
from scipy.signal import find_peaks
from scipy.stats import t as student

from rubor.pathway.smile_rules import smile_rules

__all__ = [
    "Level",
    "Plateau",
    "find_rest",
    "find_smiles",
    "level_of",
    "neighbours_alike",
    "smile_effort_mm",
]

FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]

# The standard deviation of a median over that of a mean.
_MEDIAN_OVER_MEAN = math.sqrt(math.pi / 2.0)
# A gap longer than so many pictures ends a stretch.
_GAP_PICTURES = 4.0
_MOST_CORRELATION = 0.95


@dataclass(frozen=True, eq=False)
class Plateau:
    """Where one smile is at its greatest.

    Attributes:
        start_s, end_s: times of its first and last picture.
        pictures: (n,) mask of the course.
    """

    start_s: float
    end_s: float
    pictures: BoolArray


@dataclass(frozen=True)
class Level:
    """The level of a stretch of noisy values.

    Attributes:
        value: their median.
        sd: its standard deviation, as neighbouring values are alike.
        freedom: degrees of freedom of that.
    """

    value: float
    sd: float
    freedom: float

    def less(self, other: Level) -> Level:
        """The difference of two levels (degrees of freedom after Satterthwaite).

        >>> Level(5.0, 0.3, 9.0).less(Level(1.0, 0.4, 16.0))
        Level(value=4.0, sd=0.5, freedom=25.0)
        """
        variance = self.sd**2 + other.sd**2
        shares = self.sd**4 / self.freedom + other.sd**4 / other.freedom
        freedom = variance**2 / shares if shares > 0.0 else self.freedom + other.freedom
        return Level(self.value - other.value, math.sqrt(variance), freedom)

    @property
    def error_95(self) -> float:
        """Half of the interval that holds the true level with 95 %.

        >>> round(Level(5.0, 0.3, 9.0).error_95, 2)
        0.68
        """
        return float(student.ppf(0.975, self.freedom)) * self.sd


def smile_effort_mm(corners_mm: FloatArray) -> FloatArray:
    """(n,) how far both mouth corners lie outward and upward, mean of the sides.

    Args:
        corners_mm: (n, 2, 2) side, outward and upward.

    >>> smile_effort_mm(np.array([[[3.0, 4.0], [4.0, 3.0]]])).round(2).tolist()
    [4.95]
    """
    return np.asarray(corners_mm.sum(axis=2).mean(axis=1) / math.sqrt(2.0))


def find_rest(time_s: FloatArray, effort_mm: FloatArray) -> BoolArray:
    """(n,) the pictures of a mouth at rest.

    Of the lower half of the movement, the place where the mouth is most of the time: so neither a
    broad smile that is held long nor a short pout is taken for rest.

    Args:
        time_s: rising.
        effort_mm: of `smile_effort_mm`; of any origin.
    """
    rules = smile_rules()["course"]
    period_s = _period_s(time_s)
    steady = _steady(effort_mm, rules["least_rest_s"], period_s)
    low, high = float(steady.min()), float(steady.max())
    lower = np.sort(steady[steady <= (low + high) / 2.0])
    half = max(len(lower) // 2, 1)
    widths = lower[half:] - lower[: len(lower) - half] if len(lower) > half else np.zeros(1)
    first = int(widths.argmin())
    usual = float(np.median(lower[first : first + half + 1]))
    near = np.abs(steady - usual) <= rules["rest_share"] * (high - low)
    return _lasting(near, time_s, rules["least_rest_s"], period_s)


def find_smiles(
    time_s: FloatArray, effort_mm: FloatArray, rest: BoolArray, least_mm: float
) -> tuple[Plateau, ...]:
    """The plateau of every smile, in order of time.

    Args:
        time_s: rising.
        effort_mm: of `smile_effort_mm`.
        rest: of `find_rest`.
        least_mm: what stands out by less is no smile.
    """
    rules = smile_rules()["course"]
    period_s = _period_s(time_s)
    steady = _steady(effort_mm, rules["least_plateau_s"], period_s)
    steady = steady - float(np.median(steady[rest]))
    noise = float(np.std(steady[rest]))
    prominence = max(least_mm, rules["prominence_share"] * float(steady.max()))
    # A smile that the recording begins or ends with counts as well.
    padded = np.concatenate([[0.0], np.maximum(steady, 0.0), [0.0]])
    peaks = find_peaks(padded, prominence=prominence)[0] - 1
    found: list[Plateau] = []
    for peak in peaks:
        top = float(steady[peak])
        allowed = max(rules["plateau_drop_share"] * top, 3.0 * noise)
        pictures = _stretch_about(int(peak), steady >= top - allowed, time_s, period_s)
        times = time_s[pictures]
        if times[-1] - times[0] + period_s >= rules["least_plateau_s"] and not any(
            (pictures & earlier.pictures).any() for earlier in found
        ):
            found.append(Plateau(float(times[0]), float(times[-1]), pictures))
    return tuple(found)


def level_of(values: FloatArray, correlation: float) -> Level:
    """The level of a stretch.

    Args:
        values: (n,).
        correlation: of neighbouring values.

    >>> level_of(np.array([1.0, 2.0, 3.0, 2.0]), 0.0).value
    2.0
    """
    independent = len(values) * (1.0 - correlation) / (1.0 + correlation)
    independent = max(independent, 1.5)
    spread = float(np.std(values, ddof=1)) if len(values) > 1 else 0.0
    sd = _MEDIAN_OVER_MEAN * spread / math.sqrt(independent)
    return Level(float(np.median(values)), sd, max(independent - 1.0, 0.5))


def neighbours_alike(values: FloatArray, stretches: tuple[BoolArray, ...]) -> float:
    """Correlation of neighbouring pictures about the level of their stretch, 0 to nearly 1.

    Corrected for the bias of short stretches (Kendall 1954, Biometrika 41:403).
    """
    pairs, squares, count = 0.0, 0.0, 0
    for pictures in stretches:
        beside = pictures[1:] & pictures[:-1]
        around = values - float(values[pictures].mean())
        pairs += float(np.sum(around[1:][beside] * around[:-1][beside]))
        squares += float(np.mean(around[pictures] ** 2)) * int(beside.sum())
        count += int(pictures.sum())
    if squares <= 0.0:
        return 0.0
    found = pairs / squares
    return float(np.clip(found + (1.0 + 3.0 * found) / count, 0.0, _MOST_CORRELATION))


def _period_s(time_s: FloatArray) -> float:
    return float(np.median(np.diff(time_s)))


def _steady(values: FloatArray, over_s: float, period_s: float) -> FloatArray:
    """The running median, so that a single picture is never a level."""
    size = 2 * max(round(over_s / period_s / 2.0), 1) + 1
    return np.asarray(median_filter(values, size, mode="nearest"))


def _stretch_about(peak: int, inside: BoolArray, time_s: FloatArray, period_s: float) -> BoolArray:
    """The pictures about one that are inside without a break."""
    breaks = np.flatnonzero(
        ~inside[1:] | ~inside[:-1] | (np.diff(time_s) > _GAP_PICTURES * period_s)
    )
    before, after = breaks[breaks < peak], breaks[breaks >= peak]
    first = int(before[-1]) + 1 if len(before) else 0
    last = int(after[0]) if len(after) else len(inside) - 1
    pictures = np.zeros(len(inside), np.bool_)
    pictures[first : last + 1] = True
    return pictures


def _lasting(near: BoolArray, time_s: FloatArray, least_s: float, period_s: float) -> BoolArray:
    """Only those that lie in a stretch of some length."""
    lasting = np.zeros(len(near), np.bool_)
    place = 0
    while place < len(near):
        if not near[place]:
            place += 1
            continue
        stretch = _stretch_about(place, near, time_s, period_s)
        times = time_s[stretch]
        if times[-1] - times[0] + period_s >= least_s:
            lasting |= stretch
        place = int(np.flatnonzero(stretch)[-1]) + 1
    return lasting
