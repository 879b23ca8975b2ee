"""Choosing a file, with `rubor serve` and its worker: cut off, resumed, measured, stopped, refused."""

from __future__ import annotations

import re
import resource
import struct
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.web.hand_in import short_blush

from rubor.web.settings import RUBOR_CHUNK_BYTES

_PIECES = 3

ROWS = """
from rubor.web.recordings.models import Recording
answer = [[row.state, row.chunks, row.bytes_received] for row in Recording.objects.order_by("created_at")]
"""


def long_file(folder: Path) -> Path:
    """A video of several pieces: its end is free room (ISO 14496-12), as some cameras leave it."""
    video = short_blush()
    room = _PIECES * RUBOR_CHUNK_BYTES - 500 - len(video)
    place = folder / "blush.mp4"
    place.write_bytes(video + struct.pack(">I4s", room, b"free") + bytes(room - 8))
    return place


def become_somebody(page: Any) -> None:
    page.get_by_label("light", exact=True).check()
    page.get_by_role("button", name="Begin").click()
    page.wait_for_url(re.compile(r"/$"))


def choose(page: Any, app: Any, file: Path) -> None:
    page.goto(f"{app.address}/recordings/upload/")
    page.get_by_label("Video or photo").set_input_files(file)
    page.get_by_label("No: as others see me").check()


def hand_in(page: Any) -> None:
    page.get_by_role("button", name="Hand it in").click()


@contextmanager
def full_disk(process_id: int) -> Iterator[None]:
    """The app cannot write a whole piece, as on a disk without room; its database still grows."""
    limit = resource.RLIMIT_FSIZE
    soft, hard = resource.prlimit(process_id, limit)
    resource.prlimit(process_id, limit, (RUBOR_CHUNK_BYTES - 1, hard))
    try:
        yield
    finally:
        resource.prlimit(process_id, limit, (soft, hard))


def to_the_page_of(page: Any) -> None:
    """From what is said at the end to the page of the recording."""
    page.wait_for_selector("#done:not([hidden]), h1:has-text('Recording of')", timeout=30_000)
    if page.locator("#done").count():
        page.locator("#done-link").click()


def test_a_file_that_is_cut_off_goes_on_is_measured_and_a_broken_one_says_why(
    served_app: Any, open_page: Callable[..., Any], tmp_path: Path
) -> None:
    page = open_page(served_app)
    page.expected_errors += ["ERR_INTERNET_DISCONNECTED", "ERR_FAILED", "status of 400"]
    page.expected_errors += ["status of 507"]
    become_somebody(page)
    file = long_file(tmp_path)

    choose(page, served_app, file)
    with full_disk(served_app.process_id):
        hand_in(page)
        said = page.locator("#problem:not([hidden])").inner_text()
        assert "full" in said
    ((state, chunks, _),) = served_app.stored(ROWS)
    assert (state, chunks) == ("receiving", 0)

    page.route("**/chunks/1/", lambda piece: piece.abort("internetdisconnected"))
    hand_in(page)
    page.wait_for_selector("#sending-text:has-text('33 % handed in')")
    page.wait_for_selector("#sending-state:has-text('Nothing is lost')")
    page.goto("about:blank")  # somebody gives up
    page.unroute("**/chunks/1/")
    page.goto(f"{served_app.address}/recordings/upload/")
    page.wait_for_selector("#unfinished")
    ((state, chunks, _),) = served_app.stored(ROWS)
    assert (state, chunks) == ("receiving", 1)

    choose(page, served_app, file)
    hand_in(page)
    to_the_page_of(page)
    page.get_by_role("button", name="Stop").click()
    page.wait_for_selector("h2:has-text('Measuring was stopped')", timeout=20_000)
    ((state, chunks, size),) = served_app.stored(ROWS)
    assert (state, chunks, size) == ("cancelled", _PIECES, file.stat().st_size)
    page.get_by_role("button", name="Try again").click()
    page.wait_for_selector("main progress")
    page.wait_for_selector("h2#answer", timeout=60_000)

    broken = tmp_path / "broken.mp4"
    broken.write_bytes(short_blush()[:20_000][::-1])
    choose(page, served_app, broken)
    hand_in(page)
    said = page.locator("#problem:not([hidden])").inner_text()
    assert "is not a readable video" in said and "record again" in said, said
    states = [state for state, _, _ in served_app.stored(ROWS)]
    assert states == ["measured", "failed"]

    second = open_page(served_app, let_in=False)
    second.expected_errors += ["status of 403"]
    second.goto(f"{served_app.address}/recordings/")
    assert second.get_by_role("heading", name="This page is closed").is_visible()
    assert second.request.get(f"{served_app.address}/data/export/download/").status == 403
