"""Kinds of work for tests; a database in a real file, and workers as processes of their own."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connections

from rubor.web.jobs.kinds import KINDS
from rubor.web.people.models import Person

HERE = Path(__file__).resolve().parent
_NAMES = ("until_told", "killed", "memory", "refused", "broken", "disk_full")

Worker = subprocess.Popen[bytes]


@pytest.fixture(autouse=True)
def kinds(monkeypatch: pytest.MonkeyPatch) -> None:
    """The kinds of `job_settings`, in this process too."""
    monkeypatch.syspath_prepend(str(HERE))
    for name in _NAMES:
        monkeypatch.setitem(KINDS, name, f"job_kinds:{name}")  # type: ignore[arg-type]
    measuring = "measuring_kinds:killed_measuring"
    monkeypatch.setitem(KINDS, "killed_measuring", measuring)  # type: ignore[arg-type]


@pytest.fixture(scope="session")
def empty_database(tmp_path_factory: pytest.TempPathFactory, django_db_blocker: Any) -> Path:
    """A database file with all its tables; made once."""
    path = tmp_path_factory.mktemp("database") / "rubor.sqlite3"
    with django_db_blocker.unblock(), DefaultIs(path):
        call_command("migrate", verbosity=0)
        with connections["default"].cursor() as cursor:
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return path


@pytest.fixture
def file_database(
    data_folder: Path, empty_database: Path, django_db_blocker: Any
) -> Iterator[Path]:
    """The database of this test in a file, as workers and the pages share it."""
    path = shutil.copy(empty_database, data_folder / "rubor.sqlite3")
    with django_db_blocker.unblock(), DefaultIs(path):
        yield path


@pytest.fixture
def someone(file_database: Path) -> Person:
    """A person in the database file."""
    return Person.objects.create(name="Test", skin_tone="light")


@pytest.fixture
def start_worker(file_database: Path) -> Iterator[Callable[..., Worker]]:
    """Starts `rubor worker`'s loop in a process: `start_worker()`."""
    workers: list[Worker] = []

    def start(module: str = "rubor.web.jobs.beside") -> Worker:
        environment = {
            **os.environ,
            "RUBOR_DATA": str(file_database.parent),
            "RUBOR_SECRET_KEY": "test",
            "DJANGO_SETTINGS_MODULE": "job_settings",
            "PYTHONPATH": str(HERE),
        }
        workers.append(
            subprocess.Popen([sys.executable, "-m", module], stdin=subprocess.PIPE, env=environment)
        )
        return workers[-1]

    yield start
    for worker in workers:
        worker.kill()
        worker.wait()
        worker.stdin.close()  # type: ignore[union-attr]


@pytest.fixture(scope="session")
def wait_for() -> Callable[..., Any]:
    """Waits for a condition: see `_wait_for`."""
    return _wait_for


def _wait_for(condition: Callable[[], Any], seconds: float = 30.0) -> Any:
    """What the condition gives as soon as that is true."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if answer := condition():
            return answer
        time.sleep(0.05)
    raise AssertionError("it did not happen in time")


class DefaultIs:
    """The default connection goes to another file meanwhile."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __enter__(self) -> None:
        self._earlier = connections["default"]
        settings = {**self._earlier.settings_dict, "NAME": str(self._path)}
        self._own = type(self._earlier)(settings, "default")
        connections["default"] = self._own

    def __exit__(self, *error: object) -> None:
        self._own.close()
        connections["default"] = self._earlier
