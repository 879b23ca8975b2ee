"""Rubor measures facial redness from ordinary video and photos.

>>> import rubor
>>> recording = rubor.measure("blush.mp4", mirrored=False)  # doctest: +SKIP
>>> recording.traces  # doctest: +SKIP
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from rubor._version import __version__
from rubor.errors import (
    FaceNotFoundError,
    InputError,
    MissingModelError,
    RuborError,
    SeveralFacesError,
    UnreadableFileError,
    UnsupportedColourError,
)

if TYPE_CHECKING:
    from rubor.measurement import Recording, measure

__all__ = [
    "FaceNotFoundError",
    "InputError",
    "MissingModelError",
    "Recording",
    "RuborError",
    "SeveralFacesError",
    "UnreadableFileError",
    "UnsupportedColourError",
    "__version__",
    "measure",
]

# Imported when first asked for: they bring in libraries that take seconds, and `rubor --help` does
# not need them.
_FROM_MEASUREMENT = ("Recording", "measure")


def __getattr__(name: str) -> object:
    if name in _FROM_MEASUREMENT:
        from rubor import measurement

        return getattr(measurement, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
