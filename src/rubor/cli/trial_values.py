"""Dates, medicines and windows as they are typed after `rubor trial`."""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from rubor.trials.comparison_rules import Window
    from rubor.trials.trial import Medicine

__all__ = ["parse_day", "parse_days", "parse_medicine", "parse_names", "parse_window"]


def parse_day(text: str, option: str) -> date:
    """A day from YEAR-MONTH-DAY.

    Raises:
        typer.BadParameter: it is no day.

    >>> parse_day("2026-03-01", "--date")
    datetime.date(2026, 3, 1)
    """
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        raise typer.BadParameter(
            f"{text!r} is not a day written as YEAR-MONTH-DAY, such as 2026-03-01.",
            param_hint=option,
        ) from None


def parse_days(text: str, option: str) -> tuple[date, ...]:
    """Days separated by commas.

    >>> len(parse_days("2026-03-01, 2026-03-08", "--start-dates"))
    2
    """
    return tuple(parse_day(part, option) for part in parse_names(text))


def parse_names(text: str) -> tuple[str, ...]:
    """Names separated by commas.

    >>> parse_names("cheek, jaw")
    ('cheek', 'jaw')
    """
    return tuple(part.strip() for part in text.split(",") if part.strip())


def parse_window(text: str) -> Window:
    """First, primary and last day after the treatment, from FIRST-PRIMARY-LAST.

    >>> parse_window("14-28-56")
    Window(start_days=14, primary_days=28, end_days=56)
    """
    from rubor.trials.comparison_rules import Window

    found = re.fullmatch(r"\s*(\d{1,5})-(\d{1,5})-(\d{1,5})\s*", text)
    if found is None:
        raise typer.BadParameter(
            f"{text!r} is not FIRST-PRIMARY-LAST in days after the treatment, such as 14-28-56.",
            param_hint="--window",
        )
    return Window(*(int(day) for day in found.groups()))


def parse_medicine(text: str) -> Medicine:
    """A medicine as NAME, or NAME=HOURS since it was last used.

    >>> parse_medicine("brimonidine gel=30")
    Medicine(name='brimonidine gel', hours_before=30.0)
    """
    from rubor.trials.trial import Medicine

    name, equals, hours = text.partition("=")
    if not name.strip():
        raise typer.BadParameter(f"{text!r} names no medicine.", param_hint="--medicine")
    if not equals:
        return Medicine(name.strip())
    try:
        before = float(hours)
    except ValueError:
        before = -1.0
    if not 0.0 <= before < 1e5:
        raise typer.BadParameter(
            f"{text!r} is not NAME=HOURS, such as 'brimonidine gel=30'.", param_hint="--medicine"
        )
    return Medicine(name.strip(), before)
