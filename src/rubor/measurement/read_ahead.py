"""Let a producer work in a thread of its own while its items are used."""

from __future__ import annotations

import queue
import threading
from collections.abc import Generator, Iterator
from typing import TypeVar

__all__ = ["read_ahead"]

Item = TypeVar("Item")


def read_ahead(items: Iterator[Item], depth: int = 4) -> Generator[Item, None, None]:
    """Yield the same items in the same order, with up to `depth` of them made in advance.

    Decoding releases the interpreter lock, so it overlaps with measuring. An error in the producer is
    raised here; leaving early stops the producer before this returns.

    >>> list(read_ahead(iter(range(5))))
    [0, 1, 2, 3, 4]
    """
    ready: queue.Queue[tuple[bool, Item | BaseException | None]] = queue.Queue(depth)
    stop = threading.Event()

    def put(message: tuple[bool, Item | BaseException | None]) -> bool:
        while not stop.is_set():
            try:
                ready.put(message, timeout=0.1)
                return True
            except queue.Full:
                continue
        return False

    def produce() -> None:
        try:
            for item in items:
                if not put((True, item)):
                    return
            put((False, None))
        except BaseException as error:
            put((False, error))

    producer = threading.Thread(target=produce, name="read-ahead", daemon=True)
    producer.start()
    try:
        while True:
            more, value = ready.get()
            if more:
                yield value  # type: ignore[misc]
                del value
            elif isinstance(value, BaseException):
                raise value
            else:
                return
    finally:
        stop.set()
        producer.join()
