"""`rubor demo` sets what was measured beside what was true."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import rubor
from rubor.cli.demo_command import changes_beside_truth
from rubor.simulation import DemoScene, true_course


def test_the_truth_is_the_change_of_the_cheeks_alone(short_video: Path, scene: DemoScene) -> None:
    recording = rubor.measure(short_video, mirrored=False, baseline=(0.0, 1.0))
    rows = changes_beside_truth(recording, true_course(scene), (1.5, 2.5))
    true = {region: change for region, _, change in rows}
    # ln 1.5 more blood is 0.0266 in log10(R/G): see LOG_LIGHT_PER_LOG_BLOOD. From rest to plateau.
    assert true["cheek_left"] == pytest.approx(0.0266, abs=2e-4)
    assert true["cheek_right"] == true["cheek_left"]
    assert {true[region] for region in true if not region.startswith("cheek")} == {0.0}


def test_what_is_measured_is_near_the_truth(short_video: Path, scene: DemoScene) -> None:
    recording = rubor.measure(short_video, mirrored=False, baseline=(0.0, 1.0))
    rows = changes_beside_truth(recording, true_course(scene), (1.5, 2.5))
    for region, measured, true in rows:
        if region.startswith("cheek"):
            # A picture of 360 lines mixes the edges of the cheek with what is beside it.
            assert measured == pytest.approx(true, abs=0.006)


@pytest.mark.slow
def test_shows_a_blush_of_known_size(run: Callable[..., Any], tmp_path: Path) -> None:
    ended = run("demo", "--out", tmp_path / "demo")
    assert ended.code == 0
    assert "50% more blood" in ended.out
    lines = {line[:13].strip(): line.split()[-2:] for line in ended.out.splitlines()}
    for cheek in ("cheek left", "cheek right"):
        measured, true = map(float, lines[cheek])
        assert measured == pytest.approx(true, abs=0.003)
    report = tmp_path / "demo" / "blush" / "report.html"
    assert f"Report: {report}" in ended.out
    assert report.is_file()
    assert (tmp_path / "demo" / "blush.mp4").is_file()
