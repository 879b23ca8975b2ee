"""Processes that do not outlive the one that started them."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable

__all__ = ["when_parent_ends"]


def when_parent_ends(action: Callable[[], None]) -> None:
    """Do something, from another thread, as soon as the process that started this one is gone.

    That process holds the other end of this one's standard input and writes nothing to it. The
    system closes it however that process ends, on every system alike.
    """
    descriptor = sys.stdin.fileno()

    def wait() -> None:
        while os.read(descriptor, 1):
            pass
        action()

    threading.Thread(target=wait, name="parent", daemon=True).start()
