"""The numbers that make recordings and sides comparable, from `data/comparison.toml`."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Final

from rubor.errors import InputError
from rubor.treatments import treatment, treatment_names

__all__ = [
    "OTHER_TREATMENT",
    "ComparisonRules",
    "Vasoconstrictor",
    "Window",
    "comparison_rules",
    "usual_window",
]

OTHER_TREATMENT: Final = "other"
"""A treatment that the catalogue does not know."""


@dataclass(frozen=True)
class Window:
    """When recordings count for the verdict, in days after the treatment.

    Attributes:
        start_days: earlier ones do not count: the treatment has not taken effect yet.
        primary_days: the day that the verdict speaks of.
        end_days: later ones feed the wear-off alone.

    >>> Window(14, 28, 56).holds(30), Window(14, 28, 56).holds(90)
    (True, False)
    """

    start_days: int
    primary_days: int
    end_days: int

    def __post_init__(self) -> None:
        if not 0 <= self.start_days <= self.primary_days <= self.end_days:
            raise InputError(
                f"A window from day {self.start_days} to {self.end_days} around day"
                f" {self.primary_days} is none.",
                "Give three days after the treatment that do not decrease.",
            )

    def holds(self, days: int) -> bool:
        """Whether a recording so many days after the treatment counts for the verdict."""
        return self.start_days <= days <= self.end_days


@dataclass(frozen=True)
class Vasoconstrictor:
    """A medicine that pales or reddens the face for hours; the times are those of the catalogue.

    Attributes:
        treatment: its name in `rubor.treatments`.
        names: what people write.
        spoils_hours: so long after it a recording shows the medicine.
        washout_hours: after this nothing of it is expected any more.
    """

    treatment: str
    names: tuple[str, ...]
    spoils_hours: float
    washout_hours: float


@dataclass(frozen=True)
class ComparisonRules:
    """See `data/comparison.toml`, where each has its source.

    Attributes:
        halo_cm: skin this near to the treated cells is not compared.
        midline_cm: skin this near to the midline is not compared between sides.
        vasoconstrictors: medicines that pale or redden the face for hours.
        provocations_apart_hours: least time between two provocations.
        smallest_effect: the reduction that matters, unless the person says otherwise.
        mirrored_below: a correlation of resting patterns under which a recording looks mirrored.
        photo_floor: least standard deviation of a photo's redness between days, ln(R/G).
        windows: by treatment, and "other" for those of which nothing is known.
    """

    halo_cm: float
    midline_cm: float
    vasoconstrictors: tuple[Vasoconstrictor, ...]
    provocations_apart_hours: float
    smallest_effect: float
    mirrored_below: float
    photo_floor: float
    windows: dict[str, Window]


@cache
def comparison_rules() -> ComparisonRules:
    """The rules that ship with the package.

    >>> comparison_rules().halo_cm
    1.5
    """
    text = (files("rubor.trials") / "data" / "comparison.toml").read_text(encoding="utf-8")
    table: dict[str, Any] = tomllib.loads(text)
    return ComparisonRules(
        halo_cm=table["halo_cm"]["value"],
        midline_cm=table["midline_cm"]["value"],
        vasoconstrictors=tuple(
            _vasoconstrictor(name, tuple(names))
            for name, names in table["vasoconstrictors"].items()
            if isinstance(names, list)
        ),
        provocations_apart_hours=table["provocations_apart"]["hours"],
        smallest_effect=table["smallest_effect"]["value"],
        mirrored_below=table["mirrored_fit"]["suspicious_below"],
        photo_floor=table["photo_floor"]["value"],
        windows={
            name: Window(window["start_days"], window["primary_days"], window["end_days"])
            for name, window in table["window"].items()
        },
    )


def _vasoconstrictor(name: str, names: tuple[str, ...]) -> Vasoconstrictor:
    wait = treatment(name).washout
    assert wait is not None
    assert wait.spoils_within is not None
    return Vasoconstrictor(name, names, wait.spoils_within, wait.hours)


def usual_window(treatment: str) -> Window:
    """When recordings count after a treatment; always, where nothing is known of when it acts.

    Args:
        treatment: one of `rubor.treatments.treatment_names`, or "other".

    Raises:
        InputError: no such treatment.

    >>> usual_window("botulinum_toxin")
    Window(start_days=14, primary_days=28, end_days=56)
    """
    if treatment not in (*treatment_names(), OTHER_TREATMENT):
        raise InputError(
            f"No treatment is called {treatment!r}.",
            f"Choose one of {', '.join((*treatment_names(), OTHER_TREATMENT))}.",
        )
    windows = comparison_rules().windows
    return windows.get(treatment, windows[OTHER_TREATMENT])
