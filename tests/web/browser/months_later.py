"""Lets months pass for the only trial of a data folder; runs in a process that has the app's models."""

from __future__ import annotations

import json
from datetime import date, timedelta
from typing import Any

__all__ = ["pass_time"]

_BEFORE, _AFTER = (-24, -19, -14, -9), (21, 28, 35, 42, 49)


def pass_time(treated_on: str, side: str) -> dict[str, Any]:
    """Set the beginning of the trial back, and make the recordings of somebody in whom it worked.

    Args:
        treated_on: day of the treatment.
        side: which is treated; its blush is 30 % of the other's afterwards.

    Returns:
        Keys of the recordings `before` and `after`, in order, and `treated_on`.
    """
    from rubor.web.trials.models import Trial

    day = date.fromisoformat(treated_on)
    row = Trial.objects.get()
    began = (day - timedelta(days=30)).isoformat()
    row.document = json.loads(json.dumps(row.document).replace(date.today().isoformat(), began))
    row.save()
    return {
        "treated_on": treated_on,
        "before": [_recorded(row.person, day, after, side) for after in _BEFORE],
        "after": [_recorded(row.person, day, after, side) for after in _AFTER],
    }


def _recorded(person: Any, treated_on: date, after: int, side: Any) -> str:
    from tests.web.make_recording import measured_recording

    row = measured_recording(
        person,
        day=treated_on + timedelta(days=after),
        size=0.5 + 0.004 * (after % 5),
        treated=side if after > 0 else None,
        treated_factor=0.3 if after > 0 else 1.0,
    )
    return str(row.pk)
