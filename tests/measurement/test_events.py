"""The events file is read strictly, and what is wrong with it is said plainly."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rubor.errors import InputError
from rubor.measurement.events import EVENT_KINDS, PROVOCATIONS, Event, read_events


def write(folder: Path, text: str, encoding: str = "utf-8") -> Path:
    path = folder / "events.csv"
    path.write_bytes(text.encode(encoding))
    return path


@given(
    events=st.lists(
        st.builds(Event, st.floats(0.0, 1e5), st.sampled_from(sorted(EVENT_KINDS))), max_size=20
    )
)
@settings(max_examples=40, deadline=None)
def test_what_was_written_is_read_sorted_by_time(
    tmp_path_factory: pytest.TempPathFactory, events: list[Event]
) -> None:
    lines = ["time_s,kind", *(f"{event.time_s!r},{event.kind}" for event in events)]
    read = read_events(write(tmp_path_factory.mktemp("events"), "\n".join(lines)))
    assert read == tuple(sorted(events, key=lambda event: event.time_s))


def test_marks_of_one_time_keep_their_order(tmp_path: Path) -> None:
    path = write(tmp_path, "time_s,kind\n30,baseline_end\n30,stimulus_start\n")
    assert [event.kind for event in read_events(path)] == ["baseline_end", "stimulus_start"]


@pytest.mark.parametrize(
    "text",
    [
        "time_s,kind\r\n2.5,felt\r\n",
        "kind,time_s\nfelt,2.5",
        "time_s, kind\n 2.5 , felt \n\n,\n",
        "time_s,kind,note\n2.5,felt,quite strong\n",
        '"time_s","kind"\n"2.5","felt"\n',
    ],
)
def test_harmless_variety_is_accepted(tmp_path: Path, text: str) -> None:
    assert read_events(write(tmp_path, text)) == (Event(2.5, "felt"),)


def test_a_byte_order_mark_is_accepted(tmp_path: Path) -> None:
    path = write(tmp_path, "time_s,kind\n2.5,felt\n", "utf-8-sig")
    assert read_events(path) == (Event(2.5, "felt"),)


def test_a_table_without_rows_holds_no_events(tmp_path: Path) -> None:
    assert read_events(write(tmp_path, "time_s,kind\n")) == ()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "has: nothing"),
        ("time,kind\n1,felt\n", "has: time, kind"),
        ("time_s;kind\n1;felt\n", "columns time_s and kind"),
        ("time_s,kind,time_s\n1,felt,2\n", "once each"),
        ("time_s,kind\n1,felt\nsoon,felt\n", "'soon' in line 3"),
        ("time_s,kind\n-1,felt\n", "'-1' in line 2"),
        ("time_s,kind\nnan,felt\n", "'nan' in line 2"),
        ("time_s,kind\ninf,felt\n", "'inf' in line 2"),
        ("time_s,kind\n1\n", "Line 2 .* 1 cells instead of 2"),
        ("time_s,kind\n1,5,felt\n", "3 cells instead of 2"),
        ("time_s,kind\n1,blushed\n", "'blushed' in line 2"),
    ],
)
def test_anything_else_is_refused_with_its_place_and_cure(
    tmp_path: Path, text: str, words: str
) -> None:
    with pytest.raises(InputError, match=words) as refusal:
        read_events(write(tmp_path, text))
    assert refusal.value.cure


def test_an_unknown_kind_is_answered_with_the_known_ones(tmp_path: Path) -> None:
    with pytest.raises(InputError) as refusal:
        read_events(write(tmp_path, "time_s,kind\n1,blushed\n"))
    assert all(kind in refusal.value.cure for kind in EVENT_KINDS)


def test_files_that_are_no_text_or_not_there_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="not a text table"):
        read_events(write(tmp_path, "time_s,kind\n1,caf\u00e9\n", "latin-1"))
    with pytest.raises(InputError, match="cannot be opened"):
        read_events(tmp_path / "none.csv")


def test_every_provocation_is_a_kind_of_event() -> None:
    assert set(EVENT_KINDS) > PROVOCATIONS
