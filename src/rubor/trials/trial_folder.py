"""A trial in a folder: one JSON file, with a copy of the summary of each recording beside it.

    trial.json                  the whole trial: `Trial` in its one JSON form
    recordings/NAME.json        the summary of each added recording, as it was measured
    verdict.json, report.html, report.pdf, follow-up.ics   what `analyse` wrote last

`trial.json` holds all that the analysis needs. Videos and tables are not copied: the sum of each file
names it, and a face does not get into the folder.
"""

from __future__ import annotations

import json
import os
import re
import secrets
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from rubor.errors import InputError
from rubor.trials.trial import Trial
from rubor.trials.trial_json import trial_from_json, trial_to_json

__all__ = ["TrialFolder", "write_whole"]

_TRIAL = "trial.json"
_RECORDINGS = "recordings"


class TrialFolder:
    """A trial as it lies in a folder.

    Attributes:
        path: the folder.
        trial: as it was read or written last.
    """

    def __init__(self, path: Path, trial: Trial, stored: bytes) -> None:
        self.path = path
        self.trial = trial
        self._stored = stored

    @classmethod
    def create(cls, path: str | Path, trial: Trial) -> TrialFolder:
        """Begin a trial in a new or empty folder.

        Raises:
            InputError: there is a trial in it, or anything else.
        """
        folder = Path(path)
        if (folder / _TRIAL).exists():
            raise InputError(
                f"{folder} holds a trial already, and what was drawn for it stands.",
                "Choose another folder. A second draw is `rubor trial draw`, with its reason.",
            )
        if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
            raise InputError(f"{folder} is not an empty folder.", "Choose another one.")
        folder.mkdir(parents=True, exist_ok=True)
        stored = _bytes(trial)
        write_whole(folder / _TRIAL, stored)
        return cls(folder, trial, stored)

    @classmethod
    def open(cls, path: str | Path) -> TrialFolder:
        """Read the trial of a folder.

        Raises:
            InputError: there is none, or it cannot be read.
        """
        folder = Path(path)
        try:
            stored = (folder / _TRIAL).read_bytes()
        except OSError as error:
            raise InputError(
                f"{folder} does not hold a trial.", "Begin one with `rubor trial new`."
            ) from error
        try:
            document = json.loads(stored)
        except ValueError as error:
            raise InputError(
                f"{folder / _TRIAL} is damaged: {error}.", "Take it from a copy."
            ) from error
        return cls(folder, trial_from_json(document), stored)

    def write(self, trial: Trial) -> None:
        """Put a new state of the trial in place of the one that was read.

        Raises:
            InputError: another program has changed it meanwhile.
        """
        if (self.path / _TRIAL).read_bytes() != self._stored:
            raise InputError(
                f"{self.path / _TRIAL} was changed by another program meanwhile.",
                "Give the command again.",
            )
        stored = _bytes(trial)
        write_whole(self.path / _TRIAL, stored)
        self.trial, self._stored = trial, stored

    def add(self, trial: Trial, name: str, summary: Mapping[str, Any]) -> None:
        """Write a trial to which a session was added, and the summary of its recording.

        Args:
            trial: with the session.
            name: of the session.
            summary: of the recording.
        """
        folder = self.path / _RECORDINGS
        folder.mkdir(exist_ok=True)
        text = json.dumps(summary, indent=2, ensure_ascii=False, allow_nan=False)
        copy = folder / f"{_file_name(name)}.json"
        write_whole(copy, (text + "\n").encode())
        try:
            self.write(trial)
        except BaseException:
            copy.unlink(missing_ok=True)
            raise


def write_whole(path: Path, content: bytes) -> None:
    """Write a file so that it is there whole or not at all, and stays if the power goes."""
    unfinished = path.with_name(f".{path.name}-{secrets.token_hex(4)}.part")
    try:
        with unfinished.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(path)
    finally:
        with suppress(OSError):
            unfinished.unlink(missing_ok=True)


def _bytes(trial: Trial) -> bytes:
    text = json.dumps(trial_to_json(trial), indent=2, ensure_ascii=False, allow_nan=False)
    return (text + "\n").encode()


def _file_name(name: str) -> str:
    """A session's name as that of a file.

    >>> _file_name("2026-03-01 evening/2")
    '2026-03-01_evening_2'
    """
    return re.sub(r"[^\w.-]+", "_", name)
