"""What a file was asked to be measured with, so that a rerun can tell whether it is done already."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any, Literal

from rubor.measurement.events import find_events

__all__ = ["ReferenceChoice", "asked_options"]

ReferenceChoice = Literal["auto", "card", "background", "none"]


def asked_options(
    path: Path,
    *,
    mirrored: bool | None = None,
    baseline: tuple[float, float] | None = None,
    events: str | Path | None = None,
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
        file that cannot be read has None for its sha256.

    >>> asked_options(Path("blush.mp4"), mirrored=False, baseline=(0, 5))["baseline_s"]
    [0.0, 5.0]
    """
    events_file = Path(events) if events is not None else find_events(path)
    return {
        "mirrored": mirrored,
        "baseline_s": None if baseline is None else [float(time_s) for time_s in baseline],
        "events": (
            None
            if events_file is None
            else {"name": events_file.name, "sha256": _sha256(events_file)}
        ),
        "reference": reference,
        "skin_tone": skin_tone,
        "face": face,
    }


def _sha256(path: Path) -> str | None:
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError:
        return None
