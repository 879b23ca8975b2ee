"""The one family of errors that Rubor raises for reasons a person can act on."""

from __future__ import annotations

__all__ = [
    "FaceNotFoundError",
    "InputError",
    "MissingModelError",
    "RuborError",
    "SeveralFacesError",
    "UnreadableFileError",
    "UnsupportedColourError",
]


class RuborError(Exception):
    """A problem with a cause and a cure, both in plain words.

    Args:
        message: what is wrong, in one sentence.
        cure: what the person can do about it; may be empty where nothing can be done.

    >>> print(RuborError("The file is empty.", "Copy it again from the camera."))
    The file is empty. Copy it again from the camera.
    """

    def __init__(self, message: str, cure: str = "") -> None:
        self.message = message
        self.cure = cure
        super().__init__(message, cure)

    def __str__(self) -> str:
        return f"{self.message} {self.cure}".strip()


class InputError(RuborError):
    """An argument, option or side file that cannot be used as given."""


class UnreadableFileError(RuborError):
    """A file that is not a readable video or photo."""


class UnsupportedColourError(RuborError):
    """Pixels whose colour cannot be brought to linear light without guessing."""


class FaceNotFoundError(RuborError):
    """No face where one is needed."""


class SeveralFacesError(RuborError):
    """More than one face and none was chosen."""


class MissingModelError(RuborError):
    """A face model file is missing from this installation or is not the expected one."""
