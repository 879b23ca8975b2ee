"""What is believed of a treatment before a person's own recordings, each with source and strength."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Final, Literal

import numpy as np
import numpy.typing as npt

from rubor.errors import InputError

__all__ = [
    "CommonPriors",
    "Prior",
    "ReductionThirds",
    "TreatmentPriors",
    "common_priors",
    "treatment_names",
    "treatment_priors",
]

FloatArray = npt.NDArray[np.float64]

_COMMON: Final = "common"


@dataclass(frozen=True)
class Prior:
    """One distribution.

    Attributes:
        distribution: `normal` or `lognormal`.
        centre: mean of a normal, median of a lognormal.
        spread: standard deviation; of the natural logarithm for a lognormal. Above 0.
        source: what it rests on.
        strength: of the evidence: `high`, `moderate`, `low`, `very_low`; `own` for a user's own.
    """

    distribution: Literal["normal", "lognormal"]
    centre: float
    spread: float
    source: str = "chosen by the user"
    strength: str = "own"

    def __post_init__(self) -> None:
        if self.distribution not in ("normal", "lognormal"):
            raise InputError(
                f"A prior cannot be '{self.distribution}'.", "Choose normal or lognormal."
            )
        if not (np.isfinite(self.spread) and self.spread > 0 and np.isfinite(self.centre)):
            raise InputError(
                f"A prior with centre {self.centre} and spread {self.spread} is not possible.",
                "Give finite numbers and a spread above 0, or switch the prior off.",
            )
        if self.distribution == "lognormal" and self.centre <= 0:
            raise InputError(
                f"The median {self.centre} of a lognormal prior is not above 0.",
                "Give one that is.",
            )

    def log_density(self, value: npt.ArrayLike) -> FloatArray:
        """Natural logarithm of the density.

        Args:
            value: any shape; above 0 for a lognormal.

        Returns:
            The logarithm, of the shape of `value`.

        >>> float(Prior("normal", 0.0, 1.0).log_density(0.0))
        -0.919
        """
        at = np.asarray(value, dtype=np.float64)
        if self.distribution == "lognormal":
            z = (np.log(at) - np.log(self.centre)) / self.spread
            return np.asarray(-0.5 * z**2 - np.log(self.spread * np.sqrt(2.0 * np.pi) * at))
        z = (at - self.centre) / self.spread
        return np.asarray(-0.5 * z**2 - np.log(self.spread * np.sqrt(2.0 * np.pi)))


@dataclass(frozen=True)
class ReductionThirds:
    """Where 'little', 'some' and 'very pleased' part, as shares of the response that is gone.

    Attributes:
        little_below: below this is little.
        very_pleased_above: above this is very pleased.
        source: what the cut-offs rest on.
        strength: of the evidence.
    """

    little_below: float
    very_pleased_above: float
    source: str
    strength: str


@dataclass(frozen=True)
class CommonPriors:
    """What is believed whatever the treatment.

    Attributes:
        thirds: cut-offs between the thirds.
        untreated_improvement: share by which responses fall without an effective treatment.
        habituation_per_recording: share by which each recording lowers the next one's response.
        regression_to_the_mean: share by which the baseline mean lies above the person's usual.
    """

    thirds: ReductionThirds
    untreated_improvement: Prior
    habituation_per_recording: Prior
    regression_to_the_mean: Prior


@dataclass(frozen=True)
class TreatmentPriors:
    """What is believed of one treatment.

    Attributes:
        name: as in `treatment_names`.
        reduction: share of the response that the treatment takes away.
        onset_days: time to half of the full effect, days; None: not known.
        duration_months: time until half of the full effect is gone, months; None: not known.
        earliest_retreatment_weeks: shortest interval between treatments; None: no rule.
        earliest_retreatment_source: what that rests on.
    """

    name: str
    reduction: Prior
    onset_days: Prior | None
    duration_months: Prior | None
    earliest_retreatment_weeks: float | None
    earliest_retreatment_source: str | None


@cache
def _tables() -> dict[str, Any]:
    path = files("rubor.treatments") / "data" / "priors.toml"
    return tomllib.loads(path.read_text(encoding="utf-8"))


def _prior(entry: dict[str, Any] | None) -> Prior | None:
    return None if entry is None else _required(entry)


def _required(entry: dict[str, Any]) -> Prior:
    lognormal = entry["distribution"] == "lognormal"
    return Prior(
        distribution=entry["distribution"],
        centre=float(entry["median" if lognormal else "mean"]),
        spread=float(entry["sigma" if lognormal else "sd"]),
        source=entry["source"],
        strength=entry["strength"],
    )


def treatment_names() -> tuple[str, ...]:
    """Treatments that have priors.

    >>> treatment_names()
    ('botulinum_toxin', 'light', 'brimonidine')
    """
    return tuple(name for name in _tables() if name != _COMMON)


@cache
def treatment_priors(name: str) -> TreatmentPriors:
    """Priors of one treatment.

    Args:
        name: one of `treatment_names`.

    Returns:
        The priors.

    Raises:
        InputError: no such treatment.

    >>> treatment_priors("botulinum_toxin").duration_months.centre
    3.3
    """
    if name not in treatment_names():
        known = ", ".join(treatment_names())
        raise InputError(f"No treatment is called '{name}'.", f"Choose one of: {known}.")
    entry = _tables()[name]
    return TreatmentPriors(
        name=name,
        reduction=_required(entry["reduction"]),
        onset_days=_prior(entry.get("onset_days")),
        duration_months=_prior(entry.get("duration_months")),
        earliest_retreatment_weeks=entry.get("earliest_retreatment_weeks"),
        earliest_retreatment_source=entry.get("earliest_retreatment_source"),
    )


@cache
def common_priors() -> CommonPriors:
    """What is believed whatever the treatment.

    >>> common_priors().untreated_improvement.centre
    0.15
    """
    entry = _tables()[_COMMON]
    return CommonPriors(
        thirds=ReductionThirds(**entry["reduction_thirds"]),
        untreated_improvement=_required(entry["untreated_improvement"]),
        habituation_per_recording=_required(entry["habituation_per_recording"]),
        regression_to_the_mean=_required(entry["regression_to_the_mean"]),
    )
