"""Stretches of time and parts of a job as they are typed."""

from __future__ import annotations

from pathlib import Path

import pytest
import typer
from hypothesis import given
from hypothesis import strategies as st

from rubor.cli.option_values import check_ending, parse_baseline, parse_shard


class TestBaseline:
    @given(st.floats(0, 1e6), st.floats(1e-3, 1e6))
    def test_is_read_as_it_is_written(self, start_s: float, length_s: float) -> None:
        end_s = start_s + length_s
        text = f"{start_s:.6f}-{end_s:.6f}"
        assert parse_baseline(text) == pytest.approx((start_s, end_s), abs=1e-6)

    @pytest.mark.parametrize(
        "text",
        ["", "5", "5-", "-5", "5-5", "10-5", "-1-5", "0-1e3", "a-b", "0-nan", "0,5-2", "1-2-3"],
    )
    def test_is_refused_where_it_is_no_stretch(self, text: str) -> None:
        with pytest.raises(typer.BadParameter):
            parse_baseline(text)


class TestShard:
    @given(st.integers(1, 1000), st.integers(0, 1000))
    def test_is_read_as_it_is_written(self, number: int, more: int) -> None:
        assert parse_shard(f"{number}/{number + more}") == (number, number + more)

    @pytest.mark.parametrize(
        "text", ["", "3", "0/3", "4/3", "1/0", "-1/3", "1.5/3", "a/b", "1/2/3"]
    )
    def test_is_refused_where_there_is_no_such_part(self, text: str) -> None:
        with pytest.raises(typer.BadParameter):
            parse_shard(text)


@pytest.mark.parametrize("name", ["map.png", "map", ".svg", "svg", "map.svg.zip"])
def test_a_name_that_does_not_say_what_the_file_holds_is_refused(name: str) -> None:
    with pytest.raises(typer.BadParameter, match="does not end in"):
        check_ending(Path(name), ".svg", "--map")
