"""Rubor measures facial redness from ordinary video and photos.

>>> import rubor
>>> recording = rubor.measure("blush.mp4", mirrored=False)  # doctest: +SKIP
>>> recording.traces  # doctest: +SKIP
"""

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
