"""The guided recording in a real Chromium, from the rules to the sealed video."""

from __future__ import annotations

import time
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from rubor.simulation import DemoScene

PAGE = "/recordings/record/"

# Counts what the browser still keeps of recordings.
LEFT_IN_THE_BROWSER = """() => new Promise((resolve, reject) => {
  const opening = indexedDB.open("rubor-recorder");
  opening.onerror = () => reject(opening.error);
  opening.onsuccess = () => {
    const names = ["recordings", "chunks", "marks"];
    const reading = opening.result.transaction(names);
    const counts = names.map((name) => reading.objectStore(name).count());
    reading.oncomplete = () => { opening.result.close(); resolve(counts.map((count) => count.result)); };
  };
})"""

# What the app has of the last recording, and what its video holds.
STORED = """
import av
from rubor.web.recordings.models import Recording
from rubor.web.recordings.storage import video_source
row = Recording.objects.latest("created_at")
answer = {
    name: getattr(row, name)
    for name in ("state", "source", "mirrored", "stopped_early", "protocol", "conditions", "path_check",
                 "camera_settings", "chunks", "bytes_received", "skin_tone", "error")
}
answer["marks"] = [[mark.kind, mark.time_s] for mark in row.marks.all()]
answer["rows"] = Recording.objects.count()
with video_source(row).open() as file, av.open(file) as container:
    answer["times"] = [float(picture.time) for picture in container.decode(video=0)]
"""


def to_the_camera(page: Any, app: Any, seconds: int) -> None:
    """From the start to the moment before the recording, with all checks of the recorder done."""
    page.goto(f"{app.address}{PAGE}?short={seconds}")
    page.wait_for_selector("html[data-recorder=ready]")
    page.get_by_label("I have read this").check()
    page.get_by_role("button", name="Go on").click()
    page.get_by_role("button", name="To the camera").click()
    page.get_by_role("button", name="Switch the camera on").click()
    page.wait_for_selector("#camera-go:enabled", timeout=25_000)


def start_recording(page: Any, app: Any, seconds: int) -> None:
    to_the_camera(page, app, seconds)
    page.click("#camera-go")
    page.wait_for_selector("#session-number:has-text('Step 1')")


def wait_until_sent(page: Any) -> None:
    page.wait_for_selector("#sent:not([hidden])", timeout=30_000)


def tab_to(page: Any, selector: str) -> None:
    """Press the tabulator until something has the focus."""
    for _ in range(60):
        if page.evaluate("(selector) => document.activeElement.matches(selector)", selector):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"the keyboard does not reach {selector}")


def assert_whole(video_times_s: list[float], seconds: float) -> None:
    """Every second is there, in order."""
    assert video_times_s == sorted(video_times_s)
    assert video_times_s[-1] > seconds
    assert max(b - a for a, b in pairwise(video_times_s)) < 1.0


def test_a_try_out_by_keyboard_alone_with_presses(opened_page: Any, app: Any) -> None:
    page = opened_page
    page.goto(f"{app.address}{PAGE}?short=4")
    page.wait_for_selector("html[data-recorder=ready]")
    tab_to(page, "#agree input")
    page.keyboard.press("Space")
    tab_to(page, "#agree button")
    page.keyboard.press("Enter")
    tab_to(page, "#conditions button[type=submit]")
    page.keyboard.press("Enter")
    tab_to(page, "#camera-on")
    page.keyboard.press("Enter")
    page.wait_for_selector("#camera-go:enabled", timeout=25_000)
    page.wait_for_selector("[data-check=face][data-state=ok]")
    tab_to(page, "#camera-go")
    page.keyboard.press("Enter")
    page.wait_for_selector("#session-title:has-text('Sing a song')")
    assert not page.locator("#preview").evaluate(
        "video => video.checkVisibility({opacityProperty: true})"
    )
    page.keyboard.press("Space")
    page.wait_for_selector("#session-title:has-text('Rest again')")
    page.locator("#felt").evaluate("button => button.blur()")
    page.keyboard.press("Space")
    wait_until_sent(page)

    stored = app.stored(STORED)
    assert (stored["state"], stored["source"], stored["skin_tone"]) == (
        "waiting",
        "browser",
        "light",
    )
    assert stored["mirrored"] is False
    assert stored["stopped_early"] is False
    assert stored["protocol"]["version"] == "1-short"
    steps = stored["protocol"]["steps"]
    assert [step["name"] for step in steps] == [
        "baseline",
        "control task",
        "provocation",
        "recovery",
    ]
    assert [round(step["end_s"] - step["start_s"]) for step in steps] == [1, 1, 1, 1]
    kinds = [kind for kind, _ in stored["marks"]]
    assert kinds == [
        "baseline_start", "baseline_end", "stimulus_start", "felt", "stimulus_end", "felt",
    ]  # fmt: skip
    times = dict(stored["marks"][:3])
    assert times["baseline_start"] == pytest.approx(2.0, abs=0.5)
    assert times["stimulus_start"] == pytest.approx(steps[2]["start_s"], abs=0.01)
    assert stored["path_check"]["ok"] is True
    assert stored["path_check"]["worst_error"] < 6e-3
    assert stored["camera_settings"]["obtained"]["width"] == 640
    assert "deviceId" not in str(stored["camera_settings"])
    assert_whole(stored["times"], steps[-1]["end_s"] - 0.5)
    assert page.evaluate(LEFT_IN_THE_BROWSER) == [0, 0, 0]
    assert page.get_attribute("#sent-link", "href").startswith("/recordings/")


def test_a_lost_connection_loses_nothing(opened_page: Any, app: Any) -> None:
    page = opened_page
    page.expected_errors += ["ERR_INTERNET_DISCONNECTED"]
    start_recording(page, app, 4)
    page.context.set_offline(True)
    page.keyboard.press("Space")
    page.wait_for_timeout(2_200)
    kept = page.evaluate(LEFT_IN_THE_BROWSER)
    assert kept[1] >= 2 and kept[2] >= 1
    page.context.set_offline(False)
    wait_until_sent(page)
    stored = app.stored(STORED)
    assert stored["stopped_early"] is False
    assert [kind for kind, _ in stored["marks"]].count("felt") == 1
    assert_whole(stored["times"], 5.5)
    assert page.evaluate(LEFT_IN_THE_BROWSER) == [0, 0, 0]


@pytest.mark.slow
def test_a_closed_page_loses_at_most_the_last_second(opened_page: Any, app: Any) -> None:
    page = opened_page
    page.expected_errors += ["ERR_INTERNET_DISCONNECTED"]
    rows = app.stored(
        "from rubor.web.recordings.models import Recording\nanswer = Recording.objects.count()"
    )
    start_recording(page, app, 40)
    page.context.set_offline(True)
    page.wait_for_timeout(2_500)
    page.close()  # as a lid or a power cut does: no script runs any more
    again = page.context.new_page()
    again.context.set_offline(False)
    again.goto(app.address + PAGE)
    again.wait_for_selector("#leftover:has-text('has been sent')", timeout=20_000)
    stored = app.stored(STORED)
    assert stored["rows"] == rows + 1
    assert stored["stopped_early"] is True
    assert stored["state"] == "waiting"
    # It began to be cut off two seconds and a half after the lead-in of two.
    assert_whole(stored["times"], 4.5 - 1.2)
    assert again.evaluate(LEFT_IN_THE_BROWSER) == [0, 0, 0]


@pytest.mark.slow
def test_stop_keeps_what_there_is_and_an_app_that_dies_loses_none_of_it(
    open_page: Callable[..., Any], own_app: Any
) -> None:
    page = open_page(own_app)
    page.expected_errors += ["ERR_CONNECTION_REFUSED", "ERR_CONNECTION_RESET", "ERR_EMPTY_RESPONSE"]
    start_recording(page, own_app, 100)
    own_app.kill()
    page.wait_for_timeout(1_000)
    started = time.monotonic()
    page.get_by_role("button", name="Stop").click()
    page.wait_for_selector("#stopped-early:not([hidden])")
    assert time.monotonic() - started < 2.0
    page.wait_for_selector("#waiting:has-text('kept in this browser')")
    own_app.start_again()
    wait_until_sent(page)
    stored = own_app.stored(STORED)
    assert stored["rows"] == 1
    assert stored["stopped_early"] is True
    assert [kind for kind, _ in stored["marks"]] == ["baseline_start", "baseline_end"]
    assert_whole(stored["times"], 2.5)
    assert page.evaluate(LEFT_IN_THE_BROWSER) == [0, 0, 0]


@pytest.mark.slow
def test_an_app_that_is_killed_and_started_again_in_mid_recording_goes_on(
    open_page: Callable[..., Any], own_app: Any
) -> None:
    """Nothing is lost and nothing stored twice, and nobody had to do anything."""
    page = open_page(own_app)
    page.expected_errors += ["ERR_CONNECTION_REFUSED", "ERR_CONNECTION_RESET", "ERR_EMPTY_RESPONSE"]
    start_recording(page, own_app, 12)
    page.wait_for_timeout(1_500)
    own_app.kill()
    page.keyboard.press("Space")
    page.wait_for_selector("#waiting")
    own_app.start_again()
    wait_until_sent(page)
    stored = own_app.stored(STORED)
    assert (stored["rows"], stored["state"], stored["stopped_early"]) == (1, "waiting", False)
    assert [kind for kind, _ in stored["marks"]].count("felt") == 1
    assert_whole(stored["times"], 13.5)
    assert page.evaluate(LEFT_IN_THE_BROWSER) == [0, 0, 0]


def test_a_recorder_that_changes_colours_is_found_and_the_recording_marked(
    opened_page: Any, app: Any
) -> None:
    """Chromium turns a canvas into BT.709 in full range, which would be read wrongly."""
    page = opened_page
    page.add_init_script("delete window.MediaStreamTrackGenerator;")
    to_the_camera(page, app, 4)
    assert page.get_attribute("[data-check=path]", "data-state") == "mend"
    assert "another browser" in page.inner_text("[data-check=path]")
    page.click("#camera-go")
    page.wait_for_selector("#session-number:has-text('Step 1')")
    page.keyboard.press("Escape")
    wait_until_sent(page)
    stored = app.stored(STORED)
    check = stored["path_check"]
    assert check["ok"] is False
    assert (check["matrix"], check["range"], check["drawn"]) == ("bt709", "full", "canvas")
    assert "check of the recorder was not passed" in stored["conditions"]["note"]


@pytest.mark.slow
def test_a_camera_in_another_range_is_found_and_tried_smaller(
    open_page: Callable[..., Any], app: Any, film: Callable[..., Path]
) -> None:
    """A real camera then has other pictures; this one's file stays what it is, and that is said."""
    scene = DemoScene(seed=1, duration_s=0.5, frame_rate=30, width=960, height=720)
    page = open_page(app, camera=film(scene, full_range=True))
    to_the_camera(page, app, 4)
    assert page.get_attribute("[data-check=range]", "data-state") == "mend"
    assert "Choose another camera" in page.inner_text("[data-check=range]")
    assert page.get_attribute("[data-check=path]", "data-state") == "ok"
    assert page.locator("#preview").evaluate("video => video.videoHeight") == 480


@pytest.mark.parametrize(
    ("options", "cause", "cure"),
    [
        (
            {"arguments": ("--use-fake-ui-for-media-stream=deny",)},
            "may not use the camera",
            "allow the camera",
        ),
        ({"camera": Path("no camera")}, "No camera is found", "Plug one in"),
    ],
)
def test_a_camera_that_does_not_start_says_why(
    open_page: Callable[..., Any], app: Any, options: dict[str, Any], cause: str, cure: str
) -> None:
    page = open_page(app, **options)
    page.goto(f"{app.address}{PAGE}?short=4")
    page.wait_for_selector("html[data-recorder=ready]")
    page.get_by_label("I have read this").check()
    page.get_by_role("button", name="Go on").click()
    page.get_by_role("button", name="To the camera").click()
    page.get_by_role("button", name="Switch the camera on").click()
    said = page.locator("#camera-trouble:not([hidden])").inner_text()
    assert cause in said and cure in said
    assert page.get_by_role("button", name="Switch the camera on").is_enabled()
