"""Rubor measures facial redness from ordinary video, and tells whether a treatment worked.

>>> import rubor
>>> recording = rubor.measure("blush.mp4", mirrored=False)  # doctest: +SKIP
>>> recording.traces  # doctest: +SKIP
"""

from __future__ import annotations

from importlib import import_module
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
    from rubor.response import find_episodes, provoked_response
    from rubor.trials import Verdict, analyse

__all__ = [
    "FaceNotFoundError",
    "InputError",
    "MissingModelError",
    "Recording",
    "RuborError",
    "SeveralFacesError",
    "UnreadableFileError",
    "UnsupportedColourError",
    "Verdict",
    "__version__",
    "analyse",
    "find_episodes",
    "measure",
    "provoked_response",
]

# Imported when first asked for: they bring in libraries that take seconds, and `rubor --help` does
# not need them.
_PACKAGE_OF = {
    "Recording": "measurement",
    "Verdict": "trials",
    "analyse": "trials",
    "find_episodes": "response",
    "measure": "measurement",
    "provoked_response": "response",
}


def __getattr__(name: str) -> object:
    if name in _PACKAGE_OF:
        return getattr(import_module(f"rubor.{_PACKAGE_OF[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
