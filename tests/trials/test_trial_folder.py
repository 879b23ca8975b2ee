"""A trial in a folder is whole at every moment, and nobody's change is lost."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from rubor.errors import InputError
from rubor.trials.trial import Session, Trial
from rubor.trials.trial_folder import TrialFolder, write_whole

MakeSession = Callable[..., Session]


def test_what_is_written_is_read(split_face: Trial, tmp_path: Path) -> None:
    TrialFolder.create(tmp_path / "patch", split_face)
    assert TrialFolder.open(tmp_path / "patch").trial == split_face


def test_a_trial_is_never_begun_twice(split_face: Trial, tmp_path: Path) -> None:
    TrialFolder.create(tmp_path / "patch", split_face)
    with pytest.raises(InputError, match="holds a trial already"):
        TrialFolder.create(tmp_path / "patch", split_face)


def test_a_folder_with_other_things_is_left_alone(split_face: Trial, tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("dear", encoding="utf-8")
    with pytest.raises(InputError, match="not an empty folder"):
        TrialFolder.create(tmp_path, split_face)
    assert [path.name for path in tmp_path.iterdir()] == ["letter.txt"]


def test_what_holds_no_trial_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="does not hold a trial"):
        TrialFolder.open(tmp_path)


def test_a_damaged_file_is_refused(split_face: Trial, tmp_path: Path) -> None:
    TrialFolder.create(tmp_path / "patch", split_face)
    (tmp_path / "patch" / "trial.json").write_text('{"schema": "rubor.tr', encoding="utf-8")
    with pytest.raises(InputError, match="damaged"):
        TrialFolder.open(tmp_path / "patch")


def test_a_session_comes_with_the_summary_of_its_recording(
    split_face: Trial, session_on: MakeSession, tmp_path: Path
) -> None:
    folder = TrialFolder.create(tmp_path / "patch", split_face)
    session = session_on("2026-01-10", name="first try/evening")
    folder.add(split_face.add(session), session.name, {"schema": "rubor.summary/1"})
    assert TrialFolder.open(tmp_path / "patch").trial.sessions == (session,)
    copy = tmp_path / "patch" / "recordings" / "first_try_evening.json"
    assert json.loads(copy.read_text(encoding="utf-8")) == {"schema": "rubor.summary/1"}


def test_two_programs_do_not_overwrite_each_other(
    split_face: Trial, session_on: MakeSession, tmp_path: Path
) -> None:
    mine = TrialFolder.create(tmp_path / "patch", split_face)
    other = TrialFolder.open(tmp_path / "patch")
    session, second = session_on("2026-01-10"), session_on("2026-01-17")
    other.add(split_face.add(session), session.name, {})
    with pytest.raises(InputError, match="changed by another program"):
        mine.add(split_face.add(second), second.name, {})
    assert TrialFolder.open(tmp_path / "patch").trial.sessions == (session,)
    assert [path.name for path in (tmp_path / "patch" / "recordings").iterdir()] == [
        "2026-01-10.json"
    ]


def test_a_file_is_replaced_whole_and_leaves_nothing_unfinished(tmp_path: Path) -> None:
    path = tmp_path / "verdict.json"
    write_whole(path, b"one")
    write_whole(path, b"two")
    assert path.read_bytes() == b"two"
    assert list(tmp_path.iterdir()) == [path]
