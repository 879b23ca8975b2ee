"""How long work will still take, told from how fast it went so far."""

from __future__ import annotations

from typing import Final

__all__ = ["seconds_left"]

# What went so far must say something about what follows.
_LEAST_SHARE: Final = 0.03
_LEAST_ELAPSED_S: Final = 3.0


def seconds_left(share: float | None, elapsed_s: float) -> float | None:
    """Seconds until all is done at the speed so far; None while that cannot be told.

    Args:
        share: how much is done, 0 to 1; None where not known.
        elapsed_s: how long that took, s.

    >>> seconds_left(0.25, 20.0)
    60.0
    >>> seconds_left(0.01, 20.0) is None
    True
    """
    if share is None or share < _LEAST_SHARE or elapsed_s < _LEAST_ELAPSED_S:
        return None
    return elapsed_s * (1.0 - share) / share
