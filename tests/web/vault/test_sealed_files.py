"""Small sealed files: replaced whole, told apart by name, unreadable on disk."""

from __future__ import annotations

import os
import shutil
import time
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rubor.web.vault import SealedFiles, VaultError, new_key

KEY = new_key()
NAMES = st.from_regex(r"[a-z0-9][a-z0-9._-]{0,20}", fullmatch=True)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "results" / "7"


@settings(max_examples=15, deadline=None)
@given(contents=st.dictionaries(NAMES, st.binary(max_size=300), max_size=5))
def test_files_read_back_as_they_were(contents: dict[str, bytes]) -> None:
    with TemporaryDirectory() as place:
        files = SealedFiles(Path(place, "results"), KEY, "recording 7")
        for name, data in contents.items():
            files.write(name, data)
        again = SealedFiles(Path(place, "results"), KEY, "recording 7")
        assert again.names() == tuple(sorted(contents))
        assert {name: again.read(name) for name in again.names()} == contents


def test_a_file_is_replaced(folder: Path) -> None:
    files = SealedFiles(folder, KEY, "recording 7")
    files.write("summary.json", b"first, and longer")
    files.write("summary.json", b"second")
    assert files.read("summary.json") == b"second"
    assert len(list(folder.iterdir())) == 1


@pytest.mark.parametrize(
    "name",
    ["", ".", "..", "../key", "a/b", "a\\b", "/etc/passwd", ".hidden", "Summary.json", "a b",
     "summary.json\n", "ä", "a" * 101, "a\0"],
)  # fmt: skip
def test_names_that_could_lead_elsewhere_are_refused(folder: Path, name: str) -> None:
    files = SealedFiles(folder, KEY, "recording 7")
    with pytest.raises(ValueError):
        files.write(name, b"")
    with pytest.raises(ValueError):
        files.read(name)
    assert not folder.exists()


def test_a_missing_file_is_said_to_be_missing(folder: Path) -> None:
    files = SealedFiles(folder, KEY, "recording 7")
    assert files.names() == ()
    with pytest.raises(FileNotFoundError):
        files.read("summary.json")


def test_a_file_under_another_name_context_or_key_is_noticed(folder: Path) -> None:
    files = SealedFiles(folder, KEY, "recording 7")
    files.write("a.json", b"{}")
    shutil.copy(folder / "a.json.sealed", folder / "b.json.sealed")
    for reader, name in (
        (files, "b.json"),
        (SealedFiles(folder, KEY, "recording 8"), "a.json"),
        (SealedFiles(folder, new_key(), "recording 7"), "a.json"),
    ):
        with pytest.raises(VaultError):
            reader.read(name)
    assert files.read("a.json") == b"{}"


def test_plain_bytes_are_nowhere_on_disk(folder: Path) -> None:
    pattern = os.urandom(64)
    SealedFiles(folder, KEY, "recording 7").write("traces.parquet", pattern * 50)
    on_disk = b"".join(path.read_bytes() for path in folder.iterdir())
    assert not any(pattern[at : at + 8] in on_disk for at in range(57))


def test_what_an_interrupted_write_left_is_no_file_and_is_removed(folder: Path) -> None:
    files = SealedFiles(folder, KEY, "recording 7")
    files.write("a.json", b"{}")
    left = folder / f".a.json.sealed-{'0a' * 8}.part"
    left.write_bytes(b"half")
    assert files.names() == ("a.json",)
    an_hour_ago = time.time() - 3600
    os.utime(left, (an_hour_ago, an_hour_ago))
    assert SealedFiles(folder, KEY, "recording 7").read("a.json") == b"{}"
    assert not left.exists()


def test_deleting_leaves_nothing_and_may_be_done_again(folder: Path) -> None:
    files = SealedFiles(folder, KEY, "recording 7")
    files.write("a.json", b"{}")
    files.delete()
    assert list(folder.parent.iterdir()) == []
    files.delete()
    assert files.names() == ()
