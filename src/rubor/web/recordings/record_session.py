"""What a guided recording consists of: the library's protocol, or a short try-out of it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Final

from rubor.response.protocol import NextTask, Step, next_task, protocol
from rubor.web.recordings.models import TRY_OUT

if TYPE_CHECKING:
    from rubor.web.people.models import Person

__all__ = [
    "LEAD_IN_S",
    "LEAD_OUT_S",
    "SHORTEST_S",
    "TRY_OUT_S",
    "Session",
    "session",
    "task_of_today",
]

LEAD_IN_S: Final = 2.0
"""Recorded before the first step: the encoder's first second is off by up to 22e-3 in log10(R/G)."""

LEAD_OUT_S: Final = 1.0
"""Recorded after the last step: an encoder that lags drops what it has not done when it is stopped."""

TRY_OUT_S: Final = 60
"""Length of the try-out that the page offers."""

SHORTEST_S: Final = 4
_LONGEST_S: Final = 300


@dataclass(frozen=True)
class Session:
    """The steps of one guided recording.

    Attributes:
        version: of the protocol; a try-out has "-short" behind it, so that it is never taken for the
            same provocation.
        steps: in order; a try-out has the recorded ones only, each as long as the others.
        try_out: whether it is one.
    """

    version: str
    steps: tuple[Step, ...]
    try_out: bool

    @property
    def recorded_s(self) -> float:
        """Length of the recording without its lead-in."""
        return sum(step.duration_s for step in self.steps if step.recorded)


def session(short_s: int | None) -> Session:
    """The whole protocol, or a try-out of so many seconds.

    >>> session(None).recorded_s, session(60).recorded_s, session(60).version
    (810.0, 60.0, '1-short')
    """
    rules = protocol()
    if short_s is None:
        return Session(rules.version, rules.steps, False)
    recorded = [step for step in rules.steps if step.recorded]
    each_s = min(max(short_s, SHORTEST_S), _LONGEST_S) / len(recorded)
    return Session(
        f"{rules.version}{TRY_OUT}",
        tuple(replace(step, duration_s=each_s) for step in recorded),
        True,
    )


def task_of_today(person: Person) -> NextTask:
    """Whose turn it is, from the person's whole recordings; try-outs do not count."""
    known = {task.name for task in protocol().tasks}
    done: list[tuple[datetime, str]] = [
        (recorded_at, rules.get("task", ""))
        for recorded_at, rules in person.recordings.exclude(protocol={}).values_list(
            "recorded_at", "protocol"
        )
        if rules.get("task") in known and not str(rules.get("version", "")).endswith(TRY_OUT)
    ]
    return next_task(done)
