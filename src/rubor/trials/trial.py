"""A trial of one person: what was fixed before it began, what was drawn, and what was recorded.

A `Trial` never changes. What happens to it, such as a recording that is added, gives a new one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from itertools import pairwise
from typing import Final, Literal, get_args

from rubor.errors import InputError
from rubor.trials.assignment import Draw
from rubor.trials.compared_area import ComparedArea
from rubor.trials.comparison_rules import Window
from rubor.trials.response_table import DESIGNS, Design

__all__ = [
    "PROVOCATIONS",
    "Conditions",
    "Mark",
    "Medicine",
    "Origin",
    "Phase",
    "Provocation",
    "Session",
    "SideResponse",
    "Trial",
    "TrialEvent",
]

Phase = Literal["before", "after"]
Provocation = Literal["blush", "flush", "rest"]
EventKind = Literal[
    "created", "drawn", "drawn again", "revealed", "treated", "treatment date corrected", "left out"
]

PROVOCATIONS: Final[tuple[Provocation, ...]] = get_args(Provocation)


@dataclass(frozen=True)
class Medicine:
    """A medicine or gel that was used before a recording.

    Attributes:
        name: as the person calls it.
        hours_before: hours from its last use to the recording; None for one taken as always.
    """

    name: str
    hours_before: float | None = None


@dataclass(frozen=True)
class Conditions:
    """What a person writes down about a recording.

    Attributes:
        make_up: whether there was make-up on the face; None where it was not said.
        camera: its name, as the person calls it; empty where it was not said.
        room: such as "kitchen, 21 °C".
        medicines: each with the time since it was used.
        note: anything else.
    """

    make_up: bool | None = None
    camera: str = ""
    room: str = ""
    medicines: tuple[Medicine, ...] = ()
    note: str = ""


@dataclass(frozen=True)
class Origin:
    """The measured recording behind a session: what decides whether it compares with others.

    Attributes:
        file, sha256: of the video or photo.
        method: version of the way of measuring; numbers of two are not compared.
        transfer, range, matrix: how the stored numbers were read as colour.
        width, height: of the picture.
        reference: what the light was followed on: card, background or none.
        skin_tone: the step that was declared, else "card" or "image": what sets the scale of blood.
        mirrored: None where it is not known.
        accepted: whether it passed the quality gates.
        still_photo: whether it is a photo.
    """

    file: str
    sha256: str
    method: str
    transfer: str
    range: str
    matrix: str
    width: int
    height: int
    reference: str
    skin_tone: str
    mirrored: bool | None
    accepted: bool
    still_photo: bool


@dataclass(frozen=True)
class SideResponse:
    """Size of the response of one side, with the standard error of measuring it."""

    response: float
    response_sd: float


@dataclass(frozen=True)
class Mark:
    """Something about a recording that weakens the comparison, with what would mend it."""

    name: str
    reason: str
    cure: str


@dataclass(frozen=True)
class Session:
    """One recording in a trial.

    Attributes:
        name: unlike that of any other session.
        date: when it was recorded.
        phase: before or after the treatment took place; in an alternating trial always "after".
        provocation: what was provoked.
        occasion: which of the drawn occasions of an alternating trial it is, from 1.
        responses: by "left", "right" and "whole"; sides that could not be measured are missing.
        measure: what the responses are, such as the peak of blood_change.
        covariance: of the errors of left and right, which share the drift of the light.
        areas: regions or cells that the responses rest on, of those that the trial compares.
        provoked: whether anything was provoked; None where that cannot be told.
        resting_pattern: left less right redness at rest of each pair of cells, log10(R/G); None for
            a pair that was not measured.
        origin: of the recording behind it.
        conditions: what was written down.
        marks: what weakens the comparison.
        left_out: why it does not count any more; empty where it does.
    """

    name: str
    date: date
    phase: Phase
    provocation: Provocation
    responses: Mapping[str, SideResponse]
    measure: str
    origin: Origin
    covariance: float = 0.0
    areas: tuple[str, ...] = ()
    occasion: int | None = None
    provoked: bool | None = None
    resting_pattern: tuple[float | None, ...] = ()
    conditions: Conditions = field(default_factory=Conditions)
    marks: tuple[Mark, ...] = ()
    left_out: str = ""


@dataclass(frozen=True)
class TrialEvent:
    """Something that was done to the trial, with its time and the reason that was given."""

    kind: EventKind
    at: datetime
    reason: str = ""


@dataclass(frozen=True)
class Trial:
    """A trial of one person; see the module.

    Attributes:
        name: what the person calls it.
        design: split-face, before-after or alternating.
        treatment: name in `rubor.treatments`, or "other".
        compared: the skin that is compared.
        smallest_effect: the reduction that matters, as a share of the response.
        window: when recordings count for the verdict.
        blinded: whether the side stays hidden until it is asked for.
        draws: the draw of the assignment, and any later one; empty before a before-after trial whose
            start was not drawn.
        treated_on: dates of the treatment, the first and any further one; empty before it, and in an
            alternating trial.
        sessions: in the order of their dates.
        events: in the order in which they happened.

    Raises:
        InputError: parts that do not fit together.
    """

    name: str
    design: Design
    treatment: str
    compared: ComparedArea
    smallest_effect: float
    window: Window
    blinded: bool = False
    draws: tuple[Draw, ...] = ()
    treated_on: tuple[date, ...] = ()
    sessions: tuple[Session, ...] = ()
    events: tuple[TrialEvent, ...] = ()

    def __post_init__(self) -> None:
        if self.design not in DESIGNS:
            raise InputError(
                f"{self.design!r} is not a design.", f"Choose one of {', '.join(DESIGNS)}."
            )
        if not 0.0 < self.smallest_effect < 1.0:
            raise InputError(
                f"A smallest effect of {self.smallest_effect:g} is not a share of the response.",
                "Give a number between 0 and 1, such as 0.25 for a quarter.",
            )
        kinds = {"split-face": ("side",), "before-after": ("start date",)}.get(
            self.design, ("pairs of sides", "pairs of days")
        )
        if any(draw.kind not in kinds for draw in self.draws):
            raise InputError(
                f"A {self.design} trial cannot draw a {self.draws[0].kind}.", "Begin a new trial."
            )
        if not self.draws and self.design != "before-after":
            raise InputError(
                f"A {self.design} trial needs a draw.", "Begin it with `rubor trial new`."
            )
        if list(self.treated_on) != sorted(set(self.treated_on)):
            raise InputError(
                "The dates of treatment are not in order.", "Give each date once, in order."
            )
        names = [session.name for session in self.sessions]
        if len(set(names)) != len(names):
            raise InputError("Two sessions have the same name.", "Give each a name of its own.")

    @property
    def assignment(self) -> Draw | None:
        """The draw that holds: the last one."""
        return self.draws[-1] if self.draws else None

    @property
    def drawn_again(self) -> tuple[Draw, ...]:
        """Draws after the first one, which a verdict has to name."""
        return self.draws[1:]

    @property
    def revealed(self) -> bool:
        """Whether the assignment may be shown."""
        return not self.blinded or any(event.kind == "revealed" for event in self.events)

    @property
    def between_sides(self) -> bool:
        """Whether the two sides of one recording are compared."""
        return self.design == "split-face" or (
            self.assignment is not None and self.assignment.kind == "pairs of sides"
        )

    @property
    def counted(self) -> tuple[Session, ...]:
        """The sessions that were not left out."""
        return tuple(session for session in self.sessions if not session.left_out)

    def phase_on(self, day: date) -> Phase:
        """Whether a day is before or after the treatment.

        Raises:
            InputError: it is a day of treatment, on which redness is that of the needle or the gel.
        """
        if self.design == "alternating":
            return "after"
        if day in self.treated_on:
            raise InputError(
                f"{day} is a day of treatment: whether the recording was made before it is not known.",
                "Say `--phase before` if it was. After it, wait until the skin has settled.",
            )
        return "after" if self.treated_on and day > self.treated_on[0] else "before"

    def cycle_on(self, day: date) -> int:
        """Which treatment a day belongs to, from 1: the last one before it.

        Before the first treatment it is 1.
        """
        return max(sum(day > treated for treated in self.treated_on), 1)

    def days_since_treatment(self, day: date) -> int | None:
        """Days since the last treatment before a day; None before the first one."""
        earlier = [treated for treated in self.treated_on if treated <= day]
        return (day - earlier[-1]).days if earlier else None

    def treated_sides(self, session: Session) -> frozenset[str]:
        """The sides that are the assigned ones in a session, in both phases.

        Before-after and alternating by days concern the whole face: both sides or none.
        """
        draw = self.assignment
        if draw is None or draw.kind == "start date":
            return frozenset(("left", "right"))
        if draw.kind == "side":
            return frozenset(draw.drawn)
        if session.occasion is None or not 1 <= session.occasion <= len(draw.drawn):
            raise InputError(
                f"The session {session.name} is none of the {len(draw.drawn)} occasions that were drawn.",
                "Give the number of its occasion.",
            )
        drawn = draw.drawn[session.occasion - 1]
        if draw.kind == "pairs of sides":
            return frozenset((drawn,))
        return frozenset(("left", "right")) if drawn == "treated" else frozenset()

    # --- what happens to a trial ----------------------------------------------------------------

    def draw_again(self, draw: Draw) -> Trial:
        """Replace the assignment; the earlier draw and the reason stay on record.

        Raises:
            InputError: no reason is given, nothing was drawn, or the treatment has taken place.
        """
        if not self.draws:
            raise InputError("Nothing was drawn in this trial.", "There is nothing to draw again.")
        if not draw.reason.strip() or draw.reason == "first draw":
            raise InputError(
                "A second draw needs a reason, which the verdict will name.",
                "Say why the first one does not stand.",
            )
        after = any(session.phase == "after" for session in self.counted)
        if self.treated_on or (self.design == "alternating" and after):
            raise InputError(
                "The treatment has taken place: what was treated cannot be drawn again.",
                "Begin a new trial.",
            )
        return replace(
            self,
            draws=(*self.draws, draw),
            events=(*self.events, TrialEvent("drawn again", draw.drawn_at, draw.reason)),
        )

    def reveal(self, at: datetime) -> Trial:
        """Note that the assignment was asked for."""
        if self.revealed:
            return self
        return replace(self, events=(*self.events, TrialEvent("revealed", at)))

    def treat(self, day: date, at: datetime) -> Trial:
        """Note a treatment; sessions after it come after.

        Raises:
            InputError: an alternating trial, whose days are drawn; a day on or before an earlier
                treatment; or one that does not fit the drawn start date.
        """
        return self._treated((*self.treated_on, day), TrialEvent("treated", at, day.isoformat()))

    def correct_treatment(self, wrong: date, day: date, reason: str, at: datetime) -> Trial:
        """Put right a day of treatment that was noted wrongly; the slip and the reason stay on record.

        Raises:
            InputError: no treatment was noted on that day, no reason is given, or the right day does
                not fit the others.
        """
        if wrong not in self.treated_on:
            noted = ", ".join(str(one) for one in self.treated_on) or "none"
            raise InputError(
                f"No treatment was noted on {wrong} (noted: {noted}).",
                "Name the day that was noted.",
            )
        if not reason.strip():
            raise InputError("A correction needs a reason.", "Say what was wrong.")
        days = tuple(day if one == wrong else one for one in self.treated_on)
        text = f"{day.isoformat()} instead of {wrong.isoformat()}: {reason.strip()}"
        return self._treated(days, TrialEvent("treatment date corrected", at, text))

    def _treated(self, days: tuple[date, ...], event: TrialEvent) -> Trial:
        if self.design == "alternating":
            raise InputError(
                "In an alternating trial every occasion has its own treatment.",
                "Add the recordings with the number of their occasion.",
            )
        for earlier, later in pairwise(days):
            if later <= earlier:
                raise InputError(
                    f"The treatment of {earlier} is not before {later}.",
                    "Give the dates of treatment in order. A date that was noted wrongly is put right"
                    " with `rubor trial treated FOLDER DATE --instead-of WRONG`.",
                )
        draw = self.assignment
        if draw is not None and draw.kind == "start date" and days[0].isoformat() != draw.drawn[0]:
            raise InputError(
                f"The start that was drawn is {draw.drawn[0]}, not {days[0]}.",
                "Treat on that day, or draw again with a reason that the verdict will name.",
            )
        treated = replace(self, treated_on=days, events=(*self.events, event))
        moved = tuple(
            session
            if session.date in days
            else replace(session, phase=treated.phase_on(session.date))
            for session in self.sessions
        )
        return replace(treated, sessions=moved)

    def add(self, session: Session) -> Trial:
        """Add a session at its place in time."""
        sessions = sorted((*self.sessions, session), key=lambda one: (one.date, one.name))
        return replace(self, sessions=tuple(sessions))

    def leave_out(self, name: str, reason: str, at: datetime) -> Trial:
        """Let a session not count any more; it stays on record, and the verdict names it.

        Raises:
            InputError: no such session, or no reason.
        """
        if not reason.strip():
            raise InputError(
                "Leaving a recording out needs a reason.", "Say why it does not count."
            )
        if name not in {session.name for session in self.counted}:
            raise InputError(
                f"There is no session {name!r} in this trial.",
                f"The sessions are {', '.join(session.name for session in self.counted) or 'none yet'}.",
            )
        sessions = tuple(
            replace(session, left_out=reason) if session.name == name else session
            for session in self.sessions
        )
        event = TrialEvent("left out", at, f"{name}: {reason}")
        return replace(self, sessions=sessions, events=(*self.events, event))
