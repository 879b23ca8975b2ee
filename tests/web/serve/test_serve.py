"""`rubor serve` as a person starts it: in its own process, on a data folder of its own."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from http.cookiejar import CookieJar
from pathlib import Path

import pytest

_START_S = 60.0


class Served:
    """A running `rubor serve`."""

    def __init__(self, data: Path, *options: str) -> None:
        environment = {name: text for name, text in os.environ.items() if name != "RUBOR_DATA"}
        environment["RUBOR_KEY_FILE"] = str(data.parent / "master.key")
        self.process = subprocess.Popen(
            [sys.executable, "-m", "rubor", "serve", "--data", str(data), "--no-browser", *options],
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def said(self, pattern: str) -> str:
        """The first group of the next line that matches."""
        assert self.process.stdout is not None
        lines = []
        deadline = time.monotonic() + _START_S
        while time.monotonic() < deadline:
            line = self.process.stdout.readline()
            lines.append(line)
            found = re.search(pattern, line)
            if found:
                return found[1]
            if not line and self.process.poll() is not None:
                break
        pytest.fail(f"never said {pattern}: {''.join(lines)}")

    def end(self) -> str:
        self.process.send_signal(signal.SIGTERM)
        output, _ = self.process.communicate(timeout=30)
        return output


@pytest.fixture
def port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def served(tmp_path: Path, port: int) -> Iterator[Served]:
    running = Served(tmp_path / "data", "--port", str(port))
    yield running
    if running.process.poll() is None:
        running.process.kill()
        running.process.communicate()


ADDRESS = r"(http://127\.0\.0\.1:\d+/open/\S+)"


def status(url: str, browser: urllib.request.OpenerDirector) -> int:
    try:
        with browser.open(url, timeout=20) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code


def new_browser() -> urllib.request.OpenerDirector:
    return urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))


def test_the_address_opens_one_browser_and_ending_is_clean(served: Served, tmp_path: Path) -> None:
    address = served.said(ADDRESS)
    first, second = new_browser(), new_browser()
    base = address.split("/open/")[0]
    assert status(f"{base}/start/", first) == 403
    assert status(address, first) == 200
    assert status(f"{base}/start/", first) == 200
    assert status(address, second) == 403

    again = Served(tmp_path / "data")
    assert "running already" in again.said(r"(.*running already.*)")
    assert status(again.said(ADDRESS), second) == 200
    again.process.communicate(timeout=30)

    assert "What was stored is kept" in served.end()
    assert served.process.returncode == 0
    assert not (tmp_path / "data" / "server.json").exists()


def test_only_the_owner_may_read_the_data_folder(served: Served, tmp_path: Path) -> None:
    served.said(ADDRESS)
    assert (tmp_path / "data").stat().st_mode & 0o077 == 0
    for path in (tmp_path / "data").rglob("*"):
        assert path.stat().st_mode & 0o077 == 0, path


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="every 127.x.x.x is this machine on Linux only")
def test_in_the_house_it_listens_on_the_address_of_the_house_alone(
    tmp_path: Path, port: int
) -> None:
    """The machine may be in other networks too, such as that of an employer."""
    running = Served(tmp_path / "data", "--port", str(port), "--lan")
    try:
        house = running.said(r"hand in files through ([\d.]+);|(in no network)")
        if house is None:
            pytest.skip("this machine is in no network")
        running.said(ADDRESS)
        for host in ("127.0.0.1", house):
            socket.create_connection((host, port), timeout=5.0).close()
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.2", port), timeout=5.0)
    finally:
        running.process.kill()
        running.process.communicate()


def test_a_port_in_use_is_named_with_the_cure(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        refused = Served(tmp_path / "data", "--port", str(taken.getsockname()[1]))
        output, _ = refused.process.communicate(timeout=_START_S)
    assert refused.process.returncode == 1
    assert "is in use. Choose another one with --port." in output
    assert "Traceback" not in output


def test_a_lost_key_is_told_at_the_start_and_not_replaced(served: Served, tmp_path: Path) -> None:
    served.said(ADDRESS)
    served.end()
    (tmp_path / "master.key").unlink()
    again = Served(tmp_path / "data")
    output, _ = again.process.communicate(timeout=_START_S)
    assert again.process.returncode == 1
    assert "missing" in output
    assert not (tmp_path / "master.key").exists()
