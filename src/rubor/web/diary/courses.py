"""Noted side effects beside their expected courses; the judgement is the library's."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, cast

from rubor.web.diary.models import Entry

if TYPE_CHECKING:
    from rubor.pathway.side_effects import Course, DiaryEntry, SideEffect
    from rubor.web.treatments.models import Treatment

__all__ = ["NotedCourse", "noted_course", "noted_courses"]


@dataclass(frozen=True)
class NotedCourse:
    """A side effect that was noted.

    Attributes:
        effect: with its expected course.
        course: what the library makes of it.
        entries: of the diary, the newest first.
        open: whether it has not gone, as it was last noted.
        asked: whether it is time to write it down again.
    """

    effect: SideEffect
    course: Course
    entries: tuple[Entry, ...]
    open: bool
    asked: bool

    @property
    def tone(self) -> str:
        """Class of the page's colour."""
        if self.urgent:
            return "bad"
        calm = self.course.state == "as expected" and self.course.seek_help == "none"
        return "good" if calm else "care"

    @property
    def urgent(self) -> bool:
        """Whether help is needed today."""
        return self.course.seek_help in ("emergency", "doctor today")


def noted_courses(
    treatment: Treatment, entries: Iterable[Entry], today: date
) -> tuple[NotedCourse, ...]:
    """Every side effect that was noted after a treatment, the most urgent first.

    Args:
        treatment: of the catalogue; another one has no known side effects.
        entries: its side effects, in any order.
        today: the day of the judgement.
    """
    from rubor.pathway.side_effects import URGENCY, side_effects
    from rubor.treatments.catalogue import catalogue

    if treatment.kind not in {entry.id for entry in catalogue()}:
        return ()
    possible = {effect.id for effect in side_effects(treatment.kind)}
    rows: dict[str, list[Entry]] = {}
    for entry in entries:
        if entry.effect in possible:
            rows.setdefault(entry.effect, []).append(entry)
    found = [_course(treatment, effect, own, today) for effect, own in rows.items()]
    return tuple(
        sorted(
            found,
            key=lambda one: (-URGENCY.index(one.course.seek_help), not one.open, one.effect.id),
        )
    )


def noted_course(entry: Entry, today: date) -> NotedCourse | None:
    """The side effect of one entry, with all that was noted of it; None where it is not known."""
    if entry.treatment is None:
        return None
    same = Entry.objects.filter(treatment=entry.treatment, kind="side effect", effect=entry.effect)
    found = noted_courses(entry.treatment, same, today)
    return found[0] if found else None


def _course(treatment: Treatment, effect_id: str, rows: list[Entry], today: date) -> NotedCourse:
    from rubor.pathway.side_effects import judge_course, side_effect, still_there

    rows.sort(key=lambda entry: (entry.on, entry.created_at))
    noted = [_diary_entry(row) for row in rows]
    course = judge_course(noted, effect_id, treatment.treated_on, today)
    still = still_there(noted, effect_id)
    return NotedCourse(
        side_effect(effect_id), course, tuple(reversed(rows)), still, still and rows[-1].on < today
    )


def _diary_entry(row: Entry) -> DiaryEntry:
    from rubor.pathway.side_effects import DiaryEntry

    side: Any = row.side or None
    return DiaryEntry(row.on, row.effect, row.severity or 0, cast("Any", side), row.note)
