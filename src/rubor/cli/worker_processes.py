"""Measure files one after another in this process, or side by side in several.

Each worker is a spawned process at the end of a pipe. It stops as soon as anything comes through
the pipe while it measures, and so also when this process is gone; a worker that dies takes only its
own file with it.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from typing import Protocol

from rubor.cli.input_files import PlannedFile
from rubor.cli.measure_file import Choices, Outcome, measure_file
from rubor.cli.problem import Problem

__all__ = ["Listener", "available_cores", "measure_files"]

_REPORT_INTERVAL_S = 0.2
_STOP = None

# Read by OpenMP, OpenBLAS, MKL, Accelerate and Arrow when they are loaded.
_THREAD_LIMITS = (
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
    "VECLIB_MAXIMUM_THREADS",
)


class Listener(Protocol):
    """Is told how the work goes on."""

    def advance(self, file: PlannedFile, seconds_done: float, seconds_total: float | None) -> None:
        """So much of a file has been measured."""

    def finish(self, file: PlannedFile, outcome: Outcome) -> None:
        """A file is done."""


@dataclass(frozen=True)
class _Advanced:
    seconds_done: float
    seconds_total: float | None


@dataclass(frozen=True)
class _Ready:
    """The worker has loaded its libraries, which takes seconds."""


@dataclass
class _Worker:
    process: BaseProcess
    pipe: Connection
    file: PlannedFile
    ready: bool = False


def available_cores() -> int:
    """Cores that this process may use: a cluster gives a task fewer than the machine has."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def measure_files(
    files: Sequence[PlannedFile], choices: Choices, processes: int, listener: Listener
) -> list[Outcome]:
    """Measure files and tell the listener how far it is.

    Args:
        processes: how many files at a time; 1 measures in this process, with all its cores.

    Returns:
        One outcome a file, in the order of the files.

    Raises:
        KeyboardInterrupt: was stopped; what is finished stays, nothing half-written is left.
    """
    if min(processes, len(files)) > 1:
        return _measure_side_by_side(files, choices, min(processes, len(files)), listener)
    outcomes = []
    for file in files:
        report = _at_intervals(partial(listener.advance, file))
        outcomes.append(measure_file(file, choices, progress=report))
        listener.finish(file, outcomes[-1])
    return outcomes


def _measure_side_by_side(
    files: Sequence[PlannedFile], choices: Choices, processes: int, listener: Listener
) -> list[Outcome]:
    threads = max(1, available_cores() // processes)
    waiting = deque(files)
    outcomes: dict[PlannedFile, Outcome] = {}
    workers: list[_Worker] = []
    try:
        while len(workers) < processes:
            workers.append(_start(waiting.popleft(), choices, threads))
        while workers:
            speaking = wait([worker.pipe for worker in workers])
            for worker in [worker for worker in workers if worker.pipe in speaking]:
                message = _receive(worker)
                if isinstance(message, _Ready):
                    worker.ready = True
                elif isinstance(message, _Advanced):
                    listener.advance(worker.file, message.seconds_done, message.seconds_total)
                else:
                    outcomes[worker.file] = message
                    listener.finish(worker.file, message)
                    if waiting and worker.process.is_alive():
                        worker.file = waiting.popleft()
                        worker.pipe.send(worker.file)
                        continue
                    workers.remove(worker)
                    _stop([worker])
                    if waiting:
                        workers.append(_start(waiting.popleft(), choices, threads))
    finally:
        _stop(workers)
    return [outcomes[file] for file in files]


def _receive(worker: _Worker) -> _Ready | _Advanced | Outcome:
    """What a worker has to say; if it died, the outcome that its file failed."""
    try:
        message: _Ready | _Advanced | Outcome = worker.pipe.recv()
    except (EOFError, OSError):
        return _died(worker)
    return message


def _start(file: PlannedFile, choices: Choices, threads: int) -> _Worker:
    context = multiprocessing.get_context("spawn")
    pipe, far_end = context.Pipe()
    process = context.Process(target=_work, args=(far_end, choices, threads), daemon=True)
    # A worker is stopped through its pipe alone, from its first moment on: Ctrl-C in a terminal
    # reaches it too, and would end it in the middle of writing.
    with _interrupts_ignored():
        process.start()
    far_end.close()
    pipe.send(file)
    return _Worker(process, pipe, file)


def _stop(workers: Sequence[_Worker]) -> None:
    """Let the workers end: at once where they load or measure, after it where they write."""
    for worker in workers:
        if not worker.ready:
            worker.process.kill()
        with suppress(OSError):
            worker.pipe.send(_STOP)
    for worker in workers:
        worker.process.join()
        worker.pipe.close()


def _died(worker: _Worker) -> Outcome:
    worker.process.join()
    name = worker.file.label
    problem = Problem(
        f"The process that measured {name} ended without a word (exit code"
        f" {worker.process.exitcode}).",
        "Probably the memory ran out: measure fewer files at a time with -j, or this one alone.",
    )
    return Outcome(worker.file, "failed", problem=problem)


def _work(pipe: Connection, choices: Choices, threads: int) -> None:
    """What a worker does: a file comes through the pipe, its outcome goes back."""
    for name in _INTERRUPTS:
        signal.signal(getattr(signal, name), signal.SIG_IGN)
    _load_libraries(threads)

    def report(seconds_done: float, seconds_total: float | None) -> None:
        pipe.send(_Advanced(seconds_done, seconds_total))

    at_intervals = _at_intervals(report)

    def progress(seconds_done: float, seconds_total: float | None) -> None:
        if pipe.poll():
            raise KeyboardInterrupt
        at_intervals(seconds_done, seconds_total)

    # The pipe breaks when the process at its other end is gone.
    with suppress(KeyboardInterrupt, EOFError, OSError):
        pipe.send(_Ready())
        while (file := pipe.recv()) is not _STOP:
            pipe.send(measure_file(file, choices, threads=threads, progress=progress))


def _load_libraries(threads: int) -> None:
    """Load what measuring needs, with so many threads in each library."""
    os.environ.update(dict.fromkeys(_THREAD_LIMITS, str(threads)))
    # Imported here, after the limits. What cannot be loaded is told by the first file.
    with suppress(ImportError):
        import cv2

        import rubor.measurement
        import rubor.report  # noqa: F401

        cv2.setNumThreads(threads)


def _at_intervals(
    report: Callable[[float, float | None], None],
) -> Callable[[float, float | None], None]:
    """The same report, but at most five times a second."""
    last = -_REPORT_INTERVAL_S

    def sometimes(seconds_done: float, seconds_total: float | None) -> None:
        nonlocal last
        if time.monotonic() - last >= _REPORT_INTERVAL_S:
            last = time.monotonic()
            report(seconds_done, seconds_total)

    return sometimes


# Ctrl-C, and what a cluster sends before it ends a task.
_INTERRUPTS = ("SIGINT", "SIGTERM")


@contextmanager
def _interrupts_ignored() -> Iterator[None]:
    """Processes that are started here are born deaf to interrupts, where the system passes it on."""
    earlier = [signal.signal(getattr(signal, name), signal.SIG_IGN) for name in _INTERRUPTS]
    try:
        yield
    finally:
        for name, handler in zip(_INTERRUPTS, earlier, strict=True):
            signal.signal(getattr(signal, name), handler)
