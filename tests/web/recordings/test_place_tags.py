"""What a video says besides its pictures is found wherever it is, and nothing else is touched."""

from __future__ import annotations

import io
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.web.upload_client import small_video

from rubor.errors import UnreadableFileError
from rubor.web.recordings.place_tags import blanked_tags


def box(kind: bytes, *parts: bytes) -> bytes:
    body = b"".join(parts)
    return struct.pack(">I4s", 8 + len(body), kind) + body


def long_box(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I4sQ", 1, kind, 16 + len(body)) + body


def track(handler: bytes, *tables: bytes, tags: bytes = b"") -> bytes:
    handler_box = box(b"hdlr", bytes(8), handler, bytes(12))
    return box(b"trak", box(b"mdia", handler_box, box(b"minf", box(b"stbl", *tables))), tags)


def blanked(file: bytes) -> bytes:
    data = bytearray(file)
    for place, new in blanked_tags(io.BytesIO(file)):
        data[place : place + len(new)] = new
    assert len(data) == len(file)
    return bytes(data)


FTYP = box(b"ftyp", b"qt  ")
PICTURES = box(b"mdat", b"pictures")


@pytest.mark.parametrize(
    "tags",
    [
        box(b"moov", box(b"udta", box(b"\xa9xyz", b"SECRET"))),
        box(b"moov", box(b"meta", box(b"keys", b"SECRET"))),
        box(b"moov", track(b"vide", tags=box(b"udta", b"SECRET"))),
        box(b"uuid", bytes(16), b"SECRET"),
        box(b"moov", long_box(b"udta", b"SECRET")),
    ],
)
def test_tags_are_blanked_in_place(tags: bytes) -> None:
    file = FTYP + tags + PICTURES
    answer = blanked(file)
    assert b"SECRET" not in answer
    assert answer.startswith(FTYP)
    assert answer.endswith(PICTURES)
    assert blanked(answer) == answer


def test_a_track_of_positions_goes_with_its_samples() -> None:
    """Two chunks of positions between the pictures: two of three bytes, then one of four."""
    start = len(FTYP)
    mdat = box(b"mdat", b"pict", b"SECRET", b"ures", b"HERE", b"end.")
    offsets = (start + 8 + 4, start + 8 + 4 + 6 + 4)
    tables = (
        box(b"stsz", struct.pack(">6I", 0, 0, 3, 3, 3, 4)),
        box(b"stsc", struct.pack(">8I", 0, 2, 1, 2, 1, 2, 1, 1)),
        box(b"stco", struct.pack(">4I", 0, 2, *offsets)),
    )
    answer = blanked(FTYP + mdat + box(b"moov", track(b"meta", *tables), track(b"vide")))
    assert b"SECRET" not in answer and b"HERE" not in answer
    assert all(part in answer for part in (b"pict", b"ures", b"end.", b"vide"))
    assert b"meta" not in answer


def test_a_real_file_plays_as_before() -> None:
    import av

    video = small_video("+57.7000+011.9000/")
    answer = blanked(video)
    with av.open(io.BytesIO(video)) as before, av.open(io.BytesIO(answer)) as after:
        assert "location" in before.metadata
        assert "location" not in after.metadata
        pictures = [
            [frame.to_ndarray(format="rgb24").tobytes() for frame in one.decode(video=0)]
            for one in (before, after)
        ]
    assert pictures[0] == pictures[1]


@pytest.mark.parametrize("file", [b"", b"\x1aE\xdf\xa3webm", b"RIFF1234AVI ", b"\xff\xd8\xff"])
def test_files_of_other_families_are_left_alone(file: bytes) -> None:
    assert blanked_tags(io.BytesIO(file + bytes(50))) == []


def test_a_file_that_would_use_up_the_memory_is_refused() -> None:
    """Every chunk of its samples is said to be all of the file."""
    tables = (
        box(b"stsz", struct.pack(">3I", 0, 1_000_000, 0)),
        box(b"stsc", struct.pack(">5I", 0, 1, 1, 1, 1)),
        box(b"stco", struct.pack(">2I", 0, 1000), bytes(4000)),
    )
    file = FTYP + box(b"moov", track(b"meta", *tables)) + box(b"mdat", bytes(1_000_000))
    with pytest.raises(UnreadableFileError, match="more beside its pictures"):
        blanked_tags(io.BytesIO(file))


def test_boxes_within_boxes_without_end_break_nothing() -> None:
    file = b""
    for _ in range(5000):
        file = box(b"moov", file)
    assert blanked_tags(io.BytesIO(FTYP + file)) == []


@given(st.binary(max_size=200), st.integers(0, 400))
def test_damage_breaks_nothing(noise: bytes, place: int) -> None:
    whole = bytearray(
        FTYP
        + box(
            b"moov",
            track(
                b"meta", box(b"stsz", bytes(24)), box(b"stsc", bytes(20)), box(b"stco", bytes(12))
            ),
            box(b"udta", b"SECRET"),
        )
        + PICTURES
    )
    whole[place : place + len(noise)] = noise
    blanked(bytes(whole))
