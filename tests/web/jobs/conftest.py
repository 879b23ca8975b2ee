"""Kinds of work for tests; a database outside of this process, and workers as processes of their own."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connections
from tests.web.own_database import connection_of, database_url
from tests.web.real_server import new_data_folder

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


@pytest.fixture
def shared_data(data_folder: Path, django_db_blocker: Any) -> Iterator[Path]:
    """The data folder with a database of its own, as workers and the pages share it."""
    new_data_folder(data_folder)
    with django_db_blocker.unblock(), DefaultIs(data_folder):
        yield data_folder


@pytest.fixture
def someone(shared_data: Path) -> Person:
    """A person in that database."""
    return Person.objects.create(name="Test", skin_tone="light")


@pytest.fixture
def start_worker(shared_data: Path) -> Iterator[Callable[..., Worker]]:
    """Starts `rubor worker`'s loop in a process: `start_worker()`."""
    workers: list[Worker] = []

    def start(module: str = "rubor.web.jobs.beside") -> Worker:
        environment = {
            **os.environ,
            "RUBOR_DATA": str(shared_data),
            "DATABASE_URL": database_url(shared_data),
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
    """The default connection goes to the database of a data folder meanwhile."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def __enter__(self) -> None:
        self._earlier = connections["default"]
        self._own = connection_of(self._folder)
        connections["default"] = self._own

    def __exit__(self, *error: object) -> None:
        self._own.close()
        connections["default"] = self._earlier
