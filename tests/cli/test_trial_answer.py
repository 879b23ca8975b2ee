"""A whole trial by the command line: recordings are added, a verdict comes out with its report."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import rubor
from rubor.measurement import Recording, write_recording
from rubor.simulation import Response, Scenario, SkinSpec, simulate
from rubor.trials.trial_folder import TrialFolder

Run = Callable[..., Any]

NEW = ("--design", "split-face", "--treatment", "botulinum_toxin", "--seed", 7)
TREATED_ON = date(2026, 3, 1)
BEGUN_AT = datetime(2026, 1, 25, 9, 0, tzinfo=UTC)
BEFORE, AFTER = (-28, -21, -14, -7), (16, 23, 30, 40, 50)
# How much the two cheeks respond from day to day, against the one video that was filmed.
LEVELS = (1.0, 1.1, 0.85, 1.05, 0.95, 1.15, 0.9, 1.0, 1.08)
UNEVEN = (1.0, 1.04, 0.97, 1.02, 0.96, 1.05, 1.0, 0.98, 1.03)


@pytest.fixture(scope="module")
def blush(tmp_path_factory: pytest.TempPathFactory) -> Recording:
    """A blush of 12 seconds, measured."""
    scenario = Scenario(
        seed=5,
        duration_s=12.0,
        width=560,
        height=420,
        skin=SkinSpec(tone="light"),
        response=(Response(size_ln=0.5, onset_s=4.5, rise_s=1.5, plateau_s=3.0, recovery_s=1.0),),
    )
    video = simulate(scenario, tmp_path_factory.mktemp("film")).path
    return rubor.measure(video, mirrored=False)


@pytest.fixture(scope="module")
def results(blush: Recording, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Results of nine days: the blush of the right cheek is 60 % smaller after the treatment."""
    folder = tmp_path_factory.mktemp("results")
    for days, level, uneven in zip((*BEFORE, *AFTER), LEVELS, UNEVEN, strict=True):
        right = level * uneven * (0.4 if days > 0 else 1.0)
        write_recording(scaled(blush, level, right, str(days)), folder / f"day{days}")
    return folder


def scaled(recording: Recording, left: float, right: float, name: str) -> Recording:
    """The same recording with other responses of the cheeks, as of another file."""
    columns = ["blood_change", "erythema_index_change"]

    def scale(table: pd.DataFrame, areas: str) -> pd.DataFrame:
        names = table[areas].astype(str)
        factor = names.map(
            lambda area: {"cheek_left": left, "cheek_right": right}.get(
                "_".join(area.split("_")[:2]), 1.0
            )
        ).astype(float)
        return table.assign(**{column: table[column] * factor for column in columns})

    def cells() -> Iterator[pd.DataFrame]:
        for piece in recording.cell_chunks():
            yield scale(piece, "cell")

    sha256 = hashlib.sha256(name.encode()).hexdigest()
    summary = {**recording.summary, "file": {"name": f"{name}.mp4", "sha256": sha256}}
    return Recording(summary, scale(recording.traces, "region"), cells)


def day(days: int) -> str:
    return (TREATED_ON + timedelta(days=days)).isoformat()


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the trial of nine recordings is kept once it was made."""
    return tmp_path_factory.mktemp("shelf")


@pytest.fixture
def trial(run: Run, results: Path, shelf: Path, tmp_path: Path) -> Path:
    """The folder of a trial to which all nine recordings were added by the command line."""
    made = shelf / "patch"
    if not made.exists():
        assert run("trial", "new", made, *NEW).code == 0
        # The command draws today; this trial began before its first recording.
        stored = TrialFolder.open(made)
        (drawn,) = stored.trial.draws
        stored.write(replace(stored.trial, draws=(replace(drawn, drawn_at=BEGUN_AT),)))
        for days in BEFORE:
            assert add(run, made, results, days).code == 0
        assert run("trial", "treated", made, TREATED_ON).code == 0
        for days in AFTER:
            assert add(run, made, results, days).code == 0
    return shutil.copytree(made, tmp_path / "patch")


def add(run: Run, folder: Path, results: Path, days: int, *options: object) -> Any:
    result = results / f"day{days}"
    return run("trial", "add", folder, result, "--date", day(days), "--no-make-up", *options)


# --- adding ---------------------------------------------------------------------------------------


def test_a_recording_is_added_with_its_responses_by_the_persons_sides(
    run: Run, results: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "patch"
    run("trial", "new", folder, *NEW)
    ended = add(run, folder, results, -28)
    assert ended.code == 0
    assert "Added 2026-02-01, before the treatment" in ended.out
    assert "left" in ended.out and "right" in ended.out
    assert (folder / "recordings" / "2026-02-01.json").is_file()


def test_what_is_added_is_told_as_json(run: Run, results: Path, tmp_path: Path) -> None:
    folder = tmp_path / "patch"
    run("trial", "new", folder, *NEW)
    session = json.loads(add(run, folder, results, -28, "--json").out)
    assert session["phase"] == "before"
    assert session["provocation"] == "blush"
    assert set(session["responses"]) == {"left", "right", "whole"}
    assert session["marks"] == []


def test_what_breaks_the_comparison_is_refused_with_its_cure(
    run: Run, results: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "patch"
    run("trial", "new", folder, *NEW)
    add(run, folder, results, -28)
    again = add(run, folder, results, -28)
    assert again.code == 1
    assert "in the trial already" in again.err
    gel = add(run, folder, results, -21, "--medicine", "brimonidine gel=5")
    assert gel.code == 1
    assert "at least 24 hours" in gel.err
    assert len(TrialFolder.open(folder).trial.sessions) == 1


def test_what_weakens_it_is_added_and_marked(run: Run, results: Path, tmp_path: Path) -> None:
    folder = tmp_path / "patch"
    run("trial", "new", folder, *NEW)
    add(run, folder, results, -28)
    result = results / "day-21"
    ended = run("trial", "add", folder, result, "--date", day(-27), "--make-up")
    assert ended.code == 0
    assert "Note: There was make-up on the face." in ended.out
    assert "people get used to a task" in ended.out


@pytest.mark.parametrize("options", [("--date", "yesterday"), ("--medicine", "=4"), ()])
def test_options_that_cannot_be_read_are_a_usage_error(
    run: Run, results: Path, tmp_path: Path, options: tuple[str, ...]
) -> None:
    folder = tmp_path / "patch"
    run("trial", "new", folder, *NEW)
    given = options if "--date" in options or not options else (*options, "--date", day(-28))
    assert run("trial", "add", folder, results / "day-28", *given).code == 2


def test_what_is_no_result_is_refused(run: Run, tmp_path: Path) -> None:
    folder = tmp_path / "patch"
    run("trial", "new", folder, *NEW)
    ended = run("trial", "add", folder, tmp_path, "--date", day(-28))
    assert ended.code == 1
    assert "does not hold a measured recording" in ended.err


def test_a_recording_is_left_out_with_a_reason(run: Run, trial: Path) -> None:
    name = day(-28)
    assert run("trial", "leave-out", trial, name).code == 2
    ended = run("trial", "leave-out", trial, name, "--reason", "the wrong person")
    assert ended.code == 0
    assert "8 recordings do" in ended.out
    assert "the wrong person" in run("trial", "analyse", trial).out


# --- the answer -----------------------------------------------------------------------------------


def test_a_trial_ends_with_a_verdict_and_a_report(run: Run, trial: Path) -> None:
    ended = run("trial", "analyse", trial)
    assert ended.code == 0
    verdict = json.loads((trial / "verdict.json").read_text(encoding="utf-8"))
    assert f"Verdict: {verdict['verdict']}" in ended.out
    # Of the true 60 %.
    low, high = verdict["interval_95"]
    assert 0.0 < low < 0.6 < high
    assert verdict["reduction"] == pytest.approx(0.6, abs=0.05)
    assert verdict["claim"] == "caused"
    page = (trial / "report.html").read_text(encoding="utf-8")
    assert f"{100 * verdict['reduction']:.0f}\u00a0% smaller" in page
    assert (trial / "report.pdf").read_bytes().startswith(b"%PDF-")


def test_the_answer_as_json_is_that_of_the_file(run: Run, trial: Path) -> None:
    answer = json.loads(run("trial", "analyse", trial, "--json").out)
    assert answer["verdict"] == json.loads((trial / "verdict.json").read_text(encoding="utf-8"))
    assert all(Path(file).is_file() for file in answer["files"])


def test_the_prior_moves_the_chance_and_not_the_interval(run: Run, trial: Path) -> None:
    usual = json.loads(run("trial", "analyse", trial, "--json").out)["verdict"]
    off = json.loads(run("trial", "analyse", trial, "--prior", "off", "--json").out)["verdict"]
    assert usual["interval_95"] == off["interval_95"]
    assert usual["prior"] != off["prior"]


def test_a_trial_without_follow_up_says_what_is_missing(
    run: Run, results: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "patch"
    run("trial", "new", folder, *NEW)
    ended = run("trial", "analyse", folder)
    assert ended.code == 1
    assert "No treatment has been noted" in ended.err
    add(run, folder, results, -28)
    run("trial", "treated", folder, TREATED_ON)
    ended = run("trial", "analyse", folder)
    assert ended.code == 1
    assert "after the treatment" in ended.err
    assert sorted(path.name for path in folder.iterdir()) == ["recordings", "trial.json"]


def test_what_a_trial_has_fixed_is_not_an_option(run: Run, trial: Path) -> None:
    ended = run("trial", "analyse", trial, "--smallest-effect", "0.1")
    assert ended.code == 2
    assert "fixed beforehand" in " ".join(ended.err.replace("│", " ").split())


# --- a table without video --------------------------------------------------------------------------


@pytest.fixture
def table(tmp_path: Path) -> Path:
    path = tmp_path / "responses.csv"
    rows = ["session,date,phase,side,treated,response,response_sd"]
    for days, level, uneven in zip((*BEFORE, *AFTER), LEVELS, UNEVEN, strict=True):
        phase, kept = ("after", 0.4) if days > 0 else ("before", 1.0)
        rows.append(f"d{days},{day(days)},{phase},left,false,{0.4 * level},0.02")
        rows.append(f"d{days},{day(days)},{phase},right,true,{0.4 * level * uneven * kept},0.02")
    path.write_text("\n".join(rows), encoding="utf-8")
    return path


def test_a_table_is_analysed_without_video(run: Run, table: Path, tmp_path: Path) -> None:
    out = tmp_path / "answer"
    options = ("--design", "split-face", "--treated-on", TREATED_ON, "--out", out)
    ended = run("trial", "analyse", table, *options)
    assert ended.code == 0
    assert "Verdict: works" in ended.out
    assert {"verdict.json", "report.html", "report.pdf"} <= {path.name for path in out.iterdir()}


def test_a_table_needs_its_design_and_a_folder(run: Run, table: Path, tmp_path: Path) -> None:
    assert run("trial", "analyse", table, "--out", tmp_path / "answer").code == 2
    assert run("trial", "analyse", table, "--design", "split-face").code == 2


@pytest.mark.parametrize("text", ["", "a,b\n1,2\n", "session,date\n\x00"])
def test_a_table_that_is_none_is_refused(run: Run, tmp_path: Path, text: str) -> None:
    path = tmp_path / "responses.csv"
    path.write_text(text, encoding="utf-8")
    out = tmp_path / "answer"
    ended = run("trial", "analyse", path, "--design", "split-face", "--out", out)
    assert ended.code == 1
    assert "rubor:" in ended.err
    assert not out.exists()


def test_what_is_not_there_is_refused(run: Run, tmp_path: Path) -> None:
    ended = run(
        "trial", "analyse", tmp_path / "gone.csv", "--design", "split-face", "--out", tmp_path
    )
    assert ended.code == 1
    assert "neither a trial nor a table" in ended.err


# --- planning -------------------------------------------------------------------------------------


def test_power_tells_how_many_recordings_it_takes(run: Run) -> None:
    options = ("--design", "split-face", "--side-sd", "0.12", "--trials", 200)
    ended = run("trial", "power", *options)
    assert ended.code == 0
    assert "recordings after the treatment reach it" in ended.out
    found = json.loads(run("trial", "power", *options, "--json").out)
    assert found["works"] >= 0.8


def test_power_of_a_plan(run: Run) -> None:
    found = json.loads(
        run("trial", "power", "--design", "split-face", "--after", 4, "--trials", 200, "--json").out
    )
    shares = [found[name] for name in ("works", "no_meaningful_effect", "worse", "not_enough_yet")]
    assert sum(shares) == pytest.approx(1.0)


def test_power_says_when_a_design_cannot_reach_it(run: Run) -> None:
    ended = run("trial", "power", "--design", "split-face", "--reduction", "0.05", "--trials", 100)
    assert ended.code == 0
    assert "Out of reach" in ended.out


def test_power_may_take_the_scatter_of_a_trial(run: Run, trial: Path) -> None:
    options = ("--design", "split-face", "--after", 4, "--trials", 200)
    ended = run("trial", "power", *options, "--from", trial)
    assert ended.code == 0
    assert "may be far too small" in ended.out
    assert run("trial", "power", *options, "--from", trial, "--side-sd", "0.1").code == 2


def test_power_of_before_after_rests_on_the_scatter_of_the_level(run: Run) -> None:
    options = ("--design", "before-after", "--reduction", "0.9", "--after", 5, "--trials", 200)
    steady, unsteady = (
        json.loads(run("trial", "power", *options, "--level-sd", sd, "--json").out)["works"]
        for sd in ("0.1", "0.8")
    )
    assert steady > unsteady
    assert "SD of the level, in ln, 0.30" in run("trial", "power", *options).out
    assert run("trial", "power", *options, "--side-sd", "0.1").code == 2
    split = ("--design", "split-face", "--after", 5, "--level-sd", "0.1")
    assert run("trial", "power", *split).code == 2


def test_what_is_not_there_is_said_before_what_a_table_needs(run: Run, tmp_path: Path) -> None:
    ended = run("trial", "analyse", tmp_path / "gone")
    assert ended.code == 1
    assert "neither a trial nor a table" in ended.err


def test_a_table_with_semicolons_is_named_as_one(run: Run, tmp_path: Path) -> None:
    table = tmp_path / "semicolons.csv"
    table.write_text("session;date;phase\nb1;2026-01-01;before\n", encoding="utf-8")
    ended = run("trial", "analyse", table, "--design", "split-face", "--out", tmp_path / "out")
    assert ended.code == 1
    assert "semicolons" in ended.err


@pytest.mark.parametrize("command", ["analyse", "power"])
def test_every_command_explains_itself(run: Run, command: str) -> None:
    ended = run("trial", command, "--help")
    assert ended.code == 0
    assert f"rubor trial {command}" in ended.out
