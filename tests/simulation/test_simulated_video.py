"""A simulated video: all its files or none, the same from the same scenario, true to what is measured."""

from __future__ import annotations

import hashlib
import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest

import rubor
from rubor.errors import FaceNotFoundError, InputError
from rubor.simulation import (
    EncoderSpec,
    Response,
    Scenario,
    SimulatedVideo,
    SkinSpec,
    TreatedPatch,
    read_scenario,
    resolved,
    simulate,
)
from rubor.vision.reference_face import REGIONS

SHORT = Scenario(
    seed=6,
    duration_s=3.0,
    frame_rate=10.0,
    width=480,
    height=270,
    skin=SkinSpec(tone="tan", draw=True),
    response=(Response(onset_s=1.0, rise_s=0.5, plateau_s=1.0, recovery_s=0.5),),
)


@pytest.fixture(scope="module")
def simulated(tmp_path_factory: pytest.TempPathFactory) -> SimulatedVideo:
    return simulate(SHORT, tmp_path_factory.mktemp("simulated") / "one")


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def test_video_truth_events_and_scenario_lie_side_by_side(simulated: SimulatedVideo) -> None:
    assert {file.name for file in simulated.path.parent.iterdir()} == {
        "video.mp4",
        "truth.parquet",
        "truth_cells.parquet",
        "events.csv",
        "scenario.toml",
    }
    assert simulated.path.name == "video.mp4"


def test_the_truth_has_a_row_for_every_frame_and_region(simulated: SimulatedVideo) -> None:
    stored = pd.read_parquet(simulated.path.parent / "truth.parquet")
    pd.testing.assert_frame_equal(stored, simulated.truth, check_dtype=False)
    assert len(stored) == 30 * len(REGIONS)
    assert stored["true_blood_change"].max() == pytest.approx(math.log(1.5), rel=1e-2)
    assert np.allclose(np.diff(sorted(set(stored["time_s"]))), 0.1)
    schema = pq.read_schema(simulated.path.parent / "truth.parquet")
    unit = schema.field("true_blood_change").metadata[b"unit"]
    assert b"ln blood" in unit


def test_the_written_scenario_makes_the_same_video_again(
    simulated: SimulatedVideo, tmp_path: Path
) -> None:
    scenario = read_scenario(simulated.path.parent / "scenario.toml")
    assert scenario == resolved(SHORT)
    again = simulate(scenario, tmp_path / "again")
    for name in ("video.mp4", "truth.parquet", "truth_cells.parquet", "events.csv"):
        assert digest(again.path.parent / name) == digest(simulated.path.parent / name)


def test_another_seed_makes_another_video(simulated: SimulatedVideo, tmp_path: Path) -> None:
    other = simulate(replace(SHORT, seed=7), tmp_path)
    assert digest(other.path) != digest(simulated.path)


def test_what_is_measured_is_what_happened(tmp_path: Path) -> None:
    patch = TreatedPatch(reduction=0.7, side="left")
    scenario = Scenario(
        seed=2,
        duration_s=6.0,
        frame_rate=10.0,
        width=960,
        height=540,
        treated=(patch,),
        response=(Response(onset_s=2.0, rise_s=1.0, plateau_s=3.0),),
    )
    video = simulate(scenario, tmp_path)
    recording = rubor.measure(video.path, mirrored=False)
    assert recording.summary["baseline"]["source"] == "events"
    traces = recording.traces
    full = traces[(traces["time_s"] > 3.5) & (traces["time_s"] < 5.8) & traces["valid"]]
    change = full.groupby("region")["erythema_index_change"].mean()
    # +50 % blood in light skin: 0.031 in log10(R/G), and 30 % of it on the treated side.
    assert change["cheek_right"] == pytest.approx(0.031, abs=0.006)
    assert change["cheek_left"] / change["cheek_right"] == pytest.approx(0.3, abs=0.15)


@pytest.mark.parametrize(
    ("encoder", "name"),
    [
        (EncoderSpec(container="webm", codec="libvpx", matrix="bt601"), "video.webm"),
        (EncoderSpec(container="mkv", codec="libx265", crf=20.0), "video.mkv"),
    ],
)
def test_the_encoder_is_the_one_asked_for(tmp_path: Path, encoder: EncoderSpec, name: str) -> None:
    video = simulate(replace(SHORT, duration_s=0.5, encoder=encoder), tmp_path)
    assert video.path == tmp_path / name
    assert video.path.stat().st_size > 1000


def test_progress_is_told(tmp_path: Path) -> None:
    told: list[tuple[float, float]] = []
    simulate(
        replace(SHORT, duration_s=0.5),
        tmp_path,
        progress=lambda done_s, total_s: told.append((done_s, total_s)),
    )
    assert len(told) == 5
    assert told[-1] == (0.5, 0.5)


def test_a_scenario_that_is_not_possible_leaves_nothing_behind(tmp_path: Path) -> None:
    impossible = replace(SHORT, encoder=EncoderSpec(container="webm"))
    with pytest.raises(InputError, match="cannot hold libx264"):
        simulate(impossible, tmp_path / "new")
    assert not (tmp_path / "new").exists()


def test_an_earlier_simulation_is_replaced_only_by_a_whole_one(
    simulated: SimulatedVideo, tmp_path: Path
) -> None:
    simulate(replace(SHORT, duration_s=0.5), tmp_path)
    before = digest(tmp_path / "video.mp4")
    with pytest.raises(InputError):
        simulate(replace(SHORT, encoder=EncoderSpec(codec="prores")), tmp_path)
    assert digest(tmp_path / "video.mp4") == before
    simulate(SHORT, tmp_path)
    assert digest(tmp_path / "video.mp4") == digest(simulated.path)
    assert not [file for file in tmp_path.iterdir() if file.name.startswith(".")]


def test_a_video_that_is_no_simulation_is_never_replaced(tmp_path: Path) -> None:
    (tmp_path / "video.mp4").write_bytes(b"my holiday")
    with pytest.raises(InputError, match="which no simulation wrote"):
        simulate(SHORT, tmp_path)
    assert (tmp_path / "video.mp4").read_bytes() == b"my holiday"


def test_a_photo_without_a_face_is_refused(tmp_path: Path) -> None:
    from PIL import Image

    Image.new("RGB", (320, 240), (120, 130, 110)).save(tmp_path / "wall.png")
    with pytest.raises(FaceNotFoundError, match=r"no face in wall\.png"):
        simulate(replace(SHORT, photo=tmp_path / "wall.png"), tmp_path / "out")
    assert not (tmp_path / "out").exists()
