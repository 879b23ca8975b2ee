"""`rubor trial new`, `draw`, `reveal` and `treated` fix and draw before anything is compared."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from rubor.trials.trial_folder import TrialFolder

Run = Callable[..., Any]

NEW = ("--design", "split-face", "--treatment", "botulinum_toxin")


def begin(run: Run, folder: Path, *options: object) -> Any:
    return run("trial", "new", folder, *(options or NEW))


def test_a_trial_is_drawn_and_says_what_to_do_next(run: Run, tmp_path: Path) -> None:
    ended = begin(run, tmp_path / "patch", *NEW, "--seed", 7)
    assert ended.code == 0
    assert "the person's right side is treated; seed 7" in ended.out
    assert "record before the treatment" in ended.out
    trial = TrialFolder.open(tmp_path / "patch").trial
    assert trial.smallest_effect == 0.25
    assert (trial.window.start_days, trial.window.primary_days, trial.window.end_days) == (
        14,
        28,
        56,
    )


def test_without_a_seed_one_is_taken_and_stored(run: Run, tmp_path: Path) -> None:
    seeds = set()
    for number in range(3):
        begin(run, tmp_path / str(number))
        seeds.add(TrialFolder.open(tmp_path / str(number)).trial.draws[0].seed)
    assert len(seeds) == 3


def test_json_says_the_same(run: Run, tmp_path: Path) -> None:
    ended = begin(run, tmp_path / "patch", *NEW, "--seed", 7, "--json")
    state = json.loads(ended.out)
    assert state["drawn"] == ["right"]
    assert state["compared"] == {"left": ["cheek_left"], "right": ["cheek_right"]}
    assert state["window_days"] == [14, 28, 56]


def test_a_blinded_trial_hides_the_side_until_it_is_asked_for(run: Run, tmp_path: Path) -> None:
    folder = tmp_path / "patch"
    hidden = begin(run, folder, *NEW, "--seed", 7, "--blind")
    assert "hidden" in hidden.out and "right" not in hidden.out
    assert json.loads(run("trial", "treated", folder, "2026-02-01", "--json").out)["drawn"] is None
    shown = run("trial", "reveal", folder)
    assert "the person's right side is treated" in shown.out
    trial = TrialFolder.open(folder).trial
    assert [event.kind for event in trial.events] == ["created", "drawn", "treated", "revealed"]


def test_a_second_draw_needs_a_reason_and_stays_on_record(run: Run, tmp_path: Path) -> None:
    folder = tmp_path / "patch"
    begin(run, folder)
    assert run("trial", "draw", folder).code == 2
    ended = run("trial", "draw", folder, "--reason", "a wound on that side", "--seed", 3)
    assert ended.code == 0
    assert "draw 2: a wound on that side" in ended.out
    assert len(TrialFolder.open(folder).trial.draws) == 2


def test_after_the_treatment_nothing_is_drawn(run: Run, tmp_path: Path) -> None:
    folder = tmp_path / "patch"
    begin(run, folder)
    assert run("trial", "treated", folder, "2026-02-01").code == 0
    ended = run("trial", "draw", folder, "--reason", "the other one is nicer")
    assert ended.code == 1
    assert "The treatment has taken place" in ended.err


def test_a_treatment_that_is_still_to_come_is_not_noted(run: Run, tmp_path: Path) -> None:
    folder = tmp_path / "patch"
    begin(run, folder)
    ended = run("trial", "treated", folder, "9999-01-01")
    assert ended.code == 1
    assert "still to come" in ended.err
    assert TrialFolder.open(folder).trial.treated_on == ()


def test_regions_are_told_by_the_names_that_were_given(run: Run, tmp_path: Path) -> None:
    options = ("--design", "before-after", "--treatment", "light", "--compare", "cheek,nose")
    assert "Compared: cheek, nose, " in begin(run, tmp_path / "light", *options).out


def test_a_patch_is_given_by_its_cells(run: Run, tmp_path: Path) -> None:
    cells = "cheek_left_15,cheek_left_16,cheek_left_20"
    ended = begin(run, tmp_path / "patch", *NEW, "--cells", cells)
    assert ended.code == 0
    assert "3 cells" in ended.out and "count for neither side" in ended.out


def test_the_nose_cannot_be_split_face(run: Run, tmp_path: Path) -> None:
    ended = begin(run, tmp_path / "patch", *NEW, "--compare", "nose")
    assert ended.code == 1
    assert "cannot be compared between sides" in ended.err
    assert not (tmp_path / "patch").exists()


def test_a_start_is_drawn_among_candidates_and_kept(run: Run, tmp_path: Path) -> None:
    options = ("--design", "before-after", "--treatment", "light", "--compare", "cheek,nose")
    days = ("2026-02-02", "2026-02-09", "2026-02-16")
    ended = begin(run, tmp_path / "light", *options, "--start-dates", ",".join(days), "--seed", 1)
    assert ended.code == 0
    drawn = TrialFolder.open(tmp_path / "light").trial.draws[0].drawn[0]
    assert f"the treatment is on {drawn}" in ended.out
    (other, *_) = [day for day in days if day != drawn]
    refused = run("trial", "treated", tmp_path / "light", other)
    assert refused.code == 1
    assert f"The start that was drawn is {drawn}" in refused.err


def test_pairs_are_drawn_for_an_alternating_trial(run: Run, tmp_path: Path) -> None:
    options = ("--design", "alternating", "--treatment", "brimonidine", "--pairs", 5)
    ended = begin(run, tmp_path / "gel", *options, "--alternate", "day", "--seed", 2)
    assert ended.code == 0
    drawn = TrialFolder.open(tmp_path / "gel").trial.draws[0].drawn
    assert len(drawn) == 10
    assert f"days in order: {', '.join(drawn)}" in ended.out
    assert run("trial", "treated", tmp_path / "gel", "2026-02-01").code == 1


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ((*NEW, "--window", "56-28-14"), 1),
        ((*NEW, "--window", "four weeks"), 2),
        ((*NEW, "--smallest-effect", "25"), 2),
        ((*NEW, "--start-dates", "2026-02-02,2026-02-09"), 2),
        (("--design", "split-face", "--treatment", "leeches"), 1),
        (("--design", "split-face"), 2),
        (
            ("--design", "before-after", "--treatment", "light", "--start-dates", "soon,later"),
            2,
        ),
    ],
)
def test_what_cannot_be_is_refused_and_leaves_nothing_behind(
    run: Run, tmp_path: Path, options: tuple[str, ...], code: int
) -> None:
    ended = begin(run, tmp_path / "patch", *options)
    assert ended.code == code
    assert ended.err
    assert not (tmp_path / "patch").exists()


def test_a_trial_is_never_begun_twice(run: Run, tmp_path: Path) -> None:
    begin(run, tmp_path / "patch")
    before = (tmp_path / "patch" / "trial.json").read_bytes()
    ended = begin(run, tmp_path / "patch")
    assert ended.code == 1
    assert "holds a trial already" in ended.err
    assert (tmp_path / "patch" / "trial.json").read_bytes() == before


def test_a_folder_without_a_trial_is_refused(run: Run, tmp_path: Path) -> None:
    for command in (("reveal", tmp_path), ("treated", tmp_path, "2026-02-01")):
        ended = run("trial", *command)
        assert ended.code == 1
        assert "does not hold a trial" in ended.err


@pytest.mark.parametrize("command", ["new", "draw", "reveal", "treated", "add", "leave-out"])
def test_every_command_explains_itself(run: Run, command: str) -> None:
    ended = run("trial", command, "--help")
    assert ended.code == 0
    assert f"rubor trial {command}" in ended.out
