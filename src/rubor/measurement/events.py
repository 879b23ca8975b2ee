"""Marks that a person set during a recording, such as in a table beside the video file."""

from __future__ import annotations

import csv
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Final

from rubor.errors import InputError
from rubor.vision.media_file import MediaFile

__all__ = [
    "EVENT_KINDS",
    "PROVOCATIONS",
    "Event",
    "chosen_events",
    "find_events",
    "read_events",
]

EVENT_KINDS: Final = MappingProxyType(
    {
        "baseline_start": "sitting quietly, from now on",
        "baseline_end": "the quiet stretch ends",
        "stimulus_start": "a social stimulus begins: singing, speaking, being watched",
        "stimulus_end": "the social stimulus ends",
        "felt": "the person feels a blush or flush now",
        "heat": "heat begins: a warm room, a hot drink, a shower",
        "food": "hot or spicy food",
        "alcohol": "an alcoholic drink",
        "exercise": "exercise begins",
        "medicine": "a medicine or supplement that may redden or pale the face",
    }
)
"""Every kind of event and what it marks."""

PROVOCATIONS: Final = frozenset(
    {"stimulus_start", "felt", "heat", "food", "alcohol", "exercise", "medicine"}
)
"""Kinds after which the face may no longer be at rest."""

COLUMNS: Final = ("time_s", "kind")
_EXAMPLE: Final = "The first line is 'time_s,kind', each further one like '30.5,stimulus_start'."
_USE_ONE_OF: Final = f"Use one of: {', '.join(EVENT_KINDS)}."


@dataclass(frozen=True)
class Event:
    """One mark.

    Attributes:
        time_s: time from the start of the recording, s, not negative.
        kind: one of `EVENT_KINDS`.
    """

    time_s: float
    kind: str


def find_events(recording: Path) -> Path | None:
    """The events file that lies beside a recording: of its name, else the folder's; None if none.

    `blush.mp4` has `blush.events.csv`, else `events.csv` in the same folder.
    """
    for name in (f"{recording.stem}.events.csv", "events.csv"):
        if (candidate := recording.with_name(name)).is_file():
            return candidate
    return None


def chosen_events(
    source: str | Path | MediaFile, given: str | Path | Sequence[Event] | None
) -> Path | tuple[Event, ...] | None:
    """The events file of a recording, or the events themselves where they were given.

    Args:
        source: the recording; only beside a path is an events file looked for.
        given: what was asked for; None takes the file that is found.

    Returns:
        A file, events sorted by time, or None where there is neither.

    Raises:
        InputError: a time of an event is not a number from 0 on, or its kind is not known.

    >>> chosen_events("blush.mp4", [Event(40.0, "felt"), Event(30.5, "stimulus_start")])
    (Event(time_s=30.5, kind='stimulus_start'), Event(time_s=40.0, kind='felt'))
    """
    if given is None:
        return None if isinstance(source, MediaFile) else find_events(Path(source))
    if isinstance(given, str | Path):
        return Path(given)
    for event in given:
        if not (math.isfinite(event.time_s) and event.time_s >= 0):
            raise InputError(
                f"The time {event.time_s} of an event is not 0 or more.",
                "Give seconds from the start of the recording.",
            )
        if event.kind not in EVENT_KINDS:
            raise InputError(f"The kind {event.kind!r} of an event is not known.", _USE_ONE_OF)
    return _by_time(given)


def read_events(path: Path) -> tuple[Event, ...]:
    r"""Read the events of a recording from a CSV file (UTF-8, commas).

    The columns `time_s` and `kind` must be there in any order; others, such as a note, are
    ignored, and so are empty lines.

    Args:
        path: the file.

    Returns:
        The events, sorted by time; those of one time keep their order.

    Raises:
        InputError: the file cannot be read as such a table, a time is not a number from 0 on, or
            a kind is not known.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     table = Path(folder, "events.csv")
    ...     _ = table.write_text("time_s,kind\n40,felt\n30.5,stimulus_start\n", encoding="utf-8")
    ...     read_events(table)
    (Event(time_s=30.5, kind='stimulus_start'), Event(time_s=40.0, kind='felt'))
    """
    try:
        # Spreadsheet programs put a byte order mark before the first column's name.
        with path.open(encoding="utf-8-sig", newline="") as file:
            events = list(_events(csv.reader(file), path.name))
    except OSError as error:
        raise InputError(
            f"The events file {path.name} cannot be opened ({error.strerror}).",
            "Check the name and that it may be read.",
        ) from error
    except (UnicodeDecodeError, csv.Error) as error:
        raise InputError(
            f"The events file {path.name} is not a text table.", "Save it as CSV in UTF-8."
        ) from error
    return _by_time(events)


def _by_time(events: Sequence[Event]) -> tuple[Event, ...]:
    return tuple(sorted(events, key=lambda event: event.time_s))


def _events(rows: Iterator[list[str]], name: str) -> Iterator[Event]:
    header = [cell.strip() for cell in next(rows, [])]
    if any(header.count(column) != 1 for column in COLUMNS):
        found = ", ".join(header) or "nothing"
        raise InputError(
            f"The events file {name} needs the columns time_s and kind once each; it has: {found}.",
            _EXAMPLE,
        )
    for line, cells in enumerate(rows, start=2):
        if not any(cell.strip() for cell in cells):
            continue
        if len(cells) != len(header):
            raise InputError(
                f"Line {line} of the events file {name} has {len(cells)} cells "
                f"instead of {len(header)}.",
                f"Write decimals with a point. {_EXAMPLE}",
            )
        row = {column: cell.strip() for column, cell in zip(header, cells, strict=True)}
        yield Event(_time(row["time_s"], line, name), _kind(row["kind"], line, name))


def _time(text: str, line: int, name: str) -> float:
    try:
        time = float(text)
    except ValueError:
        time = math.nan
    if not (math.isfinite(time) and time >= 0):
        raise InputError(
            f"The time {text!r} in line {line} of the events file {name} is not 0 or more.",
            "Give seconds from the start of the recording, decimals with a point.",
        )
    return time


def _kind(text: str, line: int, name: str) -> str:
    if text not in EVENT_KINDS:
        raise InputError(
            f"The kind {text!r} in line {line} of the events file {name} is not known.",
            _USE_ONE_OF,
        )
    return text
