"""What went wrong, as a person reads it: one line with the cause and the cure, no traceback."""

from __future__ import annotations

import os
import sys
import traceback
from dataclasses import dataclass

from rubor.errors import RuborError

__all__ = ["DEBUG_VARIABLE", "Problem", "print_problem", "problem_of"]

DEBUG_VARIABLE = "RUBOR_DEBUG"


@dataclass(frozen=True)
class Problem:
    """Why something could not be done.

    Attributes:
        message: what is wrong.
        cure: what to do about it.
        trace: where in the program it happened.
    """

    message: str
    cure: str
    trace: str = ""

    @property
    def line(self) -> str:
        """Cause and cure in one line.

        >>> Problem("The disk is full.", "Make room.").line
        'The disk is full. Make room.'
        """
        return " ".join(f"{self.message} {self.cure}".split())


def problem_of(error: Exception, subject: str = "") -> Problem:
    """What an error that is being handled means to the person.

    Args:
        subject: what it happened to, such as a file's name; put before the message where it does
            not name it.

    >>> problem_of(RuborError("It is empty.", "Copy it again."), "blush.mp4").line
    'blush.mp4: It is empty. Copy it again.'
    >>> problem_of(KeyError("matrix"), "blush.mp4").message
    "blush.mp4: A fault in Rubor (KeyError: 'matrix')."
    """
    if isinstance(error, RuborError):
        message, cure = error.message, error.cure
    elif isinstance(error, MemoryError):
        message = "There is not enough memory."
        cure = "Close other programs, or measure fewer files at a time with -j."
    elif isinstance(error, ImportError):
        message = f"A library that Rubor needs cannot be loaded: {error}."
        cure = "Run `rubor doctor` to see what is missing and how to get it."
    elif isinstance(error, OSError):
        where = f" ({error.filename})" if error.filename else ""
        message = f"{error.strerror or error}{where}."
        cure = "Check that the disk is not full and that file and folder may be read and written."
    else:
        message = f"A fault in Rubor ({type(error).__name__}: {error})."
        cure = "Please report it, with what the same command prints after `rubor --debug`."
    if subject and subject not in message:
        message = f"{subject}: {message}"
    return Problem(message, cure, "".join(traceback.format_exception(error)))


def print_problem(problem: Problem) -> None:
    """Print one line on stderr, and before it where it happened if that is wanted."""
    if problem.trace and os.environ.get(DEBUG_VARIABLE):
        print(problem.trace, file=sys.stderr)
    print(f"rubor: {problem.line}", file=sys.stderr, flush=True)
