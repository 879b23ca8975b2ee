"""Dates for a person's calendar, in a file that every calendar reads (RFC 5545).

Calendars are shared with family and employers, so that no entry says what it is about: no treatment,
no part of the body, not this program's purpose.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from rubor.errors import InputError

__all__ = ["CalendarEntry", "calendar_file", "next_sequence"]

_LONGEST_LINE = 75


@dataclass(frozen=True)
class CalendarEntry:
    """Whole days in a calendar.

    Attributes:
        key: tells the entry from others of the same person; stays when its days change, so that a
            calendar moves the entry and does not add a second one.
        title: without any word about health.
        first: first day.
        last: last day, included.
        note: likewise without any word about health.
    """

    key: str
    title: str
    first: date
    last: date
    note: str = ""


def calendar_file(entries: Iterable[CalendarEntry], made_at: datetime, *, sequence: int = 0) -> str:
    """The text of an `.ics` file.

    Args:
        entries: what goes into it.
        made_at: when, with its time zone.
        sequence: counts up when the days of an entry change.

    Raises:
        InputError: an entry that ends before it begins, or a time without its zone.

    >>> day = date(2026, 6, 1)
    >>> made = datetime(2026, 3, 1, tzinfo=UTC)
    >>> text = calendar_file([CalendarEntry("check", "Check-up window", day, day)], made)
    >>> [line for line in text.splitlines() if line.startswith("DT")]
    ['DTSTAMP:20260301T000000Z', 'DTSTART;VALUE=DATE:20260601', 'DTEND;VALUE=DATE:20260602']
    """
    if made_at.tzinfo is None:
        raise InputError("The time of the calendar has no time zone.", "Give it with its offset.")
    stamp = made_at.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Rubor//Reminders//EN",
        "CALSCALE:GREGORIAN",
    ]
    for entry in entries:
        if entry.last < entry.first:
            raise InputError(
                f"{entry.title} ends on {entry.last}, before it begins.", "Exchange the two days."
            )
        lines += [
            "BEGIN:VEVENT",
            f"UID:{hashlib.sha256(entry.key.encode()).hexdigest()[:32]}@reminder.invalid",
            f"SEQUENCE:{sequence}",
            f"DTSTAMP:{stamp}",
            f"DTSTART;VALUE=DATE:{entry.first:%Y%m%d}",
            # The end of whole days is the first day that is free again.
            f"DTEND;VALUE=DATE:{entry.last + timedelta(days=1):%Y%m%d}",
            f"SUMMARY:{_escaped(entry.title)}",
            *([f"DESCRIPTION:{_escaped(entry.note)}"] if entry.note else []),
            "TRANSP:TRANSPARENT",
            "CLASS:PRIVATE",
            "END:VEVENT",
        ]
    lines.append("END:VCALENDAR")
    return "".join(f"{folded}\r\n" for line in lines for folded in _folded(line))


def next_sequence(earlier: str, entries: Iterable[CalendarEntry]) -> int:
    """The sequence of entries that may have been in a file before: one more where days changed.

    Args:
        earlier: text of that file; empty where there was none.
        entries: as they are now.

    >>> made = datetime(2026, 3, 1, tzinfo=UTC)
    >>> one = CalendarEntry("check", "Check-up window", date(2026, 6, 1), date(2026, 6, 1))
    >>> other = CalendarEntry("check", "Check-up window", date(2026, 7, 1), date(2026, 7, 1))
    >>> text = calendar_file([one], made)
    >>> next_sequence("", [one]), next_sequence(text, [one]), next_sequence(text, [other])
    (0, 0, 1)
    """
    found = re.search(r"^SEQUENCE:(\d+)", earlier, re.MULTILINE)
    if found is None:
        return 0
    sequence = int(found[1])
    now = calendar_file(entries, datetime.fromtimestamp(0, UTC), sequence=sequence)
    return sequence if _days(now) == _days(earlier) else sequence + 1


def _days(text: str) -> list[str]:
    return re.findall(r"^DT(?:START|END);\S+", text, re.MULTILINE)


def _escaped(text: str) -> str:
    r"""Text as a property value.

    >>> _escaped("one, two; three")
    'one\\, two\\; three'
    """
    for sign in ("\\", ";", ","):
        text = text.replace(sign, f"\\{sign}")
    return text.replace("\n", "\\n")


def _folded(line: str) -> list[str]:
    """A line in pieces of at most 75 octets; each further one begins with a space."""
    pieces, piece = [], ""
    for sign in line:
        if len((piece + sign).encode()) > _LONGEST_LINE:
            pieces.append(piece)
            piece = " "
        piece += sign
    return [*pieces, piece]
