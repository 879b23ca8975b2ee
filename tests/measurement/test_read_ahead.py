"""Reading ahead changes nothing but the time at which things are made."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rubor.measurement.read_ahead import read_ahead


@given(st.lists(st.integers() | st.none()), st.integers(1, 10))
@settings(max_examples=30, deadline=None)
def test_the_same_items_come_in_the_same_order(items: list[int | None], depth: int) -> None:
    assert list(read_ahead(iter(items), depth)) == items


def test_no_more_than_the_given_depth_is_made_in_advance() -> None:
    made: list[int] = []

    def producer() -> Iterator[int]:
        for number in range(100):
            made.append(number)
            yield number

    ahead = read_ahead(producer(), depth=3)
    next(ahead)
    time.sleep(0.3)
    # The one that was taken, three that wait, and one in the producer's hand.
    assert len(made) <= 5
    ahead.close()


def test_an_error_of_the_producer_reaches_the_consumer_after_its_items() -> None:
    def producer() -> Iterator[int]:
        yield 1
        yield 2
        raise ValueError("the third cannot be made")

    got = []
    with pytest.raises(ValueError, match="the third"):
        for item in read_ahead(producer()):
            got.append(item)
    assert got == [1, 2]


def test_leaving_early_ends_the_producer() -> None:
    ended = threading.Event()

    def producer() -> Iterator[int]:
        try:
            yield from range(10**9)
        finally:
            ended.set()

    source = producer()
    before = threading.active_count()
    ahead = read_ahead(source, depth=2)
    for item in ahead:
        if item == 5:
            break
    ahead.close()
    assert threading.active_count() == before
    source.close()  # possible only when no other thread is inside it
    assert ended.is_set()


def test_an_error_of_the_consumer_ends_the_producer() -> None:
    before = threading.active_count()
    ahead = read_ahead(iter(range(10**9)))
    with pytest.raises(RuntimeError, match="stop"):
        for _ in ahead:
            raise RuntimeError("stop")
    ahead.close()
    assert threading.active_count() == before


def test_the_producer_works_while_the_consumer_does() -> None:
    """The consumer, in the middle of an item, waits for the next one to be made meanwhile."""
    begun = [threading.Event() for _ in range(8)]

    def producer() -> Iterator[int]:
        for number, event in enumerate(begun):
            event.set()
            yield number

    for number in read_ahead(producer()):
        following = begun[min(number + 1, len(begun) - 1)]
        assert following.wait(timeout=30.0)
