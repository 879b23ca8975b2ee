"""`rubor plan` and `rubor missed` as they are typed."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import skimage.data
from PIL import Image

Run = Callable[..., Any]
SCALE = ("--not-mirrored", "--scale", "eye-corners=90")
DOSES = ("--prescriber", "First Last", "--examined", "2026-03-01", "--born", "1990-01-01")


@pytest.fixture(scope="module")
def photo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("portrait") / "face.png"
    Image.fromarray(skimage.data.astronaut()).save(path)
    return path


def test_a_draft_is_written_and_says_so(run: Run, photo: Path, tmp_path: Path) -> None:
    ended = run("plan", photo, *SCALE, "--out", tmp_path / "plan")
    assert ended.code == 0, ended.err
    assert "a draft without doses" in ended.out
    plan = json.loads((tmp_path / "plan" / "plan.json").read_text(encoding="utf-8"))
    assert plan["draft"] is True
    assert (tmp_path / "plan" / "plan.pdf").read_bytes().startswith(b"%PDF")
    assert "DRAFT" in (tmp_path / "plan" / "plan.html").read_text(encoding="utf-8")
    assert plan["views"] == []


def test_doses_come_with_a_prescriber(run: Run, photo: Path, tmp_path: Path) -> None:
    given = (*SCALE, *DOSES, "--product", "onabotulinumtoxinA", "--json")
    ended = run("plan", photo, *given, "--out", tmp_path / "plan")
    assert ended.code == 0, ended.err
    plan = json.loads(ended.out)
    assert plan["authority"] == {"prescriber": "First Last", "examined_on": "2026-03-01"}
    assert plan["dosing"]["vials"] == 1


def test_the_side_comes_from_the_trial(run: Run, photo: Path, tmp_path: Path) -> None:
    new = ("--design", "split-face", "--treatment", "botulinum_toxin", "--seed", 7)
    run("trial", "new", tmp_path / "patch", *new)  # this seed draws the right side
    where = ("--trial", tmp_path / "patch", "--out", tmp_path / "plan")
    ended = run("plan", photo, *SCALE, *where, "--json")
    assert ended.code == 0, ended.err
    assert json.loads(ended.out)["sides"] == "right"
    refused = run("plan", photo, *SCALE, *where, "--side", "left")
    assert refused.code == 1
    assert "person's right side" in refused.err


def test_the_side_of_a_blinded_trial_is_not_given_away(
    run: Run, photo: Path, tmp_path: Path
) -> None:
    new = ("--design", "split-face", "--treatment", "botulinum_toxin", "--blind")
    run("trial", "new", tmp_path / "patch", *new)
    ended = run("plan", photo, *SCALE, "--trial", tmp_path / "patch", "--out", tmp_path / "plan")
    assert ended.code == 1
    assert "rubor trial reveal" in ended.err


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--not-mirrored",), "Without a scale"),
        ((*SCALE, "--born", "2015-01-01"), "years old"),
        ((*SCALE, "--product", "onabotulinumtoxinA"), "named prescriber"),
        ((*SCALE, "--units-per-point", "1"), "named prescriber"),
        ((*SCALE, *DOSES, "--product", "mousse"), "No product"),
        ((*SCALE, *DOSES, "--product", "onabotulinumtoxinA", "--units-per-point", "9"), "refused"),
        ((*SCALE, "--areas", "chin"), "below the line"),
    ],
)
def test_a_refusal_names_reason_and_cure_and_leaves_nothing(
    run: Run, photo: Path, tmp_path: Path, options: tuple[str, ...], message: str
) -> None:
    ended = run("plan", photo, *options, "--out", tmp_path / "plan")
    assert ended.code == 1
    assert message in ended.err
    assert not (tmp_path / "plan").exists()


def test_turned_views_are_asked_for_together_and_have_to_be_turned(
    run: Run, photo: Path, tmp_path: Path
) -> None:
    to = ("--out", tmp_path / "plan")
    ended = run("plan", photo, *SCALE, "--left-view", photo, *to)
    assert ended.code == 1
    assert "--left-view and --right-view together" in ended.err
    ended = run("plan", photo, *SCALE, "--left-view", photo, "--right-view", photo, *to)
    assert ended.code == 1
    assert "turned by 0 degrees; 25 to 65 are needed" in ended.err
    assert not (tmp_path / "plan").exists()


@pytest.mark.parametrize(
    "options", [("--scale", "iris"), ("--not-mirrored", "--scale", "a-foot=300")]
)
def test_an_unstated_mirror_or_an_unknown_scale_is_a_wrong_use(
    run: Run, photo: Path, tmp_path: Path, options: tuple[str, ...]
) -> None:
    ended = run("plan", photo, *options, "--out", tmp_path / "plan")
    assert ended.code == 2
    assert "--not-mirrored" in ended.err or "a-foot=300" in ended.err


def test_missed_reads_a_plan_and_a_recording(
    run: Run, photo: Path, measured: Path, tmp_path: Path
) -> None:
    run("plan", photo, *SCALE, "--out", tmp_path / "plan")
    given = (tmp_path / "plan" / "plan.json", measured / "blush")
    today = datetime.now(UTC).date().isoformat()
    ended = run("missed", *given, "--treated", today)
    # Three seconds of video hold no change from rest.
    assert ended.code in (0, 1)
    assert ended.out or "no change" in ended.err
    broken = run("missed", photo, measured / "blush", "--treated", today)
    assert broken.code == 1
    assert "rubor plan" in broken.err
    early = run("missed", *given, "--treated", "2999-01-01")
    assert early.code == 1
    assert "has not taken place yet" in early.err
    no_day = run("missed", *given, "--treated", today, "--prescriber", "First Last")
    assert no_day.code == 1
    assert "--earlier" in no_day.err
