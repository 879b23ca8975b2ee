"""What was noted of a recording, as the library takes it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rubor.trials.trial import Conditions

__all__ = ["conditions_of"]


def conditions_of(noted: Mapping[str, Any]) -> Conditions:
    """The conditions of a recording's row.

    Args:
        noted: `Recording.conditions`; what was not said may be missing.
    """
    from rubor.trials.trial import Conditions, Medicine

    medicines = tuple(
        Medicine(str(one["name"]), one.get("hours_before")) for one in noted.get("medicines", ())
    )
    return Conditions(
        make_up=noted.get("make_up"),
        camera=str(noted.get("camera") or ""),
        room=str(noted.get("room") or ""),
        medicines=medicines,
        note=str(noted.get("note") or ""),
    )
