"""Quality gates in words: what each one asks, and its value in a unit that a person can picture."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

__all__ = ["GATE_WORDS", "GateState", "GateText", "GateWords", "gate_texts"]

GateState = Literal["failed", "hint", "unjudged", "passed"]
_ORDER: tuple[GateState, ...] = ("failed", "hint", "unjudged", "passed")


@dataclass(frozen=True)
class GateWords:
    """How a gate is spoken of.

    Attributes:
        title: what is wanted, as a short heading.
        question: what was looked at.
        in_unit: value or limit as text with its unit.
        bound: what the limit is.
    """

    title: str
    question: str
    in_unit: Callable[[float], str]
    bound: Literal["at least", "at most", ""]


@dataclass(frozen=True)
class GateText:
    """One gate as the report shows it.

    Attributes:
        name: as in `summary.json`.
        state: "failed" makes the recording not accepted; "hint" did not pass but does not.
        found, wanted: value and limit in words; empty where there is none.
        cure: what to do about it; empty where nothing is amiss.
    """

    name: str
    state: GateState
    title: str
    question: str
    found: str
    wanted: str
    cure: str


def _percent(value: float) -> str:
    return f"{_short(100.0 * value)} %"


def _short(value: float) -> str:
    """Three digits, no more than are needed.

    >>> _short(226.42), _short(0.0418), _short(2.0)
    ('226', '0.042', '2')
    """
    if value == 0 or abs(value) >= 100:
        return f"{value:.0f}"
    return f"{value:.2g}" if abs(value) < 1 else f"{value:.3g}"


def _times(log_ratio: float) -> str:
    return f"{math.exp(log_ratio):.2g} times"


def _log_percent(log_ratio: float) -> str:
    return _percent(math.expm1(log_ratio))


def _yes_no(value: float) -> str:
    return "yes" if value >= 1.0 else "no"


def _unit(name: str) -> Callable[[float], str]:
    return lambda value: f"{_short(value)} {name}"


GATE_WORDS: Mapping[str, GateWords] = {
    "other_faces_share": GateWords(
        "One person in the picture", "How often another face was seen", _percent, "at most"
    ),
    "face_size_px": GateWords(
        "The face is large enough",
        "Distance between the outer corners of the eyes",
        _unit("pixels"),
        "at least",
    ),
    "face_visible_share": GateWords(
        "The face is in view", "Share of the time in which the face was found", _percent, "at least"
    ),
    "head_turn_deg": GateWords(
        "Looking at the camera",
        "How far the head was turned or tilted",
        _unit("degrees"),
        "at most",
    ),
    "head_motion_share": GateWords(
        "The head is still",
        "How far the head wandered, against the distance between the eyes",
        _percent,
        "at most",
    ),
    "blur_share": GateWords(
        "The picture is sharp",
        "Width of the sharpest edges, against the width of the face",
        _percent,
        "at most",
    ),
    "face_brightness": GateWords(
        "The face is bright enough", "Brightness of the face, against white", _percent, "at least"
    ),
    "clipped_share": GateWords(
        "No burnt-out or black spots", "Share of the face without detail", _percent, "at most"
    ),
    "uneven_light": GateWords(
        "The same light on both cheeks",
        "How much brighter one cheek was than the other",
        _times,
        "at most",
    ),
    "mixed_light": GateWords(
        "One kind of light",
        "How much the colour of the light differed between the cheeks",
        _log_percent,
        "at most",
    ),
    "colour_off_skin": GateWords(
        "Natural colours",
        "How far the colours were from those of any skin",
        _log_percent,
        "at most",
    ),
    "light_drift_percent": GateWords(
        "Steady light", "How much the red of the light drifted", _unit("%"), "at most"
    ),
    "frame_rate_fps": GateWords(
        "Enough pictures a second", "Pictures in each second", _unit("a second"), "at least"
    ),
    "dropped_share": GateWords(
        "No pictures lost", "Share of the time without pictures", _percent, "at most"
    ),
    "duration_s": GateWords("Long enough", "Length of the recording", _unit("seconds"), "at least"),
    "cuts": GateWords("One take", "Number of cuts", _short, "at most"),
    "has_baseline": GateWords(
        "A quiet stretch to compare with", "Whether the face was seen at rest", _yes_no, ""
    ),
    "mirroring_known": GateWords(
        "Left and right are known", "Whether it was said if the picture is mirrored", _yes_no, ""
    ),
    "complete_file": GateWords(
        "The whole file", "Whether the file could be read to its end", _yes_no, ""
    ),
}


def gate_texts(quality: list[dict[str, Any]]) -> list[GateText]:
    """The gates of a summary in words: what failed first, what passed last."""
    texts = [_text(gate) for gate in quality]
    return sorted(texts, key=lambda text: _ORDER.index(text.state))


def _text(gate: Mapping[str, Any]) -> GateText:
    name = str(gate["name"])
    plain = name.replace("_", " ").capitalize()
    words = GATE_WORDS.get(name, GateWords(plain, "", _short, ""))
    value, limit = gate["value"], gate["limit"]
    wanted = ""
    if limit is not None:
        wanted = f"{words.bound} {words.in_unit(float(limit))}".strip()
    return GateText(
        name=name,
        state=_state(gate),
        title=words.title,
        question=words.question,
        found="" if value is None else words.in_unit(float(value)),
        wanted=wanted,
        cure=str(gate["advice"]),
    )


def _state(gate: Mapping[str, Any]) -> GateState:
    if gate["passed"] is None:
        return "unjudged"
    if gate["passed"]:
        return "passed"
    return "failed" if gate["matters"] else "hint"
