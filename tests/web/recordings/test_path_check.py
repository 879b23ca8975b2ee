"""Known patches through a recorder: right only if they come back in BT.601, limited range."""

from __future__ import annotations

import io
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from django.test import Client

from rubor.errors import UnreadableFileError
from rubor.vision.colour_coding import ycbcr_to_rgb_matrix
from rubor.web.recordings.path_check import (
    COLUMNS,
    MOST_ERROR,
    PATCHES,
    ROWS,
    TooShortError,
    camera_range,
    check_path,
)

WIDTH, HEIGHT, RATE = 320, 240, 15


def _samples(rgb: np.ndarray, matrix: str, full: bool) -> np.ndarray:
    """8-bit sRGB (..., 3) to whole Y'CbCr samples of a coding."""
    to_ycbcr = np.linalg.inv(ycbcr_to_rgb_matrix(matrix))  # type: ignore[arg-type]
    scale = np.full(3, 255.0) if full else np.array([219.0, 224.0, 224.0])
    offset = np.array([0.0 if full else 16.0, 128.0, 128.0])
    return np.rint((rgb / 255.0) @ to_ycbcr.T * scale + offset).clip(0, 255).astype(np.uint8)


def _webm(samples: np.ndarray, seconds: float = 1.0) -> bytes:
    """A VP8 webm that shows one picture (height, width, 3) of samples, as a browser writes it."""
    held = io.BytesIO()
    planes = [samples[:, :, 0], samples[::2, ::2, 1], samples[::2, ::2, 2]]
    picture = np.concatenate([np.ascontiguousarray(plane).ravel() for plane in planes])
    with av.open(held, "w", format="webm") as container:
        stream = container.add_stream("libvpx", rate=RATE, options={"deadline": "realtime"})
        stream.height, stream.width = samples.shape[:2]
        stream.pix_fmt = "yuv420p"
        stream.bit_rate = 4_000_000
        for number in range(round(seconds * RATE)):
            frame = av.VideoFrame.from_ndarray(picture.reshape(-1, stream.width), format="yuv420p")
            frame.pts, frame.time_base = number, Fraction(1, RATE)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return held.getvalue()


def _patches(matrix: str, full: bool) -> bytes:
    rgb = np.zeros((HEIGHT, WIDTH, 3))
    for number, colour in enumerate(PATCHES):
        row, column = divmod(number, COLUMNS)
        down, across = HEIGHT // ROWS, WIDTH // COLUMNS
        rgb[row * down : (row + 1) * down, column * across : (column + 1) * across] = colour
    return _webm(_samples(rgb, matrix, full))


def test_patches_that_came_through_are_sound() -> None:
    found = check_path(_patches("bt601", full=False))
    assert found.ok
    assert found.worst_error < MOST_ERROR / 2
    assert (found.matrix, found.range) == ("bt601", "limited")
    assert not found.message


@pytest.mark.parametrize(
    ("matrix", "full", "named"),
    [
        ("bt709", False, ("bt709", "limited")),
        ("bt601", True, ("bt601", "full")),
        ("bt709", True, ("bt709", "full")),
    ],
)
def test_another_matrix_or_range_is_found_and_named(
    matrix: str, full: bool, named: tuple[str, str]
) -> None:
    found = check_path(_patches(matrix, full))
    assert not found.ok
    assert found.worst_error > 4 * MOST_ERROR
    assert (found.matrix, found.range) == named
    assert "another browser" in found.cure


def test_the_patches_need_no_rounding() -> None:
    """A flat patch cannot be dithered: half a level of chroma would be an error of its own."""
    exact = (
        np.array(PATCHES)
        / 255.0
        @ np.linalg.inv(ycbcr_to_rgb_matrix("bt601")).T
        * [219.0, 224.0, 224.0]
    )
    assert np.abs(exact - np.rint(exact)).max() < 0.08


def _camera(darkest: float, brightest: float) -> bytes:
    samples = np.full((HEIGHT, WIDTH, 3), 128.0)
    samples[:, :, 0] = np.linspace(darkest, brightest, WIDTH)
    return _webm(samples.astype(np.uint8))


@pytest.mark.parametrize(
    ("darkest", "brightest", "expected"),
    [(16, 235, "limited"), (2, 250, "full"), (60, 180, "unknown")],
)
def test_the_range_of_a_camera_shows_in_black_and_white(
    darkest: float, brightest: float, expected: str
) -> None:
    found = camera_range(_camera(darkest, brightest))
    assert found.range == expected
    assert bool(found.cure) == (expected != "limited")


def test_a_trial_that_ends_before_the_encoder_settled_is_too_short() -> None:
    picture = np.full((HEIGHT, WIDTH, 3), 128, np.uint8)
    with pytest.raises(TooShortError):
        check_path(_webm(picture, seconds=0.4))


@pytest.mark.parametrize("data", [b"", b"no video", b"\x1a\x45\xdf\xa3" + bytes(200)])
def test_what_is_no_video_is_refused_with_a_cure(data: bytes) -> None:
    with pytest.raises(UnreadableFileError) as refused:
        check_path(data)
    assert refused.value.cure


def test_a_trial_cannot_have_other_files_opened(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("other.webm").write_bytes(_patches("bt601", full=False))
    with pytest.raises(UnreadableFileError):
        check_path(b"ffconcat version 1.0\nfile other.webm\n")


def test_pictures_larger_than_any_camera_gives_are_not_decoded() -> None:
    """A few kilobytes can unpack to gigabytes."""
    with pytest.raises(UnreadableFileError) as refused:
        check_path(_webm(np.full((2400, 4112, 3), 128, np.uint8), seconds=1.0 / RATE))
    assert not isinstance(refused.value, TooShortError)


def test_the_page_asks_by_address(browser: Client) -> None:
    video = "application/octet-stream"
    sound = browser.post("/recordings/path-check/", _patches("bt601", False), content_type=video)
    assert sound.json()["ok"] is True
    camera = browser.post("/recordings/path-check/?of=camera", _camera(2, 250), content_type=video)
    assert camera.json()["range"] == "full"
    short = browser.post(
        "/recordings/path-check/",
        _webm(np.full((HEIGHT, WIDTH, 3), 128, np.uint8), 0.4),
        content_type=video,
    )
    assert short.status_code == 200
    assert short.json()["too_short"] is True
    broken = browser.post("/recordings/path-check/", b"no video", content_type=video)
    assert broken.status_code == 400
    assert broken.json()["message"] and broken.json()["cure"]
