"""An upload in pieces: kept in order, never doubled, read as one file, and unreadable on disk."""

from __future__ import annotations

import errno
import io
import os
import shutil
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Barrier

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rubor.web.vault import ChunkConflictError, ChunkOrderError, SealedChunks, VaultError, new_key
from rubor.web.vault.sealed import OVERHEAD_BYTES

KEY = new_key()
THREE = [b"first " * 50, b"second " * 50, b"third " * 50]


def stored(folder: Path, parts: list[bytes], context: str = "recording 7") -> SealedChunks:
    chunks = SealedChunks(folder, KEY, context)
    for number, part in enumerate(parts):
        chunks.put(number, part)
    return chunks


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "uploads" / "7"


class TestReading:
    @settings(max_examples=30, deadline=None)
    @given(
        parts=st.lists(st.binary(max_size=200), max_size=9),
        steps=st.lists(
            st.tuples(st.sampled_from((0, 1, 2)), st.integers(0, 2000), st.integers(-1, 500)),
            max_size=25,
        ),
    )
    def test_any_split_reads_and_seeks_like_the_whole(
        self, parts: list[bytes], steps: list[tuple[int, int, int]]
    ) -> None:
        whole = io.BytesIO(b"".join(parts))
        length = len(whole.getvalue())
        with TemporaryDirectory() as place:
            chunks = stored(Path(place), parts)
            assert (chunks.count, chunks.size) == (len(parts), length)
            with chunks.open() as stream:
                assert stream.readable() and stream.seekable() and not stream.writable()
                assert stream.read() == whole.read()
                for whence, target, count in steps:
                    offset = target - (0, stream.tell(), length)[whence]
                    assert stream.seek(offset, whence) == whole.seek(target)
                    assert stream.read(count) == whole.read(count)
                    assert stream.tell() == whole.tell()

    def test_there_is_nothing_before_the_start(self, folder: Path) -> None:
        with stored(folder, THREE).open() as stream:
            for offset, whence in ((-1, 0), (-1, 1), (-2000, 2)):
                with pytest.raises(ValueError):
                    stream.seek(offset, whence)
            assert stream.read() == b"".join(THREE)

    def test_it_can_be_opened_many_times_at_once(self, folder: Path) -> None:
        chunks = stored(folder, THREE)
        with chunks.open() as one, chunks.open() as other:
            one.seek(310)
            assert other.read() == b"".join(THREE)
            assert one.read(7) == b"ond sec"

    def test_an_open_file_is_what_was_there_when_it_was_opened(self, folder: Path) -> None:
        chunks = stored(folder, THREE[:2])
        with chunks.open() as stream:
            chunks.put(2, THREE[2])
            assert stream.read() == THREE[0] + THREE[1]

    def test_a_closed_file_gives_nothing(self, folder: Path) -> None:
        stream = stored(folder, THREE).open()
        stream.close()
        with pytest.raises(ValueError):
            stream.read()

    def test_nothing_is_stored_and_no_folder_made_before_the_first_chunk(
        self, folder: Path
    ) -> None:
        chunks = SealedChunks(folder, KEY, "recording 7")
        assert (chunks.count, chunks.size, chunks.open().read()) == (0, 0, b"")
        assert not folder.exists()


class TestWriting:
    def test_the_same_chunk_may_come_again(self, folder: Path) -> None:
        chunks = stored(folder, THREE)
        before = {path: path.read_bytes() for path in folder.iterdir()}
        for number, part in enumerate(THREE):
            chunks.put(number, part)
        assert {path: path.read_bytes() for path in folder.iterdir()} == before

    @pytest.mark.parametrize("other", [b"", b"other", THREE[1] + b"!", THREE[0]])
    def test_other_bytes_under_a_stored_number_are_refused(
        self, folder: Path, other: bytes
    ) -> None:
        chunks = stored(folder, THREE)
        with pytest.raises(ChunkConflictError) as caught:
            chunks.put(1, other)
        assert caught.value.number == 1 and caught.value.cure
        assert chunks.open().read() == b"".join(THREE)

    @pytest.mark.parametrize("number", [-1, 2, 5, 1_000_000])
    def test_a_chunk_out_of_order_is_told_the_next(self, folder: Path, number: int) -> None:
        chunks = stored(folder, THREE[:1])
        with pytest.raises(ChunkOrderError) as caught:
            chunks.put(number, b"late")
        assert (caught.value.number, caught.value.expected) == (number, 1)
        assert chunks.count == 1

    def test_an_upload_goes_on_after_a_restart(self, folder: Path) -> None:
        stored(folder, THREE[:2])
        again = SealedChunks(folder, KEY, "recording 7")
        assert again.count == 2
        again.put(2, THREE[2])
        assert again.open().read() == b"".join(THREE)

    def test_two_tabs_sending_the_same_upload_store_it_once(self, folder: Path) -> None:
        parts = [bytes([number]) * 3000 for number in range(20)]
        start = Barrier(4)

        def send() -> None:
            chunks = SealedChunks(folder, KEY, "recording 7")
            start.wait()
            for number, part in enumerate(parts):
                chunks.put(number, part)

        with ThreadPoolExecutor(4) as pool:
            for sent in [pool.submit(send) for _ in range(4)]:
                sent.result()
        assert SealedChunks(folder, KEY, "recording 7").open().read() == b"".join(parts)
        assert len(list(folder.iterdir())) == len(parts)

    def test_of_two_tabs_sending_different_chunks_one_wins(self, folder: Path) -> None:
        for number in range(10):
            start = Barrier(2)

            def send(part: bytes, number: int = number, start: Barrier = start) -> bytes | None:
                chunks = SealedChunks(folder, KEY, "recording 7")
                start.wait()
                try:
                    chunks.put(number, part)
                except ChunkConflictError:
                    return None
                return part

            with ThreadPoolExecutor(2) as pool:
                kept = [part for part in pool.map(send, (b"a" * 500, b"b" * 500)) if part]
            assert len(kept) == 1
            assert SealedChunks(folder, KEY, "recording 7").open().read()[-500:] == kept[0]


@contextmanager
def no_file_longer_than(size: int) -> Iterator[None]:
    """The system refuses a longer file in mid-write, as it does on a full disk."""
    resource = pytest.importorskip("resource")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


class TestFaults:
    def test_a_write_that_the_disk_refuses_leaves_nothing(self, folder: Path) -> None:
        chunks = stored(folder, THREE[:1])
        before = set(folder.iterdir())
        with no_file_longer_than(5000), pytest.raises(OSError) as caught:
            chunks.put(1, os.urandom(100_000))
        assert caught.value.errno in (errno.EFBIG, errno.ENOSPC)
        assert set(folder.iterdir()) == before
        assert chunks.count == 1
        chunks.put(1, THREE[1])
        assert chunks.open().read() == THREE[0] + THREE[1]

    def test_what_an_interrupted_write_left_is_removed_when_next_opened(self, folder: Path) -> None:
        stored(folder, THREE)
        left = folder / f".000003.sealed-{'0a' * 8}.part"
        left.write_bytes(b"half a chu")
        assert SealedChunks(folder, KEY, "recording 7").count == 3
        assert left.exists(), "it may be of a write that is going on"
        an_hour_ago = time.time() - 3600
        os.utime(left, (an_hour_ago, an_hour_ago))
        again = SealedChunks(folder, KEY, "recording 7")
        assert not left.exists()
        assert again.open().read() == b"".join(THREE)

    @pytest.mark.parametrize("first", [0, 1])
    def test_exchanged_chunks_are_noticed(self, folder: Path, first: int) -> None:
        chunks = stored(folder, [b"a" * 50, b"b" * 50, b"c" * 50])
        one, other = (folder / f"{number:06d}.sealed" for number in (first, first + 1))
        one_bytes, other_bytes = one.read_bytes(), other.read_bytes()
        one.write_bytes(other_bytes)
        other.write_bytes(one_bytes)
        with pytest.raises(VaultError):
            chunks.open().read()

    def test_a_chunk_of_another_file_of_the_same_key_is_noticed(self, tmp_path: Path) -> None:
        chunks = stored(tmp_path / "a", THREE)
        stored(tmp_path / "b", THREE, context="recording 8")
        shutil.copy(tmp_path / "b" / "000001.sealed", tmp_path / "a" / "000001.sealed")
        with pytest.raises(VaultError):
            chunks.open().read()

    @settings(max_examples=40, deadline=None)
    @given(data=st.data())
    def test_any_changed_bit_on_disk_is_noticed(self, data: st.DataObject) -> None:
        with TemporaryDirectory() as place:
            chunks = stored(Path(place), [b"abc", b"", b"defg"])
            path = data.draw(st.sampled_from(sorted(Path(place).iterdir())))
            sealed = bytearray(path.read_bytes())
            bit = data.draw(st.integers(0, 8 * len(sealed) - 1))
            sealed[bit // 8] ^= 1 << bit % 8
            path.write_bytes(sealed)
            number = int(path.name.split(".")[0])
            with pytest.raises(VaultError):
                chunks.put(number, [b"abc", b"", b"defg"][number])
            if number != 1:  # an empty chunk has nothing to read
                with pytest.raises(VaultError):
                    chunks.open().read()

    def test_a_missing_chunk_is_noticed(self, folder: Path) -> None:
        chunks = stored(folder, THREE)
        stream = chunks.open()
        (folder / "000001.sealed").unlink()
        with pytest.raises(VaultError, match="Part 1"):
            stream.read()
        for look in (lambda: chunks.count, lambda: chunks.size, chunks.open):
            with pytest.raises(VaultError, match="Part 1"):
                look()

    def test_a_chunk_that_is_cut_off_is_noticed(self, folder: Path) -> None:
        chunks = stored(folder, THREE)
        path = folder / "000002.sealed"
        os.truncate(path, path.stat().st_size - 1)
        with pytest.raises(VaultError):
            chunks.open().read()
        os.truncate(path, OVERHEAD_BYTES - 1)
        with pytest.raises(VaultError, match="cut off"):
            chunks.open()


class TestSecrecy:
    def test_plain_bytes_are_nowhere_on_disk_and_unreadable_without_the_key(
        self, folder: Path
    ) -> None:
        pattern = os.urandom(64)
        chunks = stored(folder, [pattern * 40, b"x" + pattern * 40])
        assert chunks.open().read().count(pattern) == 80
        on_disk = b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())
        assert len(on_disk) > 80 * 64
        assert not any(pattern[at : at + 8] in on_disk for at in range(57))
        with pytest.raises(VaultError):
            SealedChunks(folder, new_key(), "recording 7").open().read()

    @pytest.mark.skipif(os.name == "nt", reason="these bits say nothing on Windows")
    def test_only_the_owner_can_read_the_files(self, folder: Path) -> None:
        stored(folder, THREE)
        for path in (folder, *folder.iterdir()):
            assert path.stat().st_mode & 0o077 == 0

    def test_deleting_leaves_nothing_and_may_be_done_again(self, folder: Path) -> None:
        chunks = stored(folder, THREE)
        chunks.delete()
        assert list(folder.parent.iterdir()) == []
        chunks.delete()
        assert chunks.count == 0


def test_bytes_can_be_put_in_the_place_of_others_for_good(tmp_path: Path) -> None:
    chunks = SealedChunks(tmp_path / "upload", new_key(), "recording")
    for number, piece in enumerate((b"at 57.7 ", b"north, 11.9 ", b"east")):
        chunks.put(number, piece)
    changes = [(3, b"0000 nor"), (15, b"0000")]
    chunks.overwrite(changes)
    chunks.overwrite(changes)
    assert chunks.open().read() == b"at 0000 north, 0000 east"
    with pytest.raises(ValueError, match="within the file"):
        chunks.overwrite([(20, b"beyond the end")])
