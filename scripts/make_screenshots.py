"""Make pictures of every page of the app, with the simulated person in it.

The app is started as a person starts it, on a new data folder; from the overview every link is
followed, and each kind of page is taken once: on a phone (360 pixels) and on a wide screen (1920).
Look at them after a change of the pages. It needs Chromium, and `make demo` before it.

    python scripts/make_screenshots.py --demo rubor-demo pictures

With `--dark` the same in dark colours; with `--readme` also the three pictures of the README.
"""

from __future__ import annotations

import argparse
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from PIL import Image
from playwright.sync_api import sync_playwright

IMAGES = Path(__file__).parents[1] / "docs" / "images"
WIDTHS = {360: 740, 1920: 1080}
README_SIZE = {"width": 1280, "height": 1000}
README_COLOURS = 256
KEY = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
FILE = re.compile(r"\.[a-z0-9]{2,7}$|/download/$")
TRIAL = "main a[href*='/trials/'][href*='-']"
DEMO_S = 900


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("folder", type=Path, help="where the pictures go")
    parser.add_argument(
        "--demo", type=Path, default=Path("rubor-demo"), help="what `rubor demo` wrote"
    )
    parser.add_argument("--dark", action="store_true", help="in dark colours")
    parser.add_argument("--readme", action="store_true", help="also the pictures of the README")
    said = parser.parse_args()
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        sys.exit("Chromium is not installed.")
    said.folder.mkdir(parents=True, exist_ok=True)
    with served(said.demo) as opening, sync_playwright() as driver:
        browser = driver.chromium.launch(
            executable_path=chromium,
            args=[
                "--no-sandbox",
                "--use-fake-device-for-media-stream",
                "--use-fake-ui-for-media-stream",
            ],
        )
        scheme = "dark" if said.dark else "light"
        context = browser.new_context(color_scheme=scheme, reduced_motion="reduce")
        page = context.new_page()
        page.goto(opening)
        address = opening.split("/open/")[0]
        bring_the_demo_person(page, address)
        for name, look in {**states(address), **linked(page, address)}.items():
            take(page, name, look, said.folder)
        if said.readme:
            take_for_readme(page, address)
        browser.close()


@contextmanager
def served(demo: Path) -> Iterator[str]:
    """`rubor serve` on a new data folder; gives the address that opens it."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "rubor", "serve", "--no-browser", "--data", folder]
        process = subprocess.Popen(
            [*command, "--demo", str(demo)],
            stdout=subprocess.PIPE,
            text=True,
            stderr=subprocess.STDOUT,
        )
        try:
            assert process.stdout is not None
            for line in process.stdout:
                if found := re.search(r"http://\S+/open/\S+", line):
                    yield found[0]
                    break
            else:
                sys.exit("rubor serve did not start.")
        finally:
            process.terminate()
            process.wait()


def bring_the_demo_person(page: Any, address: str) -> None:
    """Wait until the simulated person is there; their trial comes last."""
    end = time.monotonic() + DEMO_S
    while True:
        page.goto(f"{address}/trials/")
        if page.locator(TRIAL).count():
            return
        if time.monotonic() > end:
            sys.exit("The simulated person did not come.")
        time.sleep(2.0)


Look = Callable[[Any], None]


def states(address: str) -> dict[str, Look]:
    """Pages that no link leads to, in the order in which they are to be seen."""

    def at(path: str, *then: Look) -> Look:
        def look(page: Any) -> None:
            page.goto(f"{address}{path}")
            for do in then:
                do(page)

        return look

    def prepare(page: Any) -> None:
        page.get_by_label("I have read this").check()
        page.get_by_role("button", name="Go on").click()

    def camera(page: Any) -> None:
        page.get_by_role("button", name="To the camera").click()
        page.get_by_role("button", name="Switch the camera on").click()
        page.wait_for_selector("#camera-go:enabled", timeout=60_000)

    def session(page: Any) -> None:
        page.click("#camera-go")
        page.wait_for_selector("#session-title:has-text('Read')", timeout=60_000)

    def answers(page: Any) -> None:
        page.get_by_role("button", name=re.compile("Begin|Go on|Go through")).click()

    def advice(page: Any) -> None:
        page.goto(f"{address}/suitability/review/")
        page.get_by_role("button", name="See the advice").click()

    def open_answer(page: Any) -> None:
        page.goto(f"{address}/trials/")
        page.locator(TRIAL).first.click()
        page.get_by_role("link", name="The answer", exact=True).click()

    def opened(page: Any) -> None:
        open_answer(page)
        page.get_by_role("button", name="Open the answer").click()

    return {
        "start": at("/start/"),
        "closed": at("/nowhere/"),
        "verdict-closed": open_answer,
        "verdict-opened": opened,
        "question": at("/suitability/", answers),
        "advice": advice,
        "record-1-rules": at("/recordings/record/"),
        "record-2-prepare": at("/recordings/record/", prepare),
        "record-3-camera": at("/recordings/record/?short=40", prepare, camera),
        "record-4-session": at("/recordings/record/?short=40", prepare, camera, session),
    }


def linked(page: Any, address: str) -> dict[str, Look]:
    """Every page that links lead to from the overview, each kind once."""
    kinds: dict[str, str] = {}
    to_visit = ["/", "/recordings/record/", "/recordings/phone/", "/data/delete/"]
    while to_visit:
        path = to_visit.pop(0)
        kind = KEY.sub("one", urlsplit(path).path)
        if kind in kinds or FILE.search(kind):
            continue
        kinds[kind] = path
        page.goto(f"{address}{path}")
        to_visit += page.eval_on_selector_all(
            "a[href^='/']:not([download])",
            "links => links.map((link) => link.getAttribute('href'))",
        )

    def look_at(path: str) -> Look:
        return lambda page: page.goto(f"{address}{path}")

    return {
        kind.strip("/").replace("/", "-") or "overview": look_at(path)
        for kind, path in kinds.items()
    }


def take(page: Any, name: str, look: Look, folder: Path) -> None:
    """Both pictures of a page, each of its whole length."""
    page.set_viewport_size({"width": 1280, "height": 900})
    try:
        look(page)
    except Exception as error:
        print(f"{name}: {error}", file=sys.stderr)
        return
    for width, height in WIDTHS.items():
        page.set_viewport_size({"width": width, "height": height})
        page.wait_for_timeout(400)
        page.screenshot(path=folder / f"{name}-{width}.png", full_page=True)


def take_for_readme(page: Any, address: str) -> None:
    """The overview, a recording and the answer of the trial, as they are seen at first."""
    page.set_viewport_size(README_SIZE)
    page.goto(f"{address}/")
    picture(page, "app-overview")
    page.goto(f"{address}/recordings/")
    page.locator("li.recording a").last.click()
    page.wait_for_selector("#see-charts:not([aria-busy=true])")
    end = page.locator("#see-charts").bounding_box()
    page.set_viewport_size({**README_SIZE, "height": round(end["y"] + end["height"]) + 30})
    picture(page, "app-recording")
    page.set_viewport_size(README_SIZE)
    page.goto(f"{address}/trials/")
    page.locator(TRIAL).first.click()
    page.get_by_role("link", name="The answer", exact=True).click()
    picture(page, "app-verdict")


def picture(page: Any, name: str) -> None:
    """One picture of the README, with no more colours than it needs."""
    page.wait_for_timeout(600)
    place = IMAGES / f"{name}.png"
    page.screenshot(path=place)
    with Image.open(place) as taken:
        few = taken.convert("RGB").quantize(
            README_COLOURS, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE
        )
    few.save(place, optimize=True)
    print(f"{place.name}: {place.stat().st_size / 1000:.0f} kB")


if __name__ == "__main__":
    main()
