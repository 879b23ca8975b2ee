"""`rubor demo` tells the whole story on a simulated person, and sets the verdict beside the truth."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from rubor.simulation.demo_trial import PEAK_REDUCTION, demo_visits
from rubor.trials.compared_area import compared_regions
from rubor.trials.comparison_rules import usual_window
from rubor.trials.demo_trial import true_reduction_in_window
from rubor.trials.trial import Trial
from rubor.trials.trial_folder import TrialFolder


def test_the_truth_is_that_of_the_days_that_count() -> None:
    trial = Trial(
        name="demo",
        design="before-after",
        treatment="botulinum_toxin",
        compared=compared_regions(["cheek"], between_sides=False),
        smallest_effect=0.25,
        window=usual_window("botulinum_toxin"),
    )
    visits = demo_visits("left", 1)
    late = visits[-1].reduction
    assert late < 0.6 * PEAK_REDUCTION
    assert true_reduction_in_window(visits, trial) > 0.9 * PEAK_REDUCTION


def test_another_trial_in_its_folder_is_left_alone(run: Callable[..., Any], tmp_path: Path) -> None:
    folder = tmp_path / "demo" / "trial"
    run("trial", "new", folder, "--design", "split-face", "--treatment", "botulinum_toxin")
    before = (folder / "trial.json").read_bytes()
    ended = run("demo", "--out", tmp_path / "demo")
    assert ended.code == 1
    assert "holds another trial" in ended.err
    assert (folder / "trial.json").read_bytes() == before
    assert [path.name for path in (tmp_path / "demo").iterdir()] == ["trial"]


@pytest.mark.slow
def test_the_whole_story_ends_with_a_verdict_beside_the_truth(
    run: Callable[..., Any], tmp_path: Path
) -> None:
    ended = run("demo", "--out", tmp_path / "demo")
    assert ended.code == 0
    folder = tmp_path / "demo" / "trial"
    trial = TrialFolder.open(folder).trial
    assert [session.phase for session in trial.sessions] == ["before"] * 3 + ["after"] * 4
    assert all(session.provoked for session in trial.sessions)
    verdict = json.loads((folder / "verdict.json").read_text(encoding="utf-8"))
    row = re.search(r"reduction, weeks 2 to 8 +(\d+) % \(.*\) +(\d+) %", ended.out)
    assert row is not None
    measured, truth = (int(percent) / 100.0 for percent in row.groups())
    assert measured == pytest.approx(verdict["reduction"], abs=0.006)
    low, high = verdict["interval_95"]
    assert low < truth < high
    assert f"Verdict: {verdict['verdict']}" in ended.out
    for name in ("report.html", "report.pdf", "follow-up.ics"):
        assert (folder / name).is_file()
    # A second time, nothing of the first one is in the way.
    assert run("demo", "--out", tmp_path / "demo").code == 0
