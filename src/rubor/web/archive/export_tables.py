"""The flat tables of an export, for other programs: each as CSV and Parquet, one line a row."""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from rubor.errors import RuborError
from rubor.web.people.models import Person
from rubor.web.recordings.models import Recording

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Flat", "readme", "recording_line", "table_files"]

Flat = dict[str, Any]
Columns = tuple[tuple[str, str], ...]

_SIDES: Final = ("left", "right")

_RECORDING: Final = ("recording", gettext_noop("id of the recording, as in rubor-export.json"))
_NOTE: Final = ("note", gettext_noop("what was written down"))

COLUMNS: Final[Mapping[str, Columns]] = {
    "recordings": (
        _RECORDING,
        ("folder", gettext_noop("where its files are in this zip")),
        ("title", gettext_noop("what you called it")),
        ("recorded_at", gettext_noop("when it began, UTC")),
        ("source", gettext_noop("browser, file or phone")),
        ("state", gettext_noop("measured, failed, cancelled, waiting or measuring")),
        ("accepted", gettext_noop("whether it was good enough")),
        ("duration_s", gettext_noop("length in seconds")),
        ("task", gettext_noop("the task of a guided recording")),
        ("provocation", gettext_noop("what was provoked: blush, flush or rest")),
        ("provoked", gettext_noop("whether something was found that answers the task")),
        ("measure", gettext_noop("what the response is a change of")),
        ("statistic", gettext_noop("how the response was taken from its curve")),
        ("response_left", gettext_noop("response of your left cheek, natural logarithm")),
        ("response_left_sd", gettext_noop("its standard deviation")),
        ("response_right", gettext_noop("response of your right cheek, natural logarithm")),
        ("response_right_sd", gettext_noop("its standard deviation")),
        ("felt_marks", gettext_noop("how often “I feel it” was pressed")),
        ("skin_tone", gettext_noop("as declared")),
        ("mirrored", gettext_noop("whether the picture is mirrored; empty where not known")),
        ("make_up", gettext_noop("whether you wore make-up")),
        ("camera", gettext_noop("what you called the camera")),
        ("room", gettext_noop("what you called the room")),
        ("medicines", gettext_noop("name, and hours before the recording")),
        _NOTE,
    ),
    "marks": (
        _RECORDING,
        ("time_s", gettext_noop("seconds from the start of the video")),
        ("kind", gettext_noop("what happened")),
    ),
    "diary": (
        ("entry", gettext_noop("id of the entry")),
        ("kind", gettext_noop("blush, side effect or note")),
        ("on", gettext_noop("day")),
        ("at", gettext_noop("time of day, where it is known")),
        ("redness", gettext_noop("redness as you felt it, 0 to 10")),
        ("fear", gettext_noop("fear, 0 to 10")),
        ("minutes", gettext_noop("how long it lasted, in minutes")),
        ("trigger", gettext_noop("what set it off")),
        ("seen_by_others", gettext_noop("whether somebody was there")),
        ("effect", gettext_noop("which side effect")),
        ("severity", gettext_noop("how bad it was, 0 to 10")),
        ("side", gettext_noop("your left, your right or both")),
        ("treatment", gettext_noop("id of the treatment that it belongs to")),
        _NOTE,
    ),
    "treatments": (
        ("treatment", gettext_noop("id of the treatment")),
        ("kind", gettext_noop("its name in the catalogue")),
        ("treated_on", gettext_noop("day")),
        ("side", gettext_noop("your left, your right or both")),
        ("product", gettext_noop("as noted")),
        ("lot", gettext_noop("as noted")),
        ("points", gettext_noop("how many points were injected")),
        ("given_by", gettext_noop("as noted")),
        ("place", gettext_noop("as noted")),
        ("price", gettext_noop("what was paid")),
        ("currency", gettext_noop("three letters")),
        ("trial", gettext_noop("id of the trial that it belongs to")),
        _NOTE,
    ),
    "trial_responses": (
        ("trial", gettext_noop("id of the trial")),
        ("design", gettext_noop("how it compares")),
        _RECORDING,
        ("session", gettext_noop("name of the recording within the trial")),
        ("date", gettext_noop("day")),
        ("phase", gettext_noop("before or after the treatment")),
        ("side", gettext_noop("your left or right; whole where sides are not compared")),
        ("treated", gettext_noop("whether this side is the treated one")),
        ("response", gettext_noop("response, natural logarithm")),
        ("response_sd", gettext_noop("its standard deviation")),
        ("provocation", gettext_noop("what was provoked: blush, flush or rest")),
        ("cycle", gettext_noop("number of the treatment, from 1")),
        ("occasion", gettext_noop("number of the occasion, where treatments alternate")),
        ("provoked", gettext_noop("whether something was found that answers the task")),
    ),
}
"""Columns of each table, with what they mean."""


def readme() -> str:
    """What is in the zip, in the language of the page."""
    lines = [
        _("Everything that Rubor stored about you."),
        "",
        _("This file is not sealed: whoever has it can read it. Keep it in a safe place."),
        _("Left and right are always your own left and right."),
        "",
        "rubor-export.json",
        "  " + _("All of it for Rubor itself, which can bring it in on another machine."),
        "recordings/",
        "  " + _("A folder for each recording:"),
        "  summary.json, episodes.json  " + _("what was measured"),
        "  traces.parquet  " + _("redness of each region of the face over time"),
        "  cells.parquet  " + _("the same for small places of about 1 square centimetre"),
        "  events.csv  " + _("your marks: seconds, and what happened"),
        "  video.*  " + _("the video, where it was kept"),
        "tables/",
        "  " + _("Tables for other programs, each as CSV (UTF-8, with commas) and as Parquet."),
        "  "
        + _("A response of 0.405 (natural logarithm) is half as much blood again in the skin."),
    ]
    for table, columns in COLUMNS.items():
        lines += ["", f"tables/{table}.csv, tables/{table}.parquet"]
        width = max(len(name) for name, _meaning in columns)
        lines += [f"  {name:<{width}}  {_(meaning)}" for name, meaning in columns]
    return "\n".join(lines) + "\n"


def recording_line(row: Recording, folder: str) -> Flat:
    """One recording as a line of the table."""
    summary, response = row.summary or {}, row.response or {}
    line: Flat = {
        "recording": str(row.pk),
        "folder": folder,
        "title": row.title,
        "recorded_at": row.recorded_at,
        "source": row.source,
        "state": row.state,
        "accepted": summary.get("accepted"),
        "duration_s": summary.get("video", {}).get("duration_s"),
        "task": row.protocol.get("task", ""),
        **{name: response.get(name) for name in ("provocation", "provoked")},
        **{name: response.get(name) for name in ("measure", "statistic")},
        "felt_marks": sum(mark.kind == "felt" for mark in row.marks.all()),
        "skin_tone": row.skin_tone,
        "mirrored": row.mirrored,
        **{name: row.conditions.get(name) for name in ("make_up", "camera", "room", "note")},
        "medicines": "; ".join(_medicine(one) for one in row.conditions.get("medicines", ())),
    }
    for side in _SIDES:
        one = response.get("sides", {}).get(side, {})
        line[f"response_{side}"] = one.get("response")
        line[f"response_{side}_sd"] = one.get("response_sd")
    return line


def table_files(person: Person, recordings: Sequence[Flat]) -> dict[str, bytes]:
    """The tables by their paths in the zip.

    Args:
        person: whose diary, treatments and trials.
        recordings: lines of `recording_line`; only their marks are in the table of marks.
    """
    rows: dict[str, Iterable[Flat]] = {
        "recordings": recordings,
        "marks": _marks(person, {one["recording"] for one in recordings}),
        "diary": _columns_of(person.entries.order_by("on", "created_at"), "diary", "entry"),
        "treatments": _columns_of(
            person.treatments.order_by("treated_on"), "treatments", "treatment"
        ),
        "trial_responses": _trial_responses(person),
    }
    files = {}
    for name, lines in rows.items():
        table = _table(name, lines)
        files[f"tables/{name}.csv"] = table.to_csv(index=False, lineterminator="\n").encode()
        parquet = io.BytesIO()
        table.to_parquet(parquet, index=False)
        files[f"tables/{name}.parquet"] = parquet.getvalue()
    return files


def _table(name: str, lines: Iterable[Flat]) -> pd.DataFrame:
    import pandas as pd

    table = pd.DataFrame(list(lines), columns=[column for column, _meaning in COLUMNS[name]])
    # Columns that may be empty keep whole numbers and yes or no as what they are.
    return table.convert_dtypes()


def _marks(person: Person, recordings: set[str]) -> Iterable[Flat]:
    from rubor.web.recordings.models import Mark

    marks = Mark.objects.filter(recording__person=person).order_by("recording_id", "time_s")
    for recording, time_s, kind in marks.values_list("recording_id", "time_s", "kind"):
        if str(recording) in recordings:
            yield {"recording": str(recording), "time_s": time_s, "kind": kind}


def _columns_of(rows: Any, table: str, own: str) -> Iterable[Flat]:
    """The columns that bear the name of the row's own, ids as text."""
    names = [name for name, _meaning in COLUMNS[table] if name != own]
    for row in rows:
        fields = {field.name: field for field in row._meta.concrete_fields}
        line: Flat = {own: str(row.pk)}
        for name in names:
            value = getattr(row, fields[name].attname)
            line[name] = str(value) if fields[name].is_relation and value is not None else value
        if "price" in line and line["price"] is not None:
            line["price"] = float(line["price"])
        yield line


def _trial_responses(person: Person) -> Iterable[Flat]:
    from rubor.trials.trial_table import trial_responses
    from rubor.web.trials.store import load

    for row in person.trials.prefetch_related("recordings").order_by("created_at"):
        try:
            trial = load(row)
            table = trial_responses(trial)
        except RuborError:  # without recordings there are no responses
            continue
        recordings = {one.session: str(one.recording_id) for one in row.recordings.all()}
        for line in table.to_dict("records"):
            yield {
                "side": "whole",
                **{str(name): value for name, value in line.items()},
                "trial": str(row.pk),
                "design": trial.design,
                "recording": recordings.get(str(line["session"])),
            }


def _medicine(one: Mapping[str, Any]) -> str:
    hours = one.get("hours_before")
    return str(one["name"]) if hours is None else f"{one['name']} ({hours:g})"
