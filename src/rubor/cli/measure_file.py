"""Measure one file into its folder, or find that this has been done."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from rubor.cli.input_files import PlannedFile
from rubor.cli.problem import Problem, problem_of
from rubor.errors import InputError

if TYPE_CHECKING:
    from rubor.measurement import Recording
    from rubor.measurement.options import ReferenceChoice

__all__ = ["Choices", "FailedGate", "Outcome", "measure_file"]

State = Literal["measured", "already measured", "failed"]

_RESULT_FILES = ("traces.parquet", "cells.parquet", "summary.json", "report.html")
_SUM_DIGITS = 8


@dataclass(frozen=True)
class Choices:
    """What the person chose on the command line, the same for every file.

    Attributes:
        out: absolute path of the folder that the folders of results go into.
        mirrored, baseline, events, reference, skin_tone, face: as for `rubor.measure`.
        keep_face: the report may show a picture of the face.
        force: measure even what has been measured.
    """

    out: Path
    mirrored: bool | None = None
    baseline: tuple[float, float] | None = None
    events: Path | None = None
    reference: ReferenceChoice = "auto"
    skin_tone: str | None = None
    face: int | None = None
    keep_face: bool = False
    force: bool = False

    def for_measure(self) -> dict[str, Any]:
        """The options that decide what is measured, as arguments of `rubor.measure`."""
        return {
            "mirrored": self.mirrored,
            "baseline": self.baseline,
            "events": self.events,
            "reference": self.reference,
            "skin_tone": self.skin_tone,
            "face": self.face,
        }


@dataclass(frozen=True)
class FailedGate:
    """A quality gate that a recording did not pass.

    Attributes:
        name: as in `summary.json`.
        matters: whether it makes the recording not accepted.
        title: what is wanted, for people.
        found, wanted: value and limit with their units; empty where there is none.
        advice: the cure.
    """

    name: str
    matters: bool
    title: str
    found: str
    wanted: str
    advice: str


@dataclass(frozen=True)
class Outcome:
    """What became of one file.

    Attributes:
        file: which one.
        state: whether it is measured now.
        folder: where its result is; None where it failed.
        accepted: whether every quality gate that matters has passed; None where it failed.
        failed_gates: the gates that did not pass, those that matter first.
        problem: why it failed.
    """

    file: PlannedFile
    state: State
    folder: Path | None = None
    accepted: bool | None = None
    failed_gates: tuple[FailedGate, ...] = ()
    problem: Problem | None = None

    @property
    def report(self) -> Path | None:
        """The page for people."""
        return None if self.folder is None else self.folder / "report.html"


def measure_file(
    file: PlannedFile,
    choices: Choices,
    *,
    threads: int = 0,
    progress: Callable[[float, float | None], None] | None = None,
) -> Outcome:
    """Measure one file and write its folder, whole or not at all.

    Whatever goes wrong with this file is in the outcome: other files are not concerned.

    Args:
        threads: decoder threads, 0 for one per core.
        progress: called with the seconds measured and the seconds in all (None where not known).
    """
    try:
        return _measure_file(file, choices, threads, progress)
    except Exception as error:
        return Outcome(file, "failed", problem=problem_of(error, file.label))


def _measure_file(
    file: PlannedFile,
    choices: Choices,
    threads: int,
    progress: Callable[[float, float | None], None] | None,
) -> Outcome:
    from rubor.measurement import measure, write_recording
    from rubor.measurement.options import asked_options
    from rubor.report import write_report

    folder, done = _folder_for(file, choices.out)
    if done is not None and not choices.force:
        asked = {
            **asked_options(file.path, **choices.for_measure()),
            "keep_face": choices.keep_face,
        }
        if _is_current(done, asked) and all((folder / name).is_file() for name in _RESULT_FILES):
            return _outcome(file, "already measured", folder, done)
    recording = measure(file.path, **choices.for_measure(), threads=threads, progress=progress)
    recording.summary["options"]["keep_face"] = choices.keep_face
    picture = _face_picture(file.path, choices, recording) if choices.keep_face else None
    write_recording(
        recording,
        folder,
        extra=lambda part: write_report(recording, part / "report.html", face_image=picture),
    )
    return _outcome(file, "measured", folder, recording.summary)


def _face_picture(path: Path, choices: Choices, recording: Recording) -> bytes:
    """The face at rest where it is known when that was, else as it is first seen."""
    from rubor.vision.face_picture import face_picture

    rest_s = recording.summary["baseline"]["start_s"] or 0.0
    return face_picture(
        path, face=choices.face, mirrored=bool(choices.mirrored), after_s=float(rest_s)
    )


def _folder_for(file: PlannedFile, out: Path) -> tuple[Path, dict[str, Any] | None]:
    """The folder for a file's result, and the summary of what was measured of the same content.

    It is never one that holds anything else. A result of the same content keeps its folder. Else
    the file gets a folder of its name, with a part of its sum added where that is taken: by another
    recording, or by something that is not Rubor's.

    Raises:
        InputError: even that name is taken.
    """
    plain = out / file.name
    _check_parents(plain, out)
    if not file.path.is_file() or not (file.shares_name or plain.exists()):
        return plain, None
    with file.path.open("rb") as stream:
        sha256 = hashlib.file_digest(stream, "sha256").hexdigest()
    marked = plain.with_name(f"{plain.name}-{sha256[:_SUM_DIGITS]}")
    for folder in (plain, marked):
        if (done := _summary(folder)) is not None and done["file"]["sha256"] == sha256:
            return folder, done
    if marked.exists():
        raise InputError(
            f"The folder {marked} is there already and is not a result of {file.path.name}.",
            "Move it away, or choose another folder with --out.",
        )
    return marked, None


def _check_parents(folder: Path, out: Path) -> None:
    """A result in another result's folder would be lost when that one is measured again."""
    for parent in folder.parents:
        if _summary(parent) is not None:
            raise InputError(
                f"The folder {parent} is itself the result of a recording.",
                "Choose another folder with --out.",
            )
        if parent == out:
            return


def _summary(folder: Path) -> dict[str, Any] | None:
    """The summary of a result, None where the folder holds none."""
    try:
        summary = json.loads((folder / "summary.json").read_text(encoding="utf-8"))
        str(summary["file"]["sha256"]), summary["versions"], summary["quality"], summary["accepted"]
    except (OSError, ValueError, TypeError, KeyError):
        return None
    return dict(summary)


def _is_current(done: dict[str, Any], asked: dict[str, Any]) -> bool:
    """Whether measuring again would give the same numbers."""
    from rubor._version import __version__
    from rubor.measurement.summary import METHOD

    versions = done["versions"]
    same_program = (versions.get("rubor"), versions.get("method")) == (__version__, METHOD)
    return same_program and done.get("options") == asked


def _outcome(file: PlannedFile, state: State, folder: Path, summary: dict[str, Any]) -> Outcome:
    from rubor.report.gate_words import gate_texts

    failed = tuple(
        FailedGate(
            text.name, text.state == "failed", text.title, text.found, text.wanted, text.cure
        )
        for text in gate_texts(summary["quality"])
        if text.state in ("failed", "hint")
    )
    return Outcome(file, state, folder, bool(summary["accepted"]), failed)
