"""The shipped file of how a smile is measured and judged, and what two sessions differ by."""

from __future__ import annotations

import math
import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

__all__ = ["published_sd_mm", "smile_rules"]


@cache
def smile_rules() -> Mapping[str, Any]:
    """The shipped file."""
    path = files("rubor.pathway") / "data" / "smile.toml"
    return tomllib.loads(path.read_text(encoding="utf-8"))


def published_sd_mm() -> float:
    """Standard deviation of one session, from the minimal detectable change between two.

    >>> round(published_sd_mm(), 3)
    0.469
    """
    return float(smile_rules()["repeat"]["mdc95_mm"]) / (1.96 * math.sqrt(2.0))
