"""What to do next in a trial: always one thing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final, Literal

from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from rubor.trials import Trial
from rubor.trials.comparison import MINIMUM_PER_PHASE
from rubor.trials.comparison_rules import comparison_rules
from rubor.web.trials.models import Trial as TrialRow
from rubor.web.trials.store import load

__all__ = ["PLANNED_AFTER", "PLANNED_BEFORE", "NextStep", "next_step"]

# What the planner finds for a halved blush in a person of ordinary noise (benchmarks/results/trials.md).
PLANNED_BEFORE: Final = 4
PLANNED_AFTER: Final = 5
_WEAR_OFF_EVERY: Final = timedelta(days=28)

Kind = Literal["record", "add", "wait", "treat", "open", "follow", "closed"]


@dataclass(frozen=True)
class NextStep:
    """One thing to do.

    Attributes:
        kind: what sort.
        text: what and why, in one or two sentences.
        button: what the one button says.
        url: where it leads.
        due: not before this day; None where it can be done now.
    """

    kind: Kind
    text: str
    button: str
    url: str
    due: date | None = None


def next_step(row: TrialRow, unadded: object | None = None, today: date | None = None) -> NextStep:
    """The next step of a trial.

    Args:
        row: of the trial.
        unadded: id of a measured recording of the person that could be added; None where there is none.
        today: the person's.
    """
    trial = load(row)
    day = today or timezone.localdate()
    page = reverse("trials:show", args=[row.pk])
    if row.closed_at is not None:
        return NextStep("closed", _("This trial is ended."), _("Look at it"), page)
    if unadded is not None:
        return NextStep(
            "add",
            _("There is a measured recording that is not in the trial yet."),
            _("Add it to the trial"),
            reverse("trials:add", args=[row.pk, unadded]),
        )
    if trial.design == "alternating":
        return _alternating(row, trial, day)
    before = sum(one.phase == "before" for one in trial.counted)
    if not trial.treated_on:
        return _before(row, trial, before, day)
    return _after(row, trial, day)


def _before(row: TrialRow, trial: Trial, before: int, day: date) -> NextStep:
    if before < PLANNED_BEFORE:
        text = ngettext(
            "Record a blush before the treatment. There is %(count)d recording so far; %(wanted)d give"
            " a good start, %(least)d are the least.",
            "Record a blush before the treatment. There are %(count)d recordings so far; %(wanted)d"
            " give a good start, %(least)d are the least.",
            before,
        ) % {"count": before, "wanted": PLANNED_BEFORE, "least": MINIMUM_PER_PHASE}
        return _record(row, trial, text, day)
    text = _("You have enough recordings before. Have the treatment, then note its day here.")
    draw = trial.assignment
    if draw is not None and draw.kind == "start date":
        drawn = date.fromisoformat(draw.drawn[0])
        text = _("You have enough recordings before. The day that was drawn is %(day)s.") % {
            "day": date_format(drawn)
        }
    return NextStep("treat", text, _("Note the treatment"), _page(row, "#treated"))


def _after(row: TrialRow, trial: Trial, day: date) -> NextStep:
    last = trial.treated_on[-1]
    opens = last + timedelta(days=trial.window.start_days)
    closes = last + timedelta(days=trial.window.end_days)
    counted = [
        one
        for one in trial.counted
        if one.phase == "after" and trial.window.holds((one.date - last).days)
    ]
    if day < opens:
        text = _("The treatment takes time to act. Recordings count from %(day)s on.") % {
            "day": date_format(opens)
        }
        return NextStep("wait", text, _("Look at the trial"), _page(row), opens)
    if len(counted) < PLANNED_AFTER and day <= closes:
        text = ngettext(
            "Record a blush after the treatment, until %(day)s. There is %(count)d recording so far;"
            " %(wanted)d are planned.",
            "Record a blush after the treatment, until %(day)s. There are %(count)d recordings so far;"
            " %(wanted)d are planned.",
            len(counted),
        ) % {"count": len(counted), "wanted": PLANNED_AFTER, "day": date_format(closes)}
        return _record(row, trial, text, day)
    if not row.looks or row.verdict is None:
        return _open(row)
    if row.verdict["verdict"] == "not enough yet" and day <= closes:
        return _record(row, trial, _more_words(row.verdict["recordings_needed"]), day)
    return _wear_off(row, trial, day)


def _alternating(row: TrialRow, trial: Trial, day: date) -> NextStep:
    draw = trial.assignment
    assert draw is not None
    done = {one.occasion for one in trial.counted}
    left = [number for number in range(1, len(draw.drawn) + 1) if number not in done]
    if not left:
        return _open(row)
    drawn = draw.drawn[left[0] - 1]
    words = {
        "left": _("the person's left side"),
        "right": _("the person's right side"),
        "treated": _("with the treatment"),
        "untreated": _("without the treatment"),
    }
    shown = words[drawn] if trial.revealed else _("as the sealed plan says")
    text = _("Occasion %(number)d of %(count)d: %(what)s. Then record a blush.") % {
        "number": left[0],
        "count": len(draw.drawn),
        "what": shown,
    }
    return _record(row, trial, text, day)


def _record(row: TrialRow, trial: Trial, text: str, day: date) -> NextStep:
    """Record, but not sooner after the last provocation than the rules say."""
    apart = timedelta(hours=comparison_rules().provocations_apart_hours)
    earlier = [one.date for one in trial.counted if one.provocation != "rest"]
    due = max(earlier) + apart if earlier else None
    if due is not None and due > day:
        text = "{} {}".format(
            text,
            _("Not before %(day)s: responses shrink when they are provoked again too soon.")
            % {"day": date_format(due)},
        )
    else:
        due = None
    return NextStep("record", text, _("Record"), reverse("recordings:new"), due)


def _open(row: TrialRow) -> NextStep:
    return NextStep(
        "open",
        _("Everything that was planned is there. You can open the answer."),
        _("Open the answer"),
        reverse("trials:verdict", args=[row.pk]),
    )


def _more_words(needed: int | None) -> str:
    if needed is None:
        return _(
            "It cannot be told yet, and at this rate more recordings will hardly tell. You may go on, or"
            " end the trial as not told."
        )
    return ngettext(
        "It cannot be told yet. About %(count)d more recording may be enough.",
        "It cannot be told yet. About %(count)d more recordings may be enough.",
        needed,
    ) % {"count": needed}


def _wear_off(row: TrialRow, trial: Trial, day: date) -> NextStep:
    """How long it lasts is told by recordings every four weeks."""
    last = max((one.date for one in trial.counted), default=day)
    due = last + _WEAR_OFF_EVERY
    text = _(
        "To see how long it lasts, record a blush every four weeks; the next about %(day)s."
    ) % {"day": date_format(due)}
    return NextStep(
        "follow", text, _("Record"), reverse("recordings:new"), due if due > day else None
    )


def _page(row: TrialRow, place: str = "") -> str:
    return reverse("trials:show", args=[row.pk]) + place


def last_look(row: TrialRow) -> datetime | None:
    """When the answer was opened last."""
    return datetime.fromisoformat(row.looks[-1]["at"]) if row.looks else None
