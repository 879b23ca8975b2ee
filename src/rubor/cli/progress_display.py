"""How far the work is, on stderr: a bar with the time left, or a line per file."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

from rubor.cli.input_files import PlannedFile
from rubor.cli.measure_file import Outcome
from rubor.cli.problem import print_problem
from rubor.cli.worker_processes import Listener

__all__ = ["showing_progress", "showing_seconds", "state_in_words"]


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


@contextmanager
def showing_seconds(what: str) -> Iterator[Callable[[float, float | None], None]]:
    """A function that is told the seconds done and the seconds in all, of what is being done."""
    if not sys.stderr.isatty():
        yield lambda _done, _total: None
        return
    with _bar() as bar:
        task = bar.add_task(what, total=None, done="")

        def advance(done_s: float, total_s: float | None) -> None:
            _show_seconds(bar, task, done_s, total_s)

        yield advance


def state_in_words(outcome: Outcome) -> str:
    """What became of a file, in two or three words.

    >>> from pathlib import Path
    >>> file = PlannedFile("blush", Path("blush.mp4"))
    >>> state_in_words(Outcome(file, "already measured", Path("out/blush"), accepted=True))
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
            line = f"{self._done}/{self._count} {file.label}: {state_in_words(outcome)}"
            print(line, file=sys.stderr, flush=True)


class _FileBar(_Errors):
    """A bar over the seconds of one file."""

    def __init__(self, bar: Progress, file: PlannedFile) -> None:
        self._bar = bar
        self._task = bar.add_task(f"Measuring {file.label}", total=None, done="")

    def advance(self, file: PlannedFile, seconds_done: float, seconds_total: float | None) -> None:
        _show_seconds(self._bar, self._task, seconds_done, seconds_total)

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


def _show_seconds(bar: Progress, task: TaskID, done_s: float, total_s: float | None) -> None:
    of_all = "" if total_s is None else f" of {total_s:.0f}"
    bar.update(task, completed=done_s, total=total_s, done=f"{done_s:.0f}{of_all} s")


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
