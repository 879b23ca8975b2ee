"""Load a face model into LiteRT, on one thread and without its start-up chatter."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from rubor.vision.face_models import model_path

__all__ = ["load_interpreter"]

_STDERR = 2


def load_interpreter(name: str) -> Any:
    """A ready LiteRT interpreter of one face model.

    One thread: the models take about a millisecond, and the cores are better spent on decoding.

    Raises:
        MissingModelError: the model file is missing or is not the expected one.
    """
    path = model_path(name)
    # Read by the library when it is first imported: errors only.
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    from ai_edge_litert.interpreter import Interpreter

    with _native_stderr_closed():
        interpreter = Interpreter(model_path=str(path), num_threads=1)
        interpreter.allocate_tensors()
    return interpreter


@contextmanager
def _native_stderr_closed() -> Iterator[None]:
    """LiteRT announces its CPU kernels on stderr at any log level; errors are raised all the same."""
    try:
        kept = os.dup(_STDERR)
    except OSError:  # a process without stderr
        yield
        return
    try:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, _STDERR)
        os.close(nowhere)
        yield
    finally:
        os.dup2(kept, _STDERR)
        os.close(kept)
