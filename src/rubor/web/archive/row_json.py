"""Rows as what JSON can hold, and back: the one place that knows which columns leave with an export."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any, Final

from django.db.models import Model

__all__ = ["COLUMNS", "row_to_json", "values_from_json"]

# Left out: keys, what belongs to an upload, and what this machine alone needs.
COLUMNS: Final[Mapping[str, tuple[str, ...]]] = {
    "person": (
        *("id", "name", "language", "time_zone", "skin_tone", "smallest_effect", "keep_video"),
        *("demo", "created_at"),
    ),
    "recordings": (
        *("id", "source", "state", "title", "recorded_at", "file_name", "media_type"),
        *("bytes_received", "sha256", "mirrored", "skin_tone", "keep_video", "video_there"),
        *("protocol", "conditions", "camera_settings", "path_check", "stopped_early", "response"),
        *("error", "cure", "created_at", "measured_at"),
    ),
    "marks": ("key", "time_s", "kind"),
    "trials": (
        *("id", "document", "version", "verdict", "further", "looks", "passed_over", "created_at"),
        "closed_at",
    ),
    "treatments": (
        *("id", "trial", "kind", "treated_on", "side", "product", "lot", "points", "given_by"),
        *("place", "price", "currency", "note", "calendar", "created_at"),
    ),
    "smile_checks": ("id", "recording", "made_on", "result"),
    "diary": (
        *("id", "kind", "on", "at", "redness", "fear", "minutes", "trigger", "seen_by_others"),
        *("effect", "severity", "side", "treatment", "note", "created_at"),
    ),
    "answer_sheets": (
        *("id", "questionnaire", "answers", "position", "finished_at", "advice", "created_at"),
        "updated_at",
    ),
}
"""Columns of each table, as the export names it."""


def row_to_json(table: str, row: Model) -> dict[str, Any]:
    """The columns of a row; times in ISO 8601, numbers of money as text, other rows by their id."""
    fields = {field.name: field for field in row._meta.concrete_fields}
    return {name: _plain(getattr(row, fields[name].attname)) for name in COLUMNS[table]}


def values_from_json(table: str, model: type[Model], said: Mapping[str, Any]) -> dict[str, Any]:
    """The values of such columns, for a new row of this model; references to other rows stay as ids.

    Raises:
        ValidationError: a value is none of its column.
    """
    fields = {field.name: field for field in model._meta.concrete_fields}
    values = {}
    for name in COLUMNS[table]:
        field, value = fields[name], said[name]
        if field.many_to_one or field.one_to_one:
            values[field.attname] = None if value is None else uuid.UUID(value)
        else:
            values[field.attname] = field.to_python(value)
    return values


def _plain(value: Any) -> Any:
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    if isinstance(value, uuid.UUID | Decimal):
        return str(value)
    return value
