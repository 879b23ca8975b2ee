"""A real Chromium with a simulated person before its camera, against the app as a process of its own.

Playwright's loop lives in this thread, where Django's models refuse to work meanwhile: tests here look at
what is stored with `app.stored(...)`, which asks a process of its own. For the same reason the browsers
end with each module.
"""

from __future__ import annotations

import json
import os
import shutil
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.web.browser.blush_film import frames_with_clock
from tests.web.make_recording import keep_measured
from tests.web.serve.test_serve import ADDRESS, Served

from rubor.simulation import DemoScene, render_frames
from rubor.simulation.camera_planes import PlaneLayout, camera_planes

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
_HERE = Path(__file__).parent


@dataclass
class App:
    """The running app.

    Attributes:
        folder: its data folder.
        address: such as http://127.0.0.1:4711.
        person: key of the person whom the pages are about.
    """

    folder: Path
    address: str
    person: str
    _process: subprocess.Popen[str]
    _tokens: list[str] = field(default_factory=list)

    @property
    def process_id(self) -> int:
        """Of the process that answers."""
        return self._process.pid

    def opening_address(self) -> str:
        """An address that opens the app in one browser, once."""
        return f"{self.address}/open/{self._tokens.pop()}/"

    def stored(self, code: str) -> Any:
        """Run code with the app's models at hand and give back what it leaves in `answer`, as JSON."""
        program = f"import django, json\ndjango.setup()\n{code}\nprint(json.dumps(answer))\n"
        done = subprocess.run(
            [sys.executable, "-c", program],
            env=_environment(self.folder),
            capture_output=True,
            text=True,
            timeout=60,
        )
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    def kill(self) -> None:
        """End the app as a power cut would."""
        self._process.kill()
        self._process.wait()

    def start_again(self) -> None:
        """Start it anew at the same address, with the same data."""
        port = self.address.rsplit(":", 1)[1]
        again = _start(self.folder, port)
        self._process, self._tokens = again._process, again._tokens


def _environment(folder: Path) -> dict[str, str]:
    return {
        **os.environ,
        "RUBOR_DATA": str(folder),
        "RUBOR_KEY_FILE": str(folder / "master.key"),
        "RUBOR_SECRET_KEY": "for tests",
        "DATABASE_URL": "",  # a database of its own, whatever the tests of this process use
        "DJANGO_SETTINGS_MODULE": "rubor.web.settings",
    }


def _start(folder: Path, port: str = "0") -> App:
    process = subprocess.Popen(
        [sys.executable, str(_HERE / "app_process.py"), str(folder), port],
        env=_environment(folder),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    ready = json.loads(process.stdout.readline())
    address = f"http://127.0.0.1:{ready['port']}"
    return App(folder, address, ready["person"], process, ready["tokens"])


@pytest.fixture(scope="session")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    """The app with one person of light skin, shared by all browser tests."""
    running = _start(tmp_path_factory.mktemp("app"))
    yield running
    running.kill()


@dataclass
class FullApp(App):
    """The app with somebody who has done everything.

    Attributes:
        keys: of what there is, by what it is; see `full_person.py`.
    """

    keys: dict[str, str] = field(default_factory=dict)


@pytest.fixture(scope="session")
def measured_once(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Environment in which `make_recording` of another process finds what was measured in this one."""
    return keep_measured(tmp_path_factory.mktemp("measured") / "recording")


@pytest.fixture(scope="session")
def full_app(
    tmp_path_factory: pytest.TempPathFactory, measured_once: dict[str, str]
) -> Iterator[FullApp]:
    """The app with somebody who has done everything, for tests that only look."""
    folder = tmp_path_factory.mktemp("full-app")
    made = subprocess.run(
        [sys.executable, str(_HERE / "full_person.py")],
        env={**_environment(folder), **measured_once},
        capture_output=True,
        text=True,
    )
    assert made.returncode == 0, made.stderr
    running = _start(folder)
    yield FullApp(
        folder,
        running.address,
        running.person,
        running._process,
        running._tokens,
        json.loads(made.stdout),
    )
    running.kill()


@pytest.fixture
def full_copy(full_app: FullApp, tmp_path: Path) -> Iterator[FullApp]:
    """The same with a data folder of this test's own, for tests that change something."""
    folder = tmp_path / "copy"
    source = folder.with_name("source.sqlite3")
    shutil.copytree(full_app.folder, folder, ignore=shutil.ignore_patterns("*.sqlite3*"))
    with closing(sqlite3.connect(full_app.folder / "rubor.sqlite3")) as live:
        live.execute("VACUUM INTO ?", [str(source)])
    source.rename(folder / "rubor.sqlite3")
    running = _start(folder)
    yield FullApp(
        folder,
        running.address,
        running.person,
        running._process,
        running._tokens,
        full_app.keys,
    )
    running.kill()


@pytest.fixture
def own_app(tmp_path: Path) -> Iterator[App]:
    """An app of this test's own, which it may kill."""
    running = _start(tmp_path / "own-app")
    yield running
    running.kill()


@dataclass
class ServedApp(App):
    """`rubor serve` as a person starts it, with its worker, on a data folder of its own."""

    _served: Served | None = None

    def stored(self, code: str) -> Any:
        """See `App.stored`; the master key lies where `Served` puts it."""
        with_key = (
            f"import os\nos.environ['RUBOR_KEY_FILE'] = {str(self.folder.parent / 'master.key')!r}"
        )
        return super().stored(f"{with_key}\n{code}")


@pytest.fixture
def served_app(tmp_path: Path) -> Iterator[ServedApp]:
    """`rubor serve --no-browser` on an empty data folder; its one address opens one browser."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = str(probe.getsockname()[1])
    served = Served(tmp_path / "data", "--port", port)
    try:
        opening = served.said(ADDRESS)
        address, token = opening.rstrip("/").split("/open/")
        yield ServedApp(tmp_path / "data", address, "", served.process, [token], served)
    finally:
        served.process.kill()
        served.process.communicate()


Film = Callable[..., Path]


@pytest.fixture(scope="session")
def film(tmp_path_factory: pytest.TempPathFactory) -> Film:
    """Films a scene as the picture of a camera (y4m, BT.601, limited range), once for each scene.

    With `full_range`, as a camera that hands on full range as if it were limited; with `clock`, each
    picture bears its number (`blush_film.py`).
    """
    folder = tmp_path_factory.mktemp("films")
    films: dict[tuple[DemoScene, bool, bool], Path] = {}

    def filmed(scene: DemoScene, *, full_range: bool = False, clock: bool = False) -> Path:
        key = (scene, full_range, clock)
        if key not in films:
            films[key] = folder / f"{len(films)}.y4m"
            frames = frames_with_clock(scene) if clock else render_frames(scene)
            _write_y4m(scene, frames, films[key], PlaneLayout("bt601", full_range))
        return films[key]

    return filmed


def _write_y4m(
    scene: DemoScene, frames: Iterable[np.ndarray], path: Path, layout: PlaneLayout
) -> None:
    generator = np.random.default_rng(scene.seed)
    header = f"YUV4MPEG2 W{scene.width} H{scene.height} F{scene.frame_rate}:1 Ip A1:1 C420jpeg\n"
    with path.open("wb") as file:
        file.write(header.encode())
        for linear in frames:
            file.write(b"FRAME\n")
            for plane in camera_planes(linear, layout, noise_levels=2.0, generator=generator):
                file.write(plane.tobytes())


CAMERA_SCENE = DemoScene(seed=1, duration_s=2, frame_rate=30, width=640, height=480)
"""Somebody who sits before the camera; the browser shows it over and over."""

NO_CAMERA = Path("no camera")
"""In place of a film: the machine has no camera."""


@pytest.fixture(scope="module")
def chromium(film: Film) -> Iterator[Callable[..., Any]]:
    """Gives a Chromium whose camera shows a film (the usual one without), with further arguments."""
    if CHROMIUM is None:
        pytest.skip("Chromium is not installed")
    playwright = pytest.importorskip(
        "playwright.sync_api", reason="Playwright for Python is not installed"
    )
    with playwright.sync_playwright() as driver:
        browsers: dict[tuple[object, ...], Any] = {}

        def launched(camera: Path | None = None, *arguments: str) -> Any:
            shown = camera or film(CAMERA_SCENE)
            key = (shown, *arguments)
            if key not in browsers:
                camera_arguments = [
                    "--use-fake-device-for-media-stream",
                    f"--use-file-for-fake-video-capture={shown}",
                ]
                if shown == NO_CAMERA:
                    camera_arguments = ["--use-fake-device-for-media-stream=device-count=0"]
                browsers[key] = driver.chromium.launch(
                    executable_path=CHROMIUM,
                    args=[
                        "--no-sandbox",
                        "--use-fake-ui-for-media-stream",
                        *camera_arguments,
                        *arguments,  # of two that say the same, the last one counts
                    ],
                )
            return browsers[key]

        yield launched
        for browser in browsers.values():
            browser.close()


OpenPage = Callable[..., Any]


@pytest.fixture
def open_page(chromium: Callable[..., Any]) -> Iterator[OpenPage]:
    """Opens an app in a browser of its own (cookies, store). No script may fail, no policy be broken.

    Arguments: the app, `camera` (a film), `arguments` of Chromium, `let_in` (False for a browser without
    a token), and what Playwright's `new_context` takes. A test that expects errors in the console puts
    parts of their texts in `page.expected_errors`.
    """
    contexts: list[Any] = []
    errors: list[tuple[Any, str]] = []

    def opened(
        app: App,
        *,
        camera: Path | None = None,
        arguments: tuple[str, ...] = (),
        let_in: bool = True,
        **options: Any,
    ) -> Any:
        context = chromium(camera, *arguments).new_context(**options)
        contexts.append(context)
        page = context.new_page()
        page.expected_errors = []
        page.set_default_timeout(15_000)
        page.on("pageerror", lambda error: errors.append((page, str(error))))
        page.on(
            "console",
            lambda said: errors.append((page, said.text)) if said.type == "error" else None,
        )
        if let_in:
            page.goto(app.opening_address())
        return page

    yield opened
    for context in contexts:
        context.close()
    unexpected = [
        text for page, text in errors if not any(part in text for part in page.expected_errors)
    ]
    assert unexpected == []


@pytest.fixture
def opened_page(open_page: OpenPage, app: App) -> Any:
    """A page of the shared app, let in by its token."""
    return open_page(app)
