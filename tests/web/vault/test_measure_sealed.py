"""A sealed upload is measured as its plain file is, and its results are kept sealed too."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

import rubor
from rubor.measurement import Recording, recording_files
from rubor.vision.media_file import MediaFile
from rubor.web.vault import SealedChunks, SealedFiles, VaultError, new_key

KEY = new_key()


@pytest.fixture
def plain(shared: Path) -> Path:
    return shared / "videos" / "single_face.mp4"


@pytest.fixture
def sealed(plain: Path, tmp_path: Path) -> SealedChunks:
    chunks = SealedChunks(tmp_path / "upload", KEY, "recording 7")
    data = plain.read_bytes()
    for number, start in enumerate(range(0, len(data), 50_000)):
        chunks.put(number, data[start : start + 50_000])
    assert chunks.count > 3
    return chunks


def test_it_is_measured_as_the_plain_file_and_read_back(
    plain: Path, sealed: SealedChunks, tmp_path: Path
) -> None:
    measured = rubor.measure(MediaFile(plain.name, sealed.open), mirrored=False)
    expected = rubor.measure(plain, mirrored=False)
    pd.testing.assert_frame_equal(measured.traces, expected.traces, check_exact=True)
    pd.testing.assert_frame_equal(measured.cells, expected.cells, check_exact=True)
    assert measured.summary == expected.summary

    results = SealedFiles(tmp_path / "results", KEY, "recording 7")
    for name, data in recording_files(measured).items():
        results.write(name, data)
    back = Recording.from_files({name: results.read(name) for name in results.names()})
    assert back.summary == expected.summary
    pd.testing.assert_frame_equal(back.traces, expected.traces, check_categorical=False)
    on_disk = b"".join(path.read_bytes() for path in tmp_path.rglob("*.sealed"))
    assert b"PAR1" not in on_disk and b"ftyp" not in on_disk and b"erythema" not in on_disk


@pytest.mark.parametrize("number", [0, 2, -1])
def test_one_that_was_tampered_with_is_refused(
    plain: Path, sealed: SealedChunks, number: int
) -> None:
    path = sorted(sealed.folder.iterdir())[number]
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)
    with pytest.raises(VaultError):
        rubor.measure(MediaFile(plain.name, sealed.open))
