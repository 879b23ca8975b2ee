"""A smile as JSON, and back; described by `schemas/smile.schema.json`."""

from __future__ import annotations

from dataclasses import asdict, fields
from datetime import date
from typing import Any, Final

from rubor.errors import InputError
from rubor.pathway.json_records import frozen, plain, record
from rubor.pathway.smile import OneSmile, SideExcursion, Smile, SmileCourse, SmileFile
from rubor.pathway.smile_change import SmileChange
from rubor.pathway.true_scale import TrueScale

__all__ = ["SMILE_SCHEMA", "smile_from_json", "smile_to_json"]

SMILE_SCHEMA: Final = "rubor.smile/1"


def smile_to_json(smile: Smile, change: SmileChange | None = None) -> dict[str, Any]:
    """The smile as what JSON can hold, with its change where there is one (otherwise null)."""
    changed = None if change is None else asdict(change)
    document: dict[str, Any] = plain({"schema": SMILE_SCHEMA, **asdict(smile), "change": changed})
    return document


def smile_from_json(document: Any) -> Smile:
    """The smile of such a document, without its change.

    Raises:
        InputError: it is none, is of another version, or is damaged.
    """
    if not isinstance(document, dict) or document.get("schema") != SMILE_SCHEMA:
        found = document.get("schema") if isinstance(document, dict) else None
        raise InputError(
            f"This is not a smile that this version of Rubor can read ({found or 'no schema'}).",
            f"It reads {SMILE_SCHEMA}, which `rubor smile` writes as smile.json.",
        )
    try:
        parts = {field.name: frozen(document[field.name]) for field in fields(Smile)}
        day = document["recorded_on"]
        parts |= {
            "recorded_on": None if day is None else date.fromisoformat(day),
            "scale": record(TrueScale, document["scale"]),
            "left": record(SideExcursion, document["left"]),
            "right": record(SideExcursion, document["right"]),
        }
        for name, kind in (("files", SmileFile), ("smiles", OneSmile), ("courses", SmileCourse)):
            parts[name] = tuple(record(kind, entry) for entry in document[name])
        smile = Smile(**parts)
        same = smile_to_json(smile) | {"change": document["change"]} == document
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise InputError(f"The smile is damaged: {error}.", "Measure it again.") from error
    if not same:
        raise InputError("The smile holds what it should not: it was changed.", "Measure it again.")
    return smile
