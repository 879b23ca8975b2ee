"""How long each page of the app takes at the server, and how often it asks the database.

For a person with 200 recordings, three trials with their sessions, 200 entries in the diary and six
treatments, in a database file as the app keeps it.

    python benchmarks/web_pages.py      # the table, also to benchmarks/results/web_pages.md
"""

from __future__ import annotations

import logging
import os
import platform
import sqlite3
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from django.http import HttpResponseBase
    from django.test import Client

HERE = Path(__file__).resolve().parent
RESULTS = HERE / "results" / "web_pages.md"
REPEATS = 15
TARGET_MS = 100.0
# Made anew when they are asked for, to be kept; no page waits for them.
FILE = "trials:download "


def set_up(folder: Path) -> None:
    """The app on a data folder of its own."""
    sys.path.insert(0, str(HERE.parent))
    from rubor.web.environment import prepare

    os.environ["RUBOR_KEY_FILE"] = str(folder / "master.key")
    os.environ.pop("DATABASE_URL", None)
    prepare(folder)
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0)
    logging.getLogger("django.request").setLevel(logging.ERROR)


def fill() -> tuple[Client, dict[str, str]]:
    """A browser of the busy person, and their pages."""
    from django.test import Client
    from tests.web.busy_person import busy_person, every_page

    from rubor.web.access.tokens import OPENED
    from rubor.web.people.middleware import PERSON
    from rubor.web.people.models import Person

    person = Person.objects.create(name="Busy", skin_tone="light")
    busy_person(person, recordings=200, sessions=12, entries=200, treatments=6, trials=3)
    browser = Client(HTTP_HOST="127.0.0.1")
    session = browser.session
    session[OPENED], session[PERSON] = True, str(person.pk)
    session.save()
    pages = dict(every_page(person))
    verdict = pages.pop("trials:download").removesuffix("verdict.json")
    plan = "design=split-face&before=4&after=10&reduction_percent=50&smallest_percent=25"
    pages["trials:planner with a plan, which simulates thousands of trials"] = (
        f"{pages['trials:planner']}?{plan}"
    )
    for file in ("verdict.json", "responses.csv", "report.html", "report.pdf"):
        pages[f"{FILE}{file}"] = verdict + file
    return browser, pages


def asked(browser: Client, address: str) -> tuple[HttpResponseBase, int]:
    """The answer, and how many queries it took."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as queries:
        answer = browser.get(address)
    return answer, len(queries)


def milliseconds(browser: Client, address: str) -> list[float]:
    """How long it takes, several times."""
    times = []
    for _ in range(REPEATS):
        start = time.perf_counter()
        answer = browser.get(address)
        if answer.streaming:
            list(answer.streaming_content)  # type: ignore[call-overload, attr-defined]
        times.append(1000.0 * (time.perf_counter() - start))
    return times


def table(browser: Client, pages: dict[str, str]) -> list[str]:
    """A line for each page, the slowest first."""
    rows = []
    for name, address in pages.items():
        answer, _queries = asked(browser, address)  # warm
        if answer.status_code != 200:
            continue
        _answer, queries = asked(browser, address)
        times = milliseconds(browser, address)
        rows.append((statistics.median(times), name, queries, times))
    return [
        f"| {name} | {middle:.0f} ({min(times):.0f} to {max(times):.0f}) | {queries} |"
        f" {mark(name, middle)} |"
        for middle, name, queries, times in sorted(rows, reverse=True)
    ]


def mark(name: str, middle_ms: float) -> str:
    """Whether a page meets the target."""
    if name.startswith(FILE):
        return "a file"
    return "met" if middle_ms < TARGET_MS else "NOT met"


def main() -> None:
    """Fill a database, ask for every page, print and write the table."""
    with tempfile.TemporaryDirectory() as folder:
        set_up(Path(folder))
        browser, pages = fill()
        lines = table(browser, pages)
        from django import get_version

        import rubor

        text = (
            "# Speed of the app's pages\n\nWritten by `benchmarks/web_pages.py`.\n\n"
            f"Rubor {rubor.__version__}, Django {get_version()}, SQLite {sqlite3.sqlite_version},"
            f" Python {platform.python_version()}, {os.cpu_count()} cores. A person with 200"
            " recordings, three trials of 12 sessions, 200 entries in the diary and six treatments."
            f" Time at the server, warm: median (least to most) of {REPEATS}. Whatever answers a GET"
            " is in the table; the target is for pages and the data of their charts.\n\n"
            f"| page | ms | queries | under {TARGET_MS:.0f} ms |\n|---|---|---|---|\n"
            + "\n".join(lines)
            + "\n"
        )
        print(text)
        RESULTS.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
