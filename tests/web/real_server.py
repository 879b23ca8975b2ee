"""The app in a process of its own, with its database in a file, to be cut off and killed."""

from __future__ import annotations

import atexit
import http.client
import json
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

from tests.web.own_database import copy_database, database_url, new_database

__all__ = ["Page", "RealServer", "in_the_app", "new_data_folder", "real_server"]

_SET_UP = "import django; django.setup(); "


@cache
def _empty_data() -> Path:
    """A data folder with a database of no rows; made once."""
    folder = Path(mkdtemp(prefix="rubor-test-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    new_database(folder)
    _run(
        folder,
        "from django.core.management import call_command; call_command('migrate', verbosity=0)",
    )
    return folder


def new_data_folder(folder: Path) -> Path:
    """The folder, with a database of no rows."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    copy_database(_empty_data(), folder)
    return folder


def in_the_app(folder: Path, code: str) -> str:
    """What some lines of Python print that run in the app of a data folder."""
    return _run(folder, code)


def _run(folder: Path, code: str) -> str:
    command = [sys.executable, "-c", _SET_UP + code]
    done = subprocess.run(command, env=_environment(folder), capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def _environment(folder: Path) -> dict[str, str]:
    return {
        **os.environ,
        "RUBOR_DATA": str(folder),
        "DATABASE_URL": database_url(folder),
        "RUBOR_KEY_FILE": str(folder / "master.key"),
        "RUBOR_SECRET_KEY": "test",
        "DJANGO_SETTINGS_MODULE": "rubor.web.settings",
    }


class RealServer:
    """A server that can be killed and started again on the same data."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = int(probe.getsockname()[1])
        self.start()

    def start(self) -> None:
        """Start and wait until it answers."""
        self.process = subprocess.Popen(
            [
                *(sys.executable, "-m", "waitress", f"--listen=127.0.0.1:{self.port}"),
                *("--inbuf-overflow=8388608", "rubor.web.wsgi:application"),
            ],
            env=_environment(self.folder),
            stderr=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
        )
        end = time.monotonic() + 60.0
        while time.monotonic() < end:
            try:
                socket.create_connection(("127.0.0.1", self.port), timeout=1.0).close()
                return
            except OSError:
                time.sleep(0.05)
        raise AssertionError("the server did not start")

    def kill(self) -> None:
        """As power does it."""
        self.process.kill()
        self.process.wait()

    def open_page(self) -> Page:
        """A browser that was opened by a token, as the first person."""
        secret = in_the_app(
            self.folder,
            "from rubor.web.people.models import Person\n"
            "from rubor.web.access.tokens import hand_out\n"
            "Person.objects.get_or_create(name='Test', skin_tone='light')\n"
            "print(hand_out('open'))",
        )
        page = Page(self.port)
        page.ask("GET", f"/open/{secret}/")
        text = page.ask("GET", "/recordings/new/")[1].decode()
        page.token = text.split('name="csrf-token" content="')[1].split('"')[0]
        return page


class Page:
    """A browser with its cookie, as far as uploads need one."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.cookie = self.token = ""

    @property
    def headers(self) -> dict[str, str]:
        """What each request carries."""
        return {
            "Cookie": self.cookie,
            "X-CSRFToken": self.token,
            "Accept": "application/json",
            "Content-Type": "application/octet-stream",
        }

    def ask(
        self,
        method: str,
        url: str,
        body: bytes | None = None,
        media_type: str = "application/octet-stream",
    ) -> tuple[int, bytes]:
        """Status and body of the answer."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60.0)
        try:
            connection.request(method, url, body, {**self.headers, "Content-Type": media_type})
            answer = connection.getresponse()
            for cookie in answer.headers.get_all("Set-Cookie") or ():
                if cookie.startswith("rubor="):  # the session, not a message
                    self.cookie = cookie.split(";")[0]
            return answer.status, answer.read()
        finally:
            connection.close()

    def send(self, method: str, url: str, said: Any = None) -> tuple[int, Any]:
        """The same with JSON."""
        body = said if isinstance(said, bytes) or said is None else json.dumps(said).encode()
        status, answer = self.ask(method, url, body)
        return status, json.loads(answer)


@contextmanager
def real_server(folder: Path) -> Iterator[RealServer]:
    """A server on a new data folder."""
    server = RealServer(new_data_folder(folder))
    try:
        yield server
    finally:
        server.kill()
