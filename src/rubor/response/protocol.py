"""How a provocation is recorded: the steps, the tasks, and which task comes next."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from importlib.resources import files
from typing import Any

from rubor.errors import InputError

__all__ = ["Audience", "NextTask", "Protocol", "Step", "Task", "next_task", "protocol"]


@dataclass(frozen=True)
class Step:
    """One step of a session.

    Attributes:
        name: such as "baseline".
        duration_s: how long it takes.
        recorded: whether the camera runs.
        instruction: what the person does.
        marks: events written at its start and end; none, or two.
        source: where it comes from.
        strength: "study" or "proposal".
    """

    name: str
    duration_s: float
    recorded: bool
    instruction: str
    marks: tuple[str, ...]
    source: str
    strength: str


@dataclass(frozen=True)
class Task:
    """What provokes a blush.

    Attributes:
        name: such as "singing".
        instruction: what the person does.
        with_audience: whether it may be done before watchers.
        source: studies that used it.
        strength: how well it is supported.
    """

    name: str
    instruction: str
    with_audience: bool
    source: str
    strength: str


@dataclass(frozen=True)
class Audience:
    """Watchers, as an option: how many, and where they sit."""

    watchers: int
    instruction: str
    source: str
    strength: str


@dataclass(frozen=True)
class Protocol:
    """A session that provokes a blush, as in `protocol.toml`.

    Attributes:
        version: of the protocol; recordings of two versions are not the same provocation.
        before_starting: what the person is told, and agrees to, before anything begins.
        needs_stop_button: a session may only be run where it can be stopped at once.
        shows_live_redness: never: people who are told that they blush, blush more.
        prepare: what to see to before.
        steps: in order.
        tasks: to be rotated.
        audience: the option "with an audience".
        least_time_between: of two provocations; people get used to them.
        pulse_rise_bpm: from this rise of the pulse on, something was provoked.
        source: studies that it follows.
        strength: of the evidence.
    """

    version: str
    before_starting: tuple[str, ...]
    needs_stop_button: bool
    shows_live_redness: bool
    prepare: tuple[str, ...]
    steps: tuple[Step, ...]
    tasks: tuple[Task, ...]
    audience: Audience
    least_time_between: timedelta
    pulse_rise_bpm: float
    source: str
    strength: str

    @property
    def recorded_s(self) -> float:
        """Length of the recording."""
        return sum(step.duration_s for step in self.steps if step.recorded)


@dataclass(frozen=True)
class NextTask:
    """What to do next time.

    Attributes:
        task: the task.
        not_before: earliest time for it; None when nothing was done before.
    """

    task: Task
    not_before: datetime | None


@cache
def protocol() -> Protocol:
    """The protocol that ships with the library.

    >>> [step.name for step in protocol().steps]
    ['acclimatise', 'baseline', 'control task', 'provocation', 'recovery']
    >>> protocol().recorded_s
    810.0
    """
    text = (files("rubor.response") / "protocol.toml").read_text(encoding="utf-8")
    data = tomllib.loads(text)
    return Protocol(
        version=data["version"],
        before_starting=tuple(data["before_starting"]),
        needs_stop_button=data["needs_stop_button"],
        shows_live_redness=data["shows_live_redness"],
        prepare=tuple(data["prepare"]),
        steps=tuple(_step(step) for step in data["step"]),
        tasks=tuple(Task(**task) for task in data["task"]),
        audience=Audience(**data["audience"]),
        least_time_between=timedelta(hours=data["least_hours_between_tasks"]),
        pulse_rise_bpm=data["provoked"]["pulse_rise_bpm"],
        source=data["source"],
        strength=data["strength"],
    )


def next_task(done: Sequence[tuple[datetime, str]]) -> NextTask:
    """The task whose turn it is, and when.

    Args:
        done: (time, name of the task) of every provocation so far, in any order.

    Returns:
        The task that was done least often, of these the one that was done longest ago.

    Raises:
        InputError: a task that is not in the protocol.

    >>> next_task([(datetime(2026, 1, 5, 9), "singing")]).task.name
    'speech'
    >>> next_task([(datetime(2026, 1, 5, 9), "singing")]).not_before
    datetime.datetime(2026, 1, 7, 9, 0)
    """
    rules = protocol()
    names = [task.name for task in rules.tasks]
    unknown = sorted({name for _, name in done} - set(names))
    if unknown:
        raise InputError(
            f"The protocol has no task called {', '.join(unknown)}.",
            f"Use one of: {', '.join(names)}.",
        )

    def turn(task: Task) -> tuple[int, float, int]:
        times = [time.timestamp() for time, name in done if name == task.name]
        return len(times), max(times, default=0.0), names.index(task.name)

    last = max((time for time, _ in done), default=None)
    return NextTask(
        min(rules.tasks, key=turn), None if last is None else last + rules.least_time_between
    )


def _step(data: Mapping[str, Any]) -> Step:
    return Step(**{**data, "duration_s": float(data["duration_s"]), "marks": tuple(data["marks"])})
