"""Advice as JSON."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any, Final

from rubor._version import __version__
from rubor.pathway.suitability import Line, Suitability

if TYPE_CHECKING:
    from rubor.pathway.measured_evidence import MeasuredEvidence

__all__ = ["SUITABILITY_SCHEMA", "suitability_document"]

SUITABILITY_SCHEMA: Final = "rubor.suitability/1"


def suitability_document(
    advice: Suitability, measured: MeasuredEvidence | None = None
) -> dict[str, Any]:
    """The document that `schemas/suitability.schema.json` describes."""
    blush = advice.blush
    return {
        "schema": SUITABILITY_SCHEMA,
        "questionnaire": advice.questionnaire,
        "stopped": advice.stopped,
        "lines": [_line(line) for line in advice.lines],
        "blush_probability": {
            "value": None if blush.value is None else round(blush.value, 3),
            "could_be": [round(limit, 3) for limit in blush.could_be],
            "findings": list(blush.findings),
            "source": blush.source,
            "strength": blush.strength,
        },
        "missing": [{**asdict(row), "rules": list(row.rules)} for row in advice.missing],
        "notes": list(advice.notes),
        "measured": None if measured is None else _measured(measured),
        "versions": {"rubor": __version__, "rules": advice.rules_version},
    }


def _line(line: Line) -> dict[str, Any]:
    return {
        "rule": line.rule,
        "kind": line.kind,
        "what": line.what,
        "why": line.why,
        "because": list(line.because),
        "source": line.source,
        "strength": line.strength,
        "urgency": line.urgency,
        "action": line.action,
        "treatments": list(line.treatments),
        "products": list(line.products),
        "excluded": {name: list(rules) for name, rules in line.excluded},
        "only_after": list(line.only_after),
        "waits_for": list(line.waits_for),
    }


def _measured(measured: MeasuredEvidence) -> dict[str, Any]:
    found = asdict(measured)
    return {name: list(part) if isinstance(part, tuple) else part for name, part in found.items()}
