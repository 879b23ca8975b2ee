"""The demo video: its pixels change as its truth says, on the side it says, and nowhere else."""

from __future__ import annotations

import dataclasses
import math
from fractions import Fraction
from itertools import islice
from pathlib import Path

import av
import cv2
import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rubor.errors import InputError
from rubor.simulation import (
    DemoScene,
    TimeCourse,
    load_portrait,
    render_frames,
    simulate_demo_video,
    true_course,
)
from rubor.simulation.demo_video import LOG_LIGHT_PER_LOG_BLOOD

Frame = npt.NDArray[np.float32]

# A quick scene: 6 s with the whole course in it.
QUICK = DemoScene(
    seed=3,
    duration_s=6.0,
    frame_rate=10,
    width=640,
    height=360,
    log_blood_left=math.log(1.5),
    log_blood_right=math.log(1.2),
    course=TimeCourse(onset_s=1.0, rise_s=1.5, plateau_s=1.0, recovery_s=1.0),
)
STILL_SKIN = dataclasses.replace(QUICK, log_blood_left=0.0, log_blood_right=0.0)


def log_ratio(frame: Frame, area: npt.NDArray[np.float32]) -> float:
    """ln R - ln G of the mean light over an area."""
    red, green, _ = (frame.astype(np.float64) * area[..., None]).sum(axis=(0, 1))
    return math.log(red / green)


@pytest.fixture(scope="module")
def rendered() -> list[Frame]:
    return list(render_frames(QUICK))


@pytest.fixture(scope="module")
def without_blush() -> list[Frame]:
    return list(render_frames(STILL_SKIN))


@pytest.mark.parametrize("side", ["left", "right"])
def test_cheeks_change_as_the_truth_says(rendered: list[Frame], side: str) -> None:
    truth = true_course(QUICK)
    portrait = load_portrait(truth.portrait_enlargement)
    # Two pixels inside the full blush, so that the warp mixes in nothing else.
    cheek = getattr(portrait, f"cheek_{side}") > 0.99
    inside = cv2.erode(cheek.astype(np.float32), np.ones((5, 5)))
    blood = getattr(truth, f"log_blood_{side}") + truth.log_blood_pulse
    slope = LOG_LIGHT_PER_LOG_BLOOD[0] - LOG_LIGHT_PER_LOG_BLOOD[1]
    seen = np.array(
        [
            log_ratio(frame, cv2.warpAffine(inside, motion, (QUICK.width, QUICK.height)))
            for frame, motion in zip(rendered, truth.head_motion, strict=True)
        ]
    )
    change = seen - seen.mean()
    expected = slope * (blood - blood.mean())
    # 0.0005 in ln(R/G) is 0.8 % of blood.
    np.testing.assert_allclose(change, expected, atol=0.0005)


def test_blood_changes_light_along_the_blood_direction(
    rendered: list[Frame], without_blush: list[Frame]
) -> None:
    # Same motion and pulse in both, so that every pixel can be compared with itself.
    truth = true_course(QUICK)
    peak = int(np.argmax(truth.log_blood_left))
    lit = without_blush[peak].min(axis=-1) > 0.05
    change = np.log(rendered[peak][lit]) - np.log(without_blush[peak][lit])
    strongest = change[np.argmin(change[:, 1])]
    expected = np.array(LOG_LIGHT_PER_LOG_BLOOD) * math.log(1.5)
    np.testing.assert_allclose(strongest, expected, atol=1e-4)


def test_the_direction_is_that_of_the_skin_model() -> None:
    # Skin model at ITA 27 degrees: +10 % blood, ln G -0.0240, log10(R/G) +0.00626.
    red, green, blue = (math.log(1.1) * share for share in LOG_LIGHT_PER_LOG_BLOOD)
    assert green == pytest.approx(-0.0240, abs=1e-6)
    assert (red - green) / math.log(10) == pytest.approx(0.00626, abs=1e-6)
    assert red > blue > green


@pytest.mark.parametrize(("side", "is_right_of_face"), [("left", True), ("right", False)])
def test_a_blush_of_one_side_is_on_that_side_of_the_person(
    without_blush: list[Frame], side: str, is_right_of_face: bool
) -> None:
    scene = dataclasses.replace(STILL_SKIN, **{f"log_blood_{side}": math.log(2.0)})
    truth = true_course(scene)
    peak = int(np.argmax(getattr(truth, f"log_blood_{side}")))
    other = "right" if side == "left" else "left"
    assert not getattr(truth, f"log_blood_{other}").any()
    frame = next(islice(render_frames(scene), peak, None))
    changed = np.abs(frame - without_blush[peak]).max(axis=-1) > 1e-4
    columns = np.nonzero(changed)[1]
    # The head sways by a few pixels about the middle of the picture, and the nose is between.
    assert columns.size > 1000
    middle = scene.width / 2
    assert bool(np.all(columns > middle)) is is_right_of_face
    assert bool(np.all(columns < middle)) is not is_right_of_face


def test_the_wall_is_static_neutral_and_well_exposed(rendered: list[Frame]) -> None:
    beside_the_head = np.stack(rendered)[:, :180, :120]
    assert np.ptp(beside_the_head, axis=0).max() == 0.0
    assert np.ptp(beside_the_head, axis=-1).max() == 0.0
    assert 0.3 < beside_the_head.min() < beside_the_head.max() < 0.6


def test_the_head_moves_slowly_and_by_a_few_pixels() -> None:
    scene = DemoScene(seed=5)
    truth = true_course(scene)
    portrait = load_portrait(truth.portrait_enlargement)
    eye = np.array([*portrait.outer_eye_corner_left, 1.0])
    positions = truth.head_motion @ eye
    assert positions.shape == (300, 2)
    away = np.linalg.norm(positions - positions.mean(axis=0), axis=1)
    assert 1.0 < away.max() < 12.0
    speed = np.linalg.norm(np.diff(positions, axis=0), axis=1) * float(truth.frame_rate)
    assert speed.max() < 30.0


def test_light_stays_within_what_a_camera_can_store(rendered: list[Frame]) -> None:
    for frame in rendered:
        assert frame.dtype == np.float32
        assert frame.shape == (QUICK.height, QUICK.width, 3)
        assert float(frame.min()) >= 0.0
        assert float(frame.max()) <= 1.0


def test_the_seed_decides_everything(rendered: list[Frame]) -> None:
    again = list(islice(render_frames(QUICK), 3))
    other = next(render_frames(dataclasses.replace(QUICK, seed=4)))
    assert all(np.array_equal(a, b) for a, b in zip(rendered, again, strict=False))
    assert not np.array_equal(rendered[0], other)


def test_the_pulse_is_in_all_bare_skin() -> None:
    truth = true_course(DemoScene(seed=1, frame_rate=30))
    spectrum = np.abs(np.fft.rfft(truth.log_blood_pulse))
    rates_bpm = 60.0 * np.fft.rfftfreq(len(truth.times_s), 1 / 30)
    assert rates_bpm[np.argmax(spectrum)] == pytest.approx(60.0)
    # One percent of G at its peak.
    amplitude = -LOG_LIGHT_PER_LOG_BLOOD[1] * truth.log_blood_pulse.max()
    assert amplitude == pytest.approx(0.01, rel=0.01)


@given(st.floats(0.0, 10.0), st.floats(0.1, 10.0), st.floats(0.0, 10.0), st.floats(0.1, 10.0))
def test_a_course_rises_once_stays_and_falls(
    onset_s: float, rise_s: float, plateau_s: float, recovery_s: float
) -> None:
    course = TimeCourse(onset_s, rise_s, plateau_s, recovery_s)
    plateau_from, plateau_to = onset_s + rise_s, onset_s + rise_s + plateau_s
    assert not course.at(np.linspace(0.0, onset_s, 9)).any()
    assert np.all(np.diff(course.at(np.linspace(onset_s, plateau_from, 33))) >= 0.0)
    np.testing.assert_allclose(course.at(np.linspace(plateau_from, plateau_to, 9)), 1.0)
    falling = course.at(np.linspace(plateau_to, plateau_to + 3 * recovery_s, 33))
    assert np.all(np.diff(falling) <= 0.0)
    assert falling[-1] == pytest.approx(math.exp(-3.0), rel=1e-6)


def test_the_written_video_is_the_scene(tmp_path: Path) -> None:
    path = tmp_path / "demo.mp4"
    truth = simulate_demo_video(path, QUICK)
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        assert (stream.width, stream.height) == (640, 360)
        assert stream.average_rate == Fraction(10)
        times = [picture.time for picture in container.decode(stream)]
    np.testing.assert_allclose(times, truth.times_s, atol=1e-6)


@pytest.mark.parametrize(
    "change", [{"duration_s": 0.0}, {"frame_rate": 0}, {"width": 0}, {"height": -2}]
)
def test_an_empty_scene_is_refused(tmp_path: Path, change: dict[str, float]) -> None:
    with pytest.raises(InputError):
        simulate_demo_video(tmp_path / "demo.mp4", dataclasses.replace(QUICK, **change))
    assert not list(tmp_path.iterdir())
