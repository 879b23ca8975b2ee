"""A person's whole way through the app, with `rubor serve` as they start it.

From the first page over the questionnaire, a guided recording, its result and a trial to taking
everything out, deleting it and bringing it in again.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from tests.web.browser.blush_film import BLUSH, CLOCK_JS

_HERE = Path(__file__).parent
_STEP_S = 4
# Of the recording: from its first second on, and the pictures of it on the clock of the film.
_STORED = """
import av
from pathlib import Path
import sys
sys.path.insert(0, {root!r})
from tests.web.browser.blush_film import number_in
from rubor.web.recordings.models import Recording
from rubor.web.recordings.storage import video_source
row = Recording.objects.get()
with video_source(row).open() as file, av.open(file) as container:
    pictures = container.decode(video=0)
    shown = [(float(one.time), number_in(one.to_ndarray(format="gray"))) for one in pictures]
answer = {{
    "failed": [
        gate["name"] for gate in row.summary["quality"] if gate["matters"] and gate["passed"] is False
    ],
    "episodes": row.episodes["episodes"],
    "felt": [mark.time_s for mark in row.marks.filter(kind="felt")],
    "steps": row.protocol["steps"],
    "shown": shown,
}}
"""


def test_from_the_first_page_to_everything_brought_in_again(
    served_app: Any,
    open_page: Callable[..., Any],
    film: Callable[..., Path],
    measured_once: dict[str, str],
    tmp_path: Path,
) -> None:
    page = open_page(served_app, camera=film(BLUSH, clock=True))
    begin(page)
    answer_some_questions(page)
    record(page, served_app)
    see_the_result(page, served_app)
    trial = try_a_treatment(page, served_app, measured_once)
    taken_out = take_everything_out(page, served_app, tmp_path)
    delete_everything(page, served_app)
    bring_it_in(page, served_app, taken_out, trial)


def begin(page: Any) -> None:
    """The first page says what Rubor is; three questions."""
    page.wait_for_url("**/start/")
    assert page.get_by_role("heading", name="What Rubor is not").is_visible()
    page.get_by_label("What may Rubor call you?").fill("Test")
    page.get_by_label("light", exact=True).check()
    page.get_by_label("Keep each video, sealed").check()
    page.get_by_role("button", name="Begin").click()
    page.wait_for_url(re.compile(r"/$"))


def answer_some_questions(page: Any) -> None:
    """Some answers, back, stop, go on, and the advice for what there is."""
    page.get_by_role("link", name="What may suit me").first.click()
    page.get_by_role("button", name="Begin").click()
    first = page.locator("h1").inner_text()
    page.locator("#answer").fill("34")
    page.get_by_role("button", name="Next").click()
    page.wait_for_selector("#progress-words:has-text('Question 2')")
    page.get_by_role("button", name="Back").click()
    page.wait_for_selector("#progress-words:has-text('Question 1')")
    assert page.locator("h1").inner_text() == first
    assert page.locator("#answer").input_value() == "34"
    page.get_by_role("button", name="Next").click()
    page.locator("main input[name=answer]").last.check()
    page.get_by_role("button", name="Stop for now").click()
    page.wait_for_selector("text=2 of")
    page.get_by_role("button", name="Go on").click()
    page.get_by_role("button", name="Leave this out").click()
    page.goto(page.url.split("/suitability/")[0] + "/suitability/review/")
    page.get_by_role("button", name="See the advice").click()
    page.wait_for_selector("h1:has-text('What may suit you')")
    assert page.get_by_role("heading", name="What is still missing").is_visible()


def record(page: Any, app: Any) -> None:
    """A short guided recording; the person presses when the blush is there."""
    page.goto(f"{app.address}/recordings/record/?short={4 * _STEP_S}")
    page.wait_for_selector("html[data-recorder=ready]")
    page.get_by_label("I have read this").check()
    page.get_by_role("button", name="Go on").click()
    page.get_by_role("button", name="To the camera").click()
    page.get_by_role("button", name="Switch the camera on").click()
    page.wait_for_selector("#camera-go:enabled", timeout=25_000)
    wait_for_the_film(page, from_s=12.5, to_s=14.5)
    page.click("#camera-go")
    page.wait_for_selector("#session-title:has-text('Sing a song')", timeout=20_000)
    page.wait_for_timeout(2_500)
    page.click("#felt")
    page.wait_for_timeout(700)
    page.keyboard.press("Space")
    page.wait_for_selector("#sent:not([hidden])", timeout=30_000)
    page.get_by_role("link", name="See the recording").click()


def wait_for_the_film(page: Any, *, from_s: float, to_s: float) -> None:
    """Wait until the film is between two of its times, so that the blush falls into the task."""
    rate = float(BLUSH.frame_rate)
    for _ in range(400):
        if from_s <= page.evaluate(CLOCK_JS) / rate < to_s:
            return
        page.wait_for_timeout(100)
    raise AssertionError("the film stands still")


def see_the_result(page: Any, app: Any) -> None:
    """Progress is shown, then the episode where it truly was, with what was felt."""
    page.wait_for_selector("main progress")
    page.wait_for_selector("h2#answer", timeout=120_000)
    stored = app.stored(_STORED.format(root=str(_HERE.parents[2])))
    # A busy machine drops pictures, and the app then rightly says so; nothing else may be amiss.
    assert set(stored["failed"]) <= {"dropped_share", "frame_rate_fps"}
    (episode,) = stored["episodes"]
    onset = episode["onset_s"]
    low, high = onset["interval_95"]
    assert low - 0.5 <= true_onset_s(stored["shown"]) <= high + 0.5
    assert high - low < 2.0
    presses = stored["felt"]
    assert len(presses) == 2
    row = page.locator("section[aria-labelledby=episodes] tbody tr").inner_text()
    assert f"{onset['value']:.1f} s" in row
    assert felt_at(row) in {round(press) for press in presses}
    page.wait_for_selector("#see-charts:not([aria-busy=true])")
    assert page.locator("#chart canvas").is_visible()
    page.get_by_text("The curves as a table").click()
    page.wait_for_selector("#curve-table td")


def felt_at(row: str) -> int:
    """The time in the second last column of an episode, in seconds."""
    minutes, seconds = row.split("\t")[7].split(":")
    return 60 * int(minutes) + int(seconds)


def true_onset_s(shown: list[tuple[float, int]]) -> float:
    """When on the recording's clock the blush truly had a tenth of its height."""
    rate = float(BLUSH.frame_rate)
    # Along half a cosine a tenth is reached after a fifth of the rise.
    onset_s = BLUSH.course.onset_s + 0.205 * BLUSH.course.rise_s
    after_task = [(time, number / rate) for time, number in shown if time > 2.0 + 1.5 * _STEP_S]
    return next(
        time + onset_s - film_s for time, film_s in after_task if onset_s <= film_s < onset_s + 5.0
    )


def try_a_treatment(page: Any, app: Any, measured_once: dict[str, str]) -> str:
    """From the draw to the opened answer; gives back the address of the trial."""
    page.get_by_role("link", name="Trials").first.click()
    page.get_by_role("link", name="Begin a trial").first.click()
    page.get_by_label("What do you call this trial?").fill("My patch")
    page.get_by_label("What is tried?").select_option("botulinum_toxin")
    page.get_by_role("button", name="Fix it and draw").click()
    page.wait_for_selector("h1:has-text('My patch')")
    drawn = page.get_by_text(re.compile("your own (left|right) side is treated")).first.inner_text()
    side = "left" if "left" in drawn else "right"
    made = months_later(app, measured_once, side)
    trial = str(page.url)
    for recording in made["before"]:
        add(page, trial, recording)
    page.goto(trial)
    page.get_by_label("Day of the treatment").fill(made["treated_on"])
    page.get_by_role("button", name="Note the treatment").click()
    page.wait_for_selector("text=The treatment is noted")
    for recording in made["after"]:
        add(page, trial, recording)
    page.goto(trial)
    page.get_by_role("link", name="The answer", exact=True).click()
    page.wait_for_selector("h1:has-text('The answer is closed')")
    assert "smaller" not in page.locator("main").inner_text()
    page.get_by_role("button", name="Open the answer").click()
    page.wait_for_selector("h1:has-text('It works')")
    assert page.locator("#reduction-chart").is_visible()
    return trial


def add(page: Any, trial: str, recording: str) -> None:
    page.goto(f"{trial}add/{recording}/")
    page.get_by_role("button", name="Add it to the trial").click()
    page.wait_for_selector("text=The recording is in the trial")


def months_later(app: Any, measured_once: dict[str, str], side: str) -> dict[str, Any]:
    """Let time pass: the trial began long ago, and recordings were made since."""
    treated_on = date.today() - timedelta(days=60)
    made: dict[str, Any] = app.stored(
        f"""
import os, sys
os.environ.update({measured_once!r})
sys.path.insert(0, {str(_HERE.parents[2])!r})
from tests.web.browser.months_later import pass_time
answer = pass_time({treated_on.isoformat()!r}, {side!r})
"""
    )
    return made


def take_everything_out(page: Any, app: Any, folder: Path) -> Path:
    page.get_by_role("link", name="My data").first.click()
    page.get_by_role("link", name="Take everything out").click()
    with page.expect_download(timeout=60_000) as started:
        page.get_by_role("button", name="Take it out").click()
    place = folder / "everything.zip"
    started.value.save_as(place)
    return place


def delete_everything(page: Any, app: Any) -> None:
    page.goto(f"{app.address}/data/delete/")
    page.get_by_label("if you are sure").fill("delete")
    page.get_by_role("button", name="Delete everything for good").click()
    page.wait_for_url("**/start/")
    left = app.stored(
        "from rubor.web.recordings.models import Recording\n"
        "from rubor.web.people.models import Person\n"
        "answer = Recording.objects.count() + Person.objects.count()"
    )
    assert left == 0
    recordings = app.folder / "recordings"
    assert not recordings.exists() or not any(recordings.iterdir())


def bring_it_in(page: Any, app: Any, taken_out: Path, trial: str) -> None:
    page.get_by_label("What may Rubor call you?").fill("Test again")
    page.get_by_label("light", exact=True).check()
    page.get_by_role("button", name="Begin").click()
    page.get_by_role("link", name="My data").first.click()
    page.get_by_role("link", name="Bring in a file").click()
    page.get_by_label("Zip file").set_input_files(taken_out)
    page.get_by_role("button", name="Hand it in").click()
    page.get_by_role("button", name="Bring it in").click()
    page.wait_for_selector("#brought", timeout=60_000)
    page.get_by_role("link", name="Look at it").click()
    page.get_by_role("link", name="Recordings").first.click()
    assert page.locator("li.recording").count() == 10
    page.get_by_role("link", name="Trials").first.click()
    page.get_by_role("link", name="My patch").first.click()
    page.get_by_role("link", name="The answer", exact=True).click()
    page.wait_for_selector("h1:has-text('It works')")
