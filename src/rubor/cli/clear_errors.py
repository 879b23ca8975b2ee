"""No command ends in a traceback."""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable
from typing import ParamSpec, TypeVar

import typer

from rubor.cli.problem import print_problem, problem_of

__all__ = ["with_clear_errors"]

Arguments = ParamSpec("Arguments")
Result = TypeVar("Result")

# What a shell reports of a program that Ctrl-C has ended.
_INTERRUPTED = 130


def with_clear_errors(command: Callable[Arguments, Result]) -> Callable[Arguments, Result]:
    """The same command, but an error is one line on stderr and exit code 1."""

    @functools.wraps(command)
    def clear(*arguments: Arguments.args, **options: Arguments.kwargs) -> Result:
        try:
            return command(*arguments, **options)
        except (typer.Exit, typer.BadParameter, BrokenPipeError):
            raise
        except KeyboardInterrupt:
            print("rubor: Stopped. What was finished is kept.", file=sys.stderr)
            raise typer.Exit(_INTERRUPTED) from None
        except Exception as error:
            print_problem(problem_of(error))
            raise typer.Exit(1) from error

    return clear
