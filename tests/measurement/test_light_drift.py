"""A drift of the light or white balance is taken out by the background, and only where it may be."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

import rubor
from rubor.simulation import DemoScene, render_frames, write_video

FloatArray = npt.NDArray[np.float64]
Table = Callable[[rubor.Recording, str], FloatArray]

DRIFT = 0.02
LIMIT = 0.004
CAMERA_NOISE_LEVELS = 2.0
# The outer eye corners are 102 px apart at 400 lines. Nobody blushes.
SCENE = DemoScene(
    seed=3, duration_s=20.0, frame_rate=15, width=640, height=400, log_blood_left=0.0,
    log_blood_right=0.0,
)  # fmt: skip
TIME_S = np.arange(round(SCENE.duration_s * float(SCENE.frame_rate))) / float(SCENE.frame_rate)
# Once up and down and back in the clip: +-2 % in R/G, linear light.
RED_GAIN = 1.0 + DRIFT * np.sin(2.0 * np.pi * TIME_S / SCENE.duration_s)


def drifting_frames() -> Iterator[npt.NDArray[np.float32]]:
    for frame, gain in zip(render_frames(SCENE), RED_GAIN, strict=True):
        yield frame * np.array([gain, 1.0, 1.0], np.float32)


@pytest.fixture(scope="module")
def clip(tmp_path_factory: Any) -> Path:
    path: Path = tmp_path_factory.mktemp("drift") / "drift.mp4"
    write_video(
        path, drifting_frames(), frame_rate=SCENE.frame_rate, noise_levels=CAMERA_NOISE_LEVELS,
        seed=1,
    )  # fmt: skip
    return path


@pytest.fixture(scope="module")
def recording(clip: Path) -> rubor.Recording:
    return rubor.measure(clip, mirrored=False)


def second_means(values: FloatArray) -> FloatArray:
    """(seconds, regions) means; NaN where a region is never valid."""
    second = np.floor(TIME_S + 1e-9).astype(int)
    with np.errstate(invalid="ignore"):
        sums = np.stack([np.nansum(values[second == s], axis=0) for s in range(second[-1] + 1)])
        seen = np.stack([np.isfinite(values[second == s]).sum(0) for s in range(second[-1] + 1)])
        return np.where(seen > 0, sums / np.maximum(seen, 1), np.nan)


def true_drift(recording: rubor.Recording) -> FloatArray:
    """(frames, 1) of log10(R/G), from the baseline."""
    rest = recording.summary["baseline"]
    at_rest = (rest["start_s"] <= TIME_S) & (rest["end_s"] >= TIME_S)
    drift = np.log10(RED_GAIN)
    return (drift - drift[at_rest].mean())[:, None]


def test_the_background_is_chosen_by_itself_and_its_drift_reported(
    recording: rubor.Recording,
) -> None:
    reference = recording.summary["reference"]
    assert reference["kind"] == "background"
    assert reference["patches"] >= 10
    assert not reference["drift"]["quantisation_limited"]
    largest = np.abs(true_drift(recording)).max() * np.log(10.0)
    assert reference["drift"]["log_r_over_g_max"] == pytest.approx(largest, abs=0.005)
    assert 0.0 < reference["drift"]["sd"] < 0.01


def test_the_drift_is_removed_from_the_change_of_redness(
    recording: rubor.Recording, table: Table
) -> None:
    change = second_means(table(recording, "erythema_index_change"))
    for cheek in ("cheek_left", "cheek_right"):
        assert np.isfinite(change[:, recording.summary["regions"].index(cheek)]).all()
    assert np.nanmax(np.abs(change)) <= LIMIT
    # Without it, the change would be this.
    assert np.abs(second_means(np.tile(true_drift(recording), 2))).max() > 3 * LIMIT


def test_the_index_itself_keeps_the_drift(recording: rubor.Recording, table: Table) -> None:
    index = table(recording, "erythema_index")
    rest = recording.summary["baseline"]
    at_rest = (rest["start_s"] <= TIME_S) & (rest["end_s"] >= TIME_S)
    seen = np.isfinite(index).all(axis=0)
    raw = index[:, seen] - index[at_rest][:, seen].mean(axis=0)
    error = second_means(raw - true_drift(recording))
    assert np.nanmax(np.abs(error)) <= LIMIT


def test_without_a_reference_the_drift_stays_and_is_not_hidden(
    clip: Path, recording: rubor.Recording, table: Table
) -> None:
    plain = rubor.measure(clip, mirrored=False, reference="none")
    assert plain.summary["reference"]["kind"] == "none"
    assert plain.summary["reference"]["drift"] is None
    gate = next(g for g in plain.summary["quality"] if g["name"] == "light_drift_percent")
    assert gate["passed"] is None
    assert gate["advice"]
    np.testing.assert_array_equal(
        table(plain, "erythema_index"), table(recording, "erythema_index")
    )
    change = second_means(table(plain, "erythema_index_change"))
    assert np.nanmax(np.abs(change)) > 2 * LIMIT
