"""A smile beside the person's own from before a treatment; what counts as a change is the library's."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, Final

from django.utils.translation import gettext as _

from rubor.errors import InputError
from rubor.web.treatments.models import SmileCheck, Treatment
from rubor.web.treatments.words import SIDES

if TYPE_CHECKING:
    from rubor.pathway.smile import Smile
    from rubor.pathway.smile_change import SmileChange, ValueChange

__all__ = [
    "EFFECT",
    "ComparedSmile",
    "changes_smile",
    "compared_smile",
    "find_baselines",
    "treatment_before",
]

EFFECT: Final = "uneven_smile"
"""The side effect that a weaker smile is noted as."""


@dataclass(frozen=True)
class ComparedSmile:
    """A smile check with what it is compared with.

    Attributes:
        check: the row.
        smile: what was measured.
        baselines: the checks that it is compared with; empty where there are none.
        change: against them; None without any, or where they cannot be compared.
        problem: why they cannot be compared.
        treatment: the last treatment before it that can change a smile.
    """

    check: SmileCheck
    smile: Smile
    baselines: tuple[SmileCheck, ...]
    change: SmileChange | None
    problem: InputError | None
    treatment: Treatment | None

    @property
    def tone(self) -> str:
        """Class of the page's colour."""
        if self.change is None:
            return ""
        found = {one.found for one in (self.change.left, self.change.right, self.change.difference)}
        if "noticeable change" in found:
            return "bad"
        if "real change" in found:
            return "care"
        return "" if self.change.cannot_be_told else "good"

    @property
    def weaker_sides(self) -> tuple[str, ...]:
        """The sides that became weaker by more than the error of measuring."""
        if self.change is None:
            return ()
        sides = (("left", self.change.left), ("right", self.change.right))
        return tuple(name for name, one in sides if one.change_mm < 0.0 and one.found != _WITHIN)

    @property
    def weaker_side(self) -> str:
        """The same as one word of the diary; empty where none is weaker."""
        weaker = self.weaker_sides
        return "both" if len(weaker) == 2 else "".join(weaker)

    @property
    def headline(self) -> str:
        """The result in one sentence."""
        if self.change is None:
            return _(
                "In the broadest smile your left mouth corner moves %(left)s mm, the right one"
                " %(right)s mm."
            ) % {
                "left": f"{self.smile.left.excursion_mm:.1f}",
                "right": f"{self.smile.right.excursion_mm:.1f}",
            }
        if self.weaker_sides:
            return {
                "left": _("Your smile is weaker on your own left."),
                "right": _("Your smile is weaker on your own right."),
                "both": _("Your smile is weaker on both sides."),
            }[self.weaker_side]
        if any(one.found != _WITHIN for one in (self.change.left, self.change.right)):
            return _("Your smile is broader than before.")
        if self.change.difference.found != _WITHIN:
            return _("Each side is as before, but their difference has changed.")
        if self.change.cannot_be_told:
            return _(
                "Whether your smile has changed cannot be told: the error of measuring is too large."
            )
        return _("Your smile is as before, within the error of measuring.")

    @property
    def rows(self) -> list[dict[str, Any]]:
        """The changes as rows of a table and of the drawing."""
        if self.change is None:
            return []
        names = {**{key: str(words) for key, words in SIDES}, "difference": _("left less right")}
        values: tuple[tuple[str, ValueChange], ...] = (
            ("left", self.change.left),
            ("right", self.change.right),
            ("difference", self.change.difference),
        )
        return [
            {
                "key": key,
                "name": names[key],
                "baseline": one.baseline_mm,
                "now": one.now_mm,
                "change": one.change_mm,
                "low": one.interval_95_mm[0],
                "high": one.interval_95_mm[1],
                "found": _found_words(one.found),
            }
            for key, one in values
        ]


_WITHIN: Final = "within the error of measuring"


def _found_words(found: str) -> str:
    return {
        _WITHIN: _("within the error of measuring"),
        "real change": _("real change"),
        "noticeable change": _("noticeable change"),
    }[found]


def changes_smile(kind: str) -> bool:
    """Whether a treatment can change a smile, by its known side effects."""
    from rubor.pathway.side_effects import side_effect

    return kind in side_effect(EFFECT).treatments


def treatment_before(day: date, treatments: Sequence[Treatment]) -> Treatment | None:
    """The last treatment before a day that can change a smile."""
    found = [one for one in treatments if one.treated_on < day and changes_smile(one.kind)]
    return max(found, key=lambda one: one.treated_on, default=None)


def find_baselines(
    check: SmileCheck, checks: Sequence[SmileCheck], treatments: Sequence[Treatment]
) -> tuple[SmileCheck, ...]:
    """The person's own smiles that a check is compared with.

    Those up to the day of the first treatment that can change a smile, on which it does not act yet;
    where there are none, those up to the last one. Without such a treatment: all earlier ones.

    Args:
        check: that is compared.
        checks: measured ones of the same person.
        treatments: all of the person.
    """
    earlier = [one for one in checks if one.made_on <= check.made_on and one.pk != check.pk]
    earlier = [one for one in earlier if one.made_on < check.made_on or _before(one, check)]
    days = sorted(
        one.treated_on
        for one in treatments
        if changes_smile(one.kind) and one.treated_on < check.made_on
    )
    for day in (days[0], days[-1]) if days else (check.made_on,):
        found = tuple(one for one in earlier if one.made_on <= day)
        if found:
            return found
    return ()


def compared_smile(
    check: SmileCheck, checks: Sequence[SmileCheck], treatments: Sequence[Treatment]
) -> ComparedSmile:
    """A measured check beside its baselines."""
    from rubor.pathway.smile_change import smile_change
    from rubor.pathway.smile_json import smile_from_json

    smile = smile_from_json(check.result)
    baselines = find_baselines(check, checks, treatments)
    change, problem = None, None
    if baselines:
        try:
            change = smile_change(smile, [smile_from_json(one.result) for one in baselines])
        except InputError as error:
            problem = error
    return ComparedSmile(
        check, smile, baselines, change, problem, treatment_before(check.made_on, treatments)
    )


def _before(one: SmileCheck, other: SmileCheck) -> bool:
    """Which of two checks of one day was recorded first."""
    return one.recording.recorded_at < other.recording.recorded_at
