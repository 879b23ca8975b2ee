"""How far the measuring is, on stderr: a bar with the time left, or a line per file."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

from rubor.cli.input_files import PlannedFile
from rubor.cli.measure_file import Outcome
from rubor.cli.problem import print_problem
from rubor.cli.worker_processes import Listener

__all__ = ["showing_progress", "state_in_words"]


@contextmanager
def showing_progress(files: Sequence[PlannedFile], *, quiet: bool) -> Iterator[Listener]:
    """A listener that shows progress as it fits: how many files there are, and where stderr goes.

    Errors are printed by all of them.
    """
    if quiet:
        yield _Errors()
    elif not sys.stderr.isatty():
        yield _Lines(len(files))
    else:
        with _bar() as bar:
            yield _FileBar(bar, files[0]) if len(files) == 1 else _FilesBar(bar, files)


def state_in_words(outcome: Outcome) -> str:
    """What became of a file, in two or three words.

    >>> from pathlib import Path
    >>> state_in_words(Outcome(Path("blush.mp4"), "already measured", Path("blush"), accepted=True))
    'accepted, measured before'
    """
    if outcome.state == "failed":
        return "failed"
    verdict = "accepted" if outcome.accepted else "not accepted"
    return verdict if outcome.state == "measured" else f"{verdict}, measured before"


class _Errors:
    """Prints errors and nothing else."""

    def advance(self, file: PlannedFile, seconds_done: float, seconds_total: float | None) -> None:
        """Nothing is shown within a file."""

    def finish(self, file: PlannedFile, outcome: Outcome) -> None:
        if outcome.problem is not None:
            print_problem(outcome.problem)


class _Lines(_Errors):
    """A line for each file that is done, for a log."""

    def __init__(self, count: int) -> None:
        self._count = count
        self._done = 0

    def finish(self, file: PlannedFile, outcome: Outcome) -> None:
        self._done += 1
        if outcome.problem is not None:
            print_problem(outcome.problem)
        elif self._count > 1:
            line = f"{self._done}/{self._count} {file.path.name}: {state_in_words(outcome)}"
            print(line, file=sys.stderr, flush=True)


class _FileBar(_Errors):
    """A bar over the seconds of one file."""

    def __init__(self, bar: Progress, file: PlannedFile) -> None:
        self._bar = bar
        self._task = bar.add_task(f"Measuring {file.path.name}", total=None, done="")

    def advance(self, file: PlannedFile, seconds_done: float, seconds_total: float | None) -> None:
        done = f"{seconds_done:.0f} s" if seconds_total is None else (
            f"{seconds_done:.0f} of {seconds_total:.0f} s"
        )  # fmt: skip
        self._bar.update(self._task, completed=seconds_done, total=seconds_total, done=done)

    def finish(self, file: PlannedFile, outcome: Outcome) -> None:
        self._bar.stop()
        super().finish(file, outcome)


class _FilesBar(_Errors):
    """One bar over all files, each counted by its size, which goes with its length."""

    def __init__(self, bar: Progress, files: Sequence[PlannedFile]) -> None:
        self._bar = bar
        self._sizes = {file: _size(file) for file in files}
        self._parts = dict.fromkeys(files, 0.0)
        self._done = 0
        self._task: TaskID = bar.add_task(
            "Measuring", total=sum(self._sizes.values()), done=self._files_done()
        )

    def advance(self, file: PlannedFile, seconds_done: float, seconds_total: float | None) -> None:
        if seconds_total:
            self._parts[file] = min(seconds_done / seconds_total, 1.0)
            self._show()

    def finish(self, file: PlannedFile, outcome: Outcome) -> None:
        self._parts[file] = 1.0
        self._done += 1
        self._show()
        super().finish(file, outcome)

    def _show(self) -> None:
        completed = sum(size * self._parts[file] for file, size in self._sizes.items())
        self._bar.update(self._task, completed=completed, done=self._files_done())

    def _files_done(self) -> str:
        return f"{self._done} of {len(self._sizes)} files"


def _bar() -> Progress:
    return Progress(
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        TextColumn("{task.fields[done]}", markup=False),
        TimeRemainingColumn(compact=True),
        TextColumn("left"),
        console=Console(stderr=True),
        transient=True,
    )


def _size(file: PlannedFile) -> int:
    """Bytes, at least 1: a file that is not there counts too."""
    try:
        return max(file.path.stat().st_size, 1)
    except OSError:
        return 1
