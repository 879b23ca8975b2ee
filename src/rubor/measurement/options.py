"""What a file was asked to be measured with, so that a rerun can tell whether it is done already."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

from rubor.measurement.events import Event, chosen_events
from rubor.vision.media_file import MediaFile

__all__ = ["ReferenceChoice", "asked_options"]

ReferenceChoice = Literal["auto", "card", "background", "none"]


def asked_options(
    source: str | Path | MediaFile,
    *,
    mirrored: bool | None = None,
    baseline: tuple[float, float] | None = None,
    events: str | Path | Sequence[Event] | None = None,
    reference: ReferenceChoice = "auto",
    skin_tone: str | None = None,
    face: int | None = None,
) -> dict[str, Any]:
    """The options of a measurement, ready for JSON; `options` in `summary.json`.

    The arguments are those of `measure`. With the same file, the same version of Rubor and the same
    options a measurement gives the same numbers.

    Returns:
        `mirrored`, `baseline_s` (start and end, or None), `events` (name and sha256 of the events
        file, the one found beside the video included, or None), `reference`, `skin_tone`, `face`. A
        file that cannot be read has None for its sha256; events that were given as such have None for
        the name.

    >>> asked_options("blush.mp4", mirrored=False, baseline=(0, 5))["baseline_s"]
    [0.0, 5.0]
    """
    return {
        "mirrored": mirrored,
        "baseline_s": None if baseline is None else [float(time_s) for time_s in baseline],
        "events": _identity(chosen_events(source, events)),
        "reference": reference,
        "skin_tone": skin_tone,
        "face": face,
    }


def _identity(events: Path | tuple[Event, ...] | None) -> dict[str, str | None] | None:
    if events is None:
        return None
    if isinstance(events, Path):
        return {"name": events.name, "sha256": _sha256(events)}
    text = json.dumps([[float(event.time_s), event.kind] for event in events])
    return {"name": None, "sha256": hashlib.sha256(text.encode()).hexdigest()}


def _sha256(path: Path) -> str | None:
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError:
        return None
