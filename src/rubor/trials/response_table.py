"""The table of responses that a trial is analysed from: what it must hold, in plain words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final, Literal, get_args

import numpy as np
import numpy.typing as npt
import pandas as pd

from rubor.errors import InputError

__all__ = [
    "DESIGNS",
    "Design",
    "Recordings",
    "ResponseTable",
    "check_responses",
    "face_recordings",
    "pair_sides",
]

FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]
# A session with the row of its assigned side, or of the face, and that of the other side.
_Entry = tuple[str, "pd.Series[Any]", "pd.Series[Any] | None"]

Design = Literal["split-face", "before-after", "alternating"]
DESIGNS: Final[tuple[Design, ...]] = get_args(Design)

_ALWAYS: Final = ("session", "date", "phase", "response", "response_sd")
_SIDES: Final = ("left", "right")
_PHASES: Final = ("before", "after")
_PROVOCATIONS: Final = ("blush", "flush", "rest")
_OTHER: Final = {"left": "right", "right": "left"}


@dataclass(frozen=True)
class ResponseTable:
    """A checked table.

    Attributes:
        rows: sorted by date and session, with the columns of the contract and `provocation` and
            `cycle` filled in where they were missing (`blush` is not assumed: None; cycle 1).
        left_out: why sessions were left out, a sentence each.
    """

    rows: pd.DataFrame
    left_out: tuple[str, ...]


@dataclass(frozen=True)
class Recordings:
    """One number per recording and side, in order of date; arrays of shape (recordings,).

    Attributes:
        session: name of each recording.
        date: its day, datetime64[D].
        after: whether it is of the later phase.
        treated: response of the assigned side, or of the face.
        treated_sd: its standard error.
        untreated: response of the other side; NaN where there is none.
        untreated_sd: its standard error; NaN where there is none.
        treated_left: whether the assigned side is the left one.
    """

    session: tuple[str, ...]
    date: npt.NDArray[np.datetime64]
    after: BoolArray
    treated: FloatArray
    treated_sd: FloatArray
    untreated: FloatArray
    untreated_sd: FloatArray
    treated_left: BoolArray

    def __len__(self) -> int:
        return len(self.session)

    def chosen(self, mask: BoolArray) -> Recordings:
        """The recordings where `mask` is true."""
        return Recordings(
            session=tuple(np.asarray(self.session, dtype=object)[mask]),
            date=self.date[mask],
            after=self.after[mask],
            treated=self.treated[mask],
            treated_sd=self.treated_sd[mask],
            untreated=self.untreated[mask],
            untreated_sd=self.untreated_sd[mask],
            treated_left=self.treated_left[mask],
        )


def check_responses(responses: pd.DataFrame, design: str) -> ResponseTable:
    """Check a table of responses and bring it to one form.

    Args:
        responses: columns `session`, `date`, `phase` (before, after), `response`, `response_sd`; for
            split-face and alternating `treated` (whether the side is the assigned one, in both
            phases) and, where sides are compared, `side` (left, right); optional `provocation`
            (blush, flush, rest), `cycle` (1, 2, ...), `provoked` (false: nothing was provoked) and
            `occasion` (number of the drawn occasion, alternating).
        design: `split-face`, `before-after` or `alternating`.

    Returns:
        The checked rows.

    Raises:
        InputError: what is missing or contradicts itself, with what to do.
    """
    if design not in DESIGNS:
        raise InputError(f"There is no design '{design}'.", f"Choose one of {', '.join(DESIGNS)}.")
    needed = (*_ALWAYS, *(() if design == "before-after" else ("treated",)))
    needed = (*needed, *(("side",) if design == "split-face" else ()))
    missing = [name for name in needed if name not in responses.columns]
    if missing:
        raise InputError(
            f"The table of responses has no column {_listed(missing)}.",
            f"A {design} trial needs the columns {_listed(needed)}.",
        )
    if responses.empty:
        raise InputError("The table of responses is empty.", "Add recordings first.")
    if responses["session"].isna().any():
        raise InputError(
            "A row has no session.",
            "Give each recording a name of its own, the same in the rows of its two sides.",
        )
    rows = responses.reset_index(drop=True).copy()
    rows["session"] = rows["session"].astype(str)
    rows["date"] = _dates(rows)
    rows["phase"] = _words(rows, "phase", _PHASES)
    rows["response"] = _numbers(rows, "response")
    rows["response_sd"] = _numbers(rows, "response_sd")
    _require(
        rows,
        rows["response_sd"] > 0,
        "a response_sd that is not above 0",
        "Give its standard error.",
    )
    if "side" in rows.columns:
        rows["side"] = _words(rows, "side", _SIDES) if design != "before-after" else rows["side"]
    if "treated" in rows.columns:
        rows["treated"] = _truths(rows, "treated")
    rows["provocation"] = (
        _words(rows, "provocation", _PROVOCATIONS) if "provocation" in rows.columns else None
    )
    rows["cycle"] = _cycles(rows)
    rows, left_out = _provoked_only(rows)
    _no_duplicates(rows)
    _one_value_per_session(rows, ("date", "phase", "cycle"))
    rows = rows.sort_values(["date", "session"], kind="stable").reset_index(drop=True)
    if design == "alternating":
        cure = "Take its rows out: each occasion of an alternating trial is its own comparison."
        late = rows["phase"] == "after"
        _require(rows, late, "it is marked as before the treatment", cure)
    else:
        _phases_in_order(rows)
    if design == "split-face":
        _both_sides(rows)
    return ResponseTable(rows, left_out)


def pair_sides(rows: pd.DataFrame) -> tuple[Recordings, tuple[str, ...]]:
    """Recordings with an assigned side and the other one.

    Args:
        rows: checked rows with `side` and `treated`.

    Returns:
        The recordings, and sentences on sessions that lack a side.

    Raises:
        InputError: a session in which both sides or none are the assigned one.
    """
    kept: list[_Entry] = []
    notes = []
    for session, group in _sessions(rows):
        if len(group) < 2:
            side = _OTHER[group["side"].iloc[0]]
            notes.append(f"Session {session} is left out: its {side} side is missing.")
            continue
        if group["treated"].sum() != 1:
            raise InputError(
                f"In session {session} {'both sides are' if group['treated'].all() else 'no side is'}"
                " marked as the treated one.",
                "Mark the assigned side in every session, before the treatment too.",
            )
        assigned = group[group["treated"]].iloc[0]
        other = group[~group["treated"]].iloc[0]
        kept.append((session, assigned, other))
    return _recordings(kept), tuple(notes)


def face_recordings(rows: pd.DataFrame) -> Recordings:
    """Recordings with one number each: the mean of the rows of a session.

    Args:
        rows: checked rows; the column `side` may be absent.

    Returns:
        The recordings; nothing on another side.
    """
    kept: list[_Entry] = []
    for session, group in _sessions(rows):
        first = group.iloc[0].copy()
        first["response"] = group["response"].mean()
        first["response_sd"] = np.sqrt(np.sum(group["response_sd"] ** 2)) / len(group)
        kept.append((session, first, None))
    return _recordings(kept)


def _sessions(rows: pd.DataFrame) -> Iterator[tuple[str, pd.DataFrame]]:
    for (session, _), group in rows.groupby(["session", "provocation"], sort=False, dropna=False):
        yield str(session), group


def _recordings(entries: list[_Entry]) -> Recordings:
    def numbers(which: Literal[1, 2], column: str) -> FloatArray:
        sides = [entry[which] for entry in entries]
        return np.array(
            [np.nan if side is None else side[column] for side in sides], dtype=np.float64
        )

    return Recordings(
        session=tuple(entry[0] for entry in entries),
        date=np.array([entry[1]["date"] for entry in entries], dtype="datetime64[D]"),
        after=np.array([entry[1]["phase"] == "after" for entry in entries], dtype=np.bool_),
        treated=numbers(1, "response"),
        treated_sd=numbers(1, "response_sd"),
        untreated=numbers(2, "response"),
        untreated_sd=numbers(2, "response_sd"),
        treated_left=np.array(
            [entry[1].get("side") == "left" for entry in entries], dtype=np.bool_
        ),
    )


def _listed(names: Iterable[object]) -> str:
    return ", ".join(str(name) for name in names)


def _require(rows: pd.DataFrame, fine: pd.Series, what: str, cure: str) -> None:
    if not fine.all():
        sessions = _listed(dict.fromkeys(rows.loc[~fine, "session"]))
        raise InputError(f"Session {sessions}: {what}.", cure)


def _dates(rows: pd.DataFrame) -> pd.Series:
    dates = pd.to_datetime(rows["date"], errors="coerce", format="ISO8601")
    cure = "Give every recording its day, as 2026-03-14."
    _require(rows, dates.notna(), "the date is missing or cannot be read", cure)
    return dates.dt.tz_localize(None).dt.normalize()


def _numbers(rows: pd.DataFrame, column: str) -> pd.Series:
    numbers = pd.to_numeric(rows[column], errors="coerce").astype(np.float64)
    cure = "Measure the recording again, or take its rows out. Zero and negative numbers are fine."
    _require(rows, pd.Series(np.isfinite(numbers)), f"the {column} is not a number (NaN)", cure)
    return numbers


def _words(rows: pd.DataFrame, column: str, allowed: tuple[str, ...]) -> pd.Series:
    words = rows[column].astype("string").str.strip().str.lower()
    fine = words.isin(allowed).fillna(False).astype(bool)
    _require(
        rows, fine, f"the {column} is none of {_listed(allowed)}", f"Write {' or '.join(allowed)}."
    )
    return words.astype(object)


def _truths(rows: pd.DataFrame, column: str) -> pd.Series:
    texts = rows[column].astype("string").str.strip().str.lower()
    truths = texts.map(
        {"true": True, "1": True, "1.0": True, "false": False, "0": False, "0.0": False}
    )
    _require(rows, truths.notna(), f"`{column}` is neither true nor false", "Write true or false.")
    return truths.astype(bool)


def _cycles(rows: pd.DataFrame) -> pd.Series:
    if "cycle" not in rows.columns:
        return pd.Series(1, index=rows.index)
    cycles = pd.to_numeric(rows["cycle"], errors="coerce")
    fine = cycles.notna() & (cycles >= 1) & (cycles == cycles.round())
    _require(
        rows, fine, "the cycle is not a whole number from 1", "Number the treatments 1, 2, ..."
    )
    return cycles.astype(int)


def _provoked_only(rows: pd.DataFrame) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """Without sessions in which nothing was provoked: they never count as improvement."""
    if "provoked" not in rows.columns:
        return rows, ()
    known = rows["provoked"].notna()
    provoked = pd.Series(True, index=rows.index)
    provoked[known] = _truths(rows[known], "provoked")
    names = list(dict.fromkeys(rows.loc[~provoked, "session"]))
    kept = rows[~rows["session"].isin(names)]
    if kept.empty:
        raise InputError(
            "In none of the recordings was anything provoked.",
            "Record again with the task of the protocol, on another day.",
        )
    notes = [f"Session {name} is left out: nothing was provoked in it." for name in names]
    return kept.reset_index(drop=True), tuple(notes)


def _no_duplicates(rows: pd.DataFrame) -> None:
    key = [name for name in ("session", "provocation", "side") if name in rows.columns]
    twice = rows.duplicated(key, keep=False)
    cure = (
        "Keep one row for each side of a recording, and give each recording its own session name."
    )
    _require(rows, ~twice, "the same side is there twice", cure)


def _one_value_per_session(rows: pd.DataFrame, columns: tuple[str, ...]) -> None:
    for column in columns:
        differing = rows.groupby("session")[column].transform("nunique") > 1
        cure = "Rows of one session are of one recording; give another recording another name."
        _require(rows, ~differing, f"the rows differ in {column}", cure)


def _phases_in_order(rows: pd.DataFrame) -> None:
    for _, cycle in rows.groupby("cycle"):
        before, after = (cycle[cycle["phase"] == phase] for phase in _PHASES)
        if before.empty or after.empty:
            continue
        late = before[before["date"] >= after["date"].min()]
        if not late.empty:
            raise InputError(
                f"Dates are out of order: session {late['session'].iloc[0]} of {_day(late)} is marked"
                f" 'before', but 'after' begins on {_day(after)}.",
                "Correct the dates or the phases.",
            )


def _day(rows: pd.DataFrame) -> str:
    return str(rows["date"].min().date())


def _both_sides(rows: pd.DataFrame) -> None:
    sides = set(rows["side"])
    if len(sides) < 2:
        raise InputError(
            f"All rows are of the {sides.pop()} side; a split-face trial compares two sides.",
            "Add the rows of the other side, or analyse the table as before-after.",
        )
    assigned = rows.loc[rows["treated"]].groupby("side")["session"].first()
    if len(assigned) > 1:
        raise InputError(
            f"The treated side changes: left in session {assigned['left']}, right in session"
            f" {assigned['right']}.",
            "A split-face trial has one assigned side; mark it in every session, before the treatment"
            " too. If sides alternate by plan, choose the design 'alternating'.",
        )
    if assigned.empty:
        raise InputError(
            "No row is marked as treated.",
            "Mark the assigned side in every session, before the treatment too.",
        )
