"""Everything that happened to a person, by date: a chart, a list, and the one next thing to do."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from functools import partial
from typing import Any, Final, overload

from django.db.models import F
from django.urls import reverse
from django.utils import timezone
from django.utils.dateformat import format as format_date
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from rubor.errors import RuborError
from rubor.web.diary.models import Entry
from rubor.web.people.models import Person
from rubor.web.people.templatetags.library import library_text
from rubor.web.recordings.models import Recording
from rubor.web.recordings.shown_numbers import Amount, response_amounts
from rubor.web.treatments.models import Treatment
from rubor.web.trials.models import Trial

__all__ = ["Happening", "Next", "Timeline", "timeline"]

# What neither the chart nor the list shows, and what would be large to read.
_NOT_SHOWN: Final = (
    "summary",
    "episodes",
    "conditions",
    "camera_settings",
    "path_check",
    "sealed_key",
)


@dataclass(frozen=True)
class Happening:
    """One line of the list.

    Attributes:
        kind: "recording", "treatment", "side-effect", "blush" or "note".
        day: on which it happened.
        at: for the order within a day.
        name, title, detail: what it is.
        amount: the response of a recording.
        doubtful: whether the recording was not good enough.
        url: where there is more; empty where there is none.
    """

    kind: str
    day: date
    at: datetime
    name: str
    title: str
    detail: str = ""
    amount: Amount | None = None
    doubtful: bool = False
    url: str = ""


@dataclass(frozen=True)
class Next:
    """Something to do.

    Attributes:
        text: what, and why now.
        button: words of its button.
        url: where it leads.
        due: not before this day; None for now.
    """

    text: str
    button: str
    url: str
    due: date | None = None


@dataclass(frozen=True)
class Timeline:
    """All of it.

    Attributes:
        happenings: newest first.
        chart: what the script draws; None without a measured response.
        next: the one next thing to do.
        also: what else is due.
        unfinished: recordings that are still being received or measured.
    """

    happenings: Sequence[Happening]
    chart: dict[str, Any] | None
    next: Next
    also: list[Next]
    unfinished: int


def timeline(person: Person, today: date) -> Timeline:
    """Read all that a person has, in a fixed number of queries."""
    recordings = list(
        person.recordings.defer(*_NOT_SHOWN).annotate(accepted=F("summary__accepted"))
    )
    treatments = list(person.treatments.all())
    entries = list(person.entries.select_related("treatment"))
    trials = list(person.trials.filter(closed_at=None))
    happenings: list[tuple[datetime, Callable[[], Happening]]] = [
        *((row.recorded_at, partial(_recording, row)) for row in recordings),
        *((_noon(row.treated_on), partial(_treatment, row)) for row in treatments),
        *((_entry_at(row), partial(_entry, row)) for row in entries),
    ]
    first, *also = _to_do(person, recordings, treatments, trials, today)
    return Timeline(
        happenings=_NewestFirst(happenings),
        chart=_chart(recordings, treatments, entries),
        next=first,
        also=also,
        unfinished=sum(
            row.state in (Recording.State.WAITING, Recording.State.MEASURING) for row in recordings
        ),
    )


class _NewestFirst(Sequence[Happening]):
    """Happenings in order, each put into words only when it is looked at: a page shows a few of many."""

    def __init__(self, timed: Iterable[tuple[datetime, Callable[[], Happening]]]) -> None:
        ordered = sorted(timed, key=lambda one: one[0], reverse=True)
        self._makers = [maker for _at, maker in ordered]

    def __len__(self) -> int:
        return len(self._makers)

    @overload
    def __getitem__(self, index: int) -> Happening: ...

    @overload
    def __getitem__(self, index: slice) -> list[Happening]: ...

    def __getitem__(self, index: int | slice) -> Happening | list[Happening]:
        if isinstance(index, slice):
            return [maker() for maker in self._makers[index]]
        return self._makers[index]()


# --- the list -----------------------------------------------------------------------------------


def _recording(row: Any) -> Happening:
    states = {
        Recording.State.RECEIVING: _("still arriving"),
        Recording.State.WAITING: _("waiting to be measured"),
        Recording.State.MEASURING: _("being measured"),
        Recording.State.FAILED: _("could not be measured"),
        Recording.State.CANCELLED: _("stopped"),
    }
    at = timezone.localtime(row.recorded_at)
    smile = row.protocol.get("purpose") == "smile"
    name = _("Smile check") if smile else _("Recording")
    if row.is_try_out:
        name = _("Try-out")
    return Happening(
        kind="recording",
        day=at.date(),
        at=row.recorded_at,
        name=name,
        title=row.title or date_format(at, "TIME_FORMAT"),
        detail=states.get(row.state, ""),
        amount=response_amounts(row.response).get("whole"),
        doubtful=row.accepted is False,
        url=reverse("treatments:smile") if smile else reverse("recordings:show", args=[row.pk]),
    )


def _treatment(row: Treatment) -> Happening:
    sides = {"left": _("left side"), "right": _("right side")}
    return Happening(
        kind="treatment",
        day=row.treated_on,
        at=_noon(row.treated_on),
        name=_("Treatment"),
        title=_treatment_title(row.kind),
        detail=sides.get(row.side, ""),
        url=reverse("treatments:show", args=[row.pk]),
    )


def _entry(row: Entry) -> Happening:
    at, url = _entry_at(row), reverse("diary:list")
    if row.kind == "side effect":
        detail = _("no longer there") if row.severity == 0 else ""
        if row.severity:
            detail = _("%(severity)d of 10") % {"severity": row.severity}
        title = _effect_label(row.effect)
        return Happening("side-effect", row.on, at, _("Side effect"), title, detail, url=url)
    if row.kind == "blush":
        felt = _("felt %(redness)d of 10") % {"redness": row.redness} if row.redness else ""
        return Happening("blush", row.on, at, _("Blush in daily life"), felt, row.note, url=url)
    return Happening("note", row.on, at, _("Note"), row.note, url=url)


def _entry_at(row: Entry) -> datetime:
    return datetime.combine(row.on, row.at or time(12), timezone.get_current_timezone())


def _treatment_title(kind: str) -> str:
    from rubor.treatments import treatment

    try:
        return library_text(treatment(kind).title)
    except RuborError:
        return kind.replace("_", " ")


def _effect_label(effect: str) -> str:
    from rubor.pathway.side_effects import side_effect

    try:
        return library_text(side_effect(effect).label)
    except RuborError:
        return effect.replace("_", " ")


def _noon(day: date) -> datetime:
    return datetime.combine(day, time(12), timezone.get_current_timezone())


# --- the chart ----------------------------------------------------------------------------------


def _chart(
    recordings: Sequence[Any], treatments: Iterable[Treatment], entries: Iterable[Entry]
) -> dict[str, Any] | None:
    """Responses in percent with their intervals, and what happened besides; None without responses."""
    found = [
        (row, amounts)
        for row in reversed(recordings)
        if row.state == Recording.State.MEASURED
        and not row.is_try_out  # too short to stand beside the others
        and (amounts := response_amounts(row.response))
    ]
    if not found:
        return None
    # Blood and the plain index do not share an axis: the one that most recordings have is drawn.
    measures = [next(iter(amounts.values())).measure for _row, amounts in found]
    measure = max(sorted(set(measures)), key=measures.count)
    points = [
        {
            "at": row.recorded_at.timestamp(),
            "day": date_format(timezone.localtime(row.recorded_at)),
            "url": reverse("recordings:show", args=[row.pk]),
            "title": row.title,
            "good": row.accepted is True,
            **{
                side: [round(value, 2) for value in (one.value, one.low, one.high)]
                for side, one in amounts.items()
            },
        }
        for (row, amounts), own in zip(found, measures, strict=True)
        if own == measure
    ]
    names = {"side effect": "side-effect", "blush": "blush"}
    return {
        "digits": 0 if measure == "blood_change" else 1,
        "points": points,
        "treatments": [
            {"at": _noon(row.treated_on).timestamp(), "title": _treatment_title(row.kind)}
            for row in treatments
        ],
        "entries": [
            {"at": _noon(row.on).timestamp(), "kind": names.get(row.kind, "note")}
            for row in entries
        ],
        "months": [format_date(date(2001, month, 1), "M") for month in range(1, 13)],
        "words": {
            "whole": _("Both cheeks"),
            "left": _("Left cheek"),
            "right": _("Right cheek"),
            "doubtful": _("not good enough"),
            "open": _("Open this recording"),
            "recording": _("Recording"),
            "unit": _("blood in the skin, percent over rest")
            if measure == "blood_change"
            else _("red against green, percent over rest"),
        },
    }


# --- what next ----------------------------------------------------------------------------------


def _to_do(
    person: Person,
    recordings: Sequence[Any],
    treatments: Sequence[Treatment],
    trials: Sequence[Trial],
    today: date,
) -> list[Next]:
    """What is due, in this order: help, what a trial waits for, follow-up; else another beginning."""
    due = _reminders(person, today) if treatments else []
    urgent = [one for one, kind in due if kind == "help"]
    steps = _steps(trials, today)
    now = [
        *urgent,
        *(step for step in steps if step.due is None),
        *(one for one, kind in due if kind != "help"),
    ]
    later = [step for step in steps if step.due is not None]
    return [*now, *later] or [_beginning(recordings)]


def _beginning(recordings: Sequence[Any]) -> Next:
    """Where nothing waits."""
    if not recordings:
        return Next(
            _("Make the first recording."), _("Start a recording"), reverse("recordings:new")
        )
    if not any(row.state == Recording.State.MEASURED for row in recordings):
        return Next(
            _("What the first recording shows, you see here when it is measured."),
            _("To the recordings"),
            reverse("recordings:list"),
        )
    return Next(
        _("To know whether a treatment works, begin a trial before you have it."),
        _("Begin a trial"),
        reverse("trials:new"),
    )


def _reminders(person: Person, today: date) -> list[tuple[Next, str]]:
    from rubor.web.treatments.reminders import reminders

    buttons = {
        "help": _("Read what to do"),
        "follow-up": _("Look at the visit"),
        "smile": _("Film the smile"),
        "side effect": _("Write it down"),
    }
    return [
        (Next(one.text, buttons[one.kind], one.url), one.kind) for one in reminders(person, today)
    ]


def _steps(rows: Sequence[Trial], today: date) -> list[Next]:
    from rubor.web.trials.next_step import next_step
    from rubor.web.trials.store import load
    from rubor.web.trials.views import first_addable

    trials = [(row, load(row)) for row in rows]
    waiting = first_addable(trials)
    steps = [(trial.name, next_step(row, waiting[row.pk], today)) for row, trial in trials]
    return [
        Next(
            _("Trial “%(name)s”: %(text)s") % {"name": name, "text": step.text},
            step.button,
            step.url,
            step.due,
        )
        for name, step in steps
    ]
