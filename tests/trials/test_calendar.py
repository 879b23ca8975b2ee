"""Reminders that every calendar reads, and that tell nobody what they are about."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rubor.errors import InputError
from rubor.trials.calendar import CalendarEntry, calendar_file

MADE = datetime(2026, 3, 1, 8, 30, tzinfo=UTC)
WINDOW = CalendarEntry("trial-1/window", "Review window", date(2026, 6, 1), date(2026, 6, 20))


def properties(text: str) -> dict[str, str]:
    """Properties of the (last) entry, unfolded as RFC 5545 says."""
    lines = text.replace("\r\n ", "").split("\r\n")
    return dict(line.split(":", 1) for line in lines if ":" in line)


def test_a_stretch_of_days_ends_on_the_day_after() -> None:
    entry = properties(calendar_file([WINDOW], MADE))
    assert entry["DTSTART;VALUE=DATE"] == "20260601"
    assert entry["DTEND;VALUE=DATE"] == "20260621"
    assert entry["DTSTAMP"] == "20260301T083000Z"


def test_the_time_is_written_in_utc() -> None:
    made = MADE.astimezone(timezone(timedelta(hours=5)))
    assert calendar_file([WINDOW], made) == calendar_file([WINDOW], MADE)


def test_an_entry_that_moves_keeps_its_name_and_counts_up() -> None:
    moved = CalendarEntry("trial-1/window", "Review window", date(2026, 7, 1), date(2026, 7, 20))
    before = properties(calendar_file([WINDOW], MADE))
    after = properties(calendar_file([moved], MADE, sequence=1))
    assert before["UID"] == after["UID"]
    assert (before["SEQUENCE"], after["SEQUENCE"]) == ("0", "1")


def test_the_key_itself_is_not_in_the_file() -> None:
    assert "trial-1" not in calendar_file([WINDOW], MADE)


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=200))
def test_lines_are_short_and_unfold_to_the_text(note: str) -> None:
    text = calendar_file(
        [CalendarEntry("key", "Title", date(2026, 6, 1), date(2026, 6, 1), note)], MADE
    )
    assert text.endswith("\r\n")
    assert all(len(line.encode()) <= 75 for line in text.split("\r\n"))
    unfolded = properties(text).get("DESCRIPTION", "")
    for sign in (",", ";", "\\"):
        unfolded = unfolded.replace(f"\\{sign}", sign) if sign != "\\" else unfolded
    assert unfolded.replace("\\\\", "\\") == note


def test_days_in_the_wrong_order_are_refused() -> None:
    with pytest.raises(InputError, match="before it begins"):
        calendar_file([CalendarEntry("k", "T", date(2026, 6, 2), date(2026, 6, 1))], MADE)


def test_a_time_without_zone_is_refused() -> None:
    with pytest.raises(InputError, match="no time zone"):
        calendar_file([WINDOW], datetime(2026, 3, 1))
