"""A recording is written whole or not at all, and reads back as it was."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest

from rubor.errors import InputError
from rubor.measurement import Recording, recording_files, write_recording
from rubor.measurement.baseline import Baseline
from rubor.measurement.light_reference import LightReference
from rubor.measurement.recording import CELL_COLUMNS, SUMMARY_SCHEMA, TRACE_COLUMNS
from rubor.measurement.region_series import ColourSeries
from rubor.measurement.skin_reading import SkinReading
from rubor.measurement.tables import cell_chunks, trace_table
from rubor.vision.reference_face import REGIONS, reference_face

FRAMES = 40
CELLS = reference_face().cell_names[:6]


def colours(names: tuple[str, ...]) -> ColourSeries:
    rgb = np.random.default_rng(1).uniform(0.1, 0.4, (FRAMES, len(names), 3)).astype(np.float32)
    valid = np.ones(rgb.shape[:2], bool)
    valid[10:12] = False
    rgb[~valid] = np.nan
    return ColourSeries(names, rgb, valid, valid.astype(np.float32))


def recording(name: str = "blush.mp4") -> Recording:
    time_s = np.arange(FRAMES) / 15.0
    nothing = np.full(FRAMES, np.nan)
    light = LightReference("none", time_s, nothing, nothing, nothing, nothing, 0, False, "none")
    rest = Baseline(0.0, 1.0, "option", None)
    skin = SkinReading(48.0, 8.4, "declared", (0.5, 0.2), 0.05)
    summary = {
        "schema": SUMMARY_SCHEMA,
        "file": {"name": name, "sha256": "0" * 64},
        "video": {"duration_s": FRAMES / 15.0, "frames": FRAMES},
        "accepted": True,
        "quality": [],
        "mirrored": None,
        "versions": {"rubor": "0.0.0"},
    }
    return Recording(
        summary,
        trace_table(time_s, colours(REGIONS), rest, light, skin),
        lambda: cell_chunks(time_s, colours(CELLS), rest, light, skin),
    )


def names_in(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def test_a_recording_reads_back_as_it_was(tmp_path: Path) -> None:
    written = recording()
    write_recording(written, tmp_path / "out" / "blush")
    assert names_in(tmp_path / "out" / "blush") == {
        "traces.parquet", "cells.parquet", "summary.json",
    }  # fmt: skip
    back = Recording.load(tmp_path / "out" / "blush")
    assert back.summary == written.summary
    pd.testing.assert_frame_equal(back.traces, written.traces, check_categorical=False)
    pd.testing.assert_frame_equal(back.cells, written.cells, check_categorical=False)
    assert tuple(back.traces.columns) == TRACE_COLUMNS
    assert tuple(back.cells.columns) == CELL_COLUMNS


def test_the_files_in_memory_are_those_in_a_folder(tmp_path: Path) -> None:
    write_recording(recording(), tmp_path / "a")
    files = recording_files(recording())
    assert files == {path.name: path.read_bytes() for path in (tmp_path / "a").iterdir()}
    back, loaded = Recording.from_files(files), Recording.load(tmp_path / "a")
    assert back.summary == loaded.summary
    pd.testing.assert_frame_equal(back.traces, loaded.traces)
    pd.testing.assert_frame_equal(back.cells, loaded.cells)


def test_the_cells_in_memory_are_looked_up_when_asked_for() -> None:
    files = recording_files(recording())
    cells = files.pop("cells.parquet")
    back = Recording.from_files(files)
    pd.testing.assert_frame_equal(back.traces, recording().traces, check_categorical=False)
    files["cells.parquet"] = cells
    assert len(back.cells) == FRAMES * len(CELLS)


@pytest.mark.parametrize("name", ["summary.json", "traces.parquet"])
@pytest.mark.parametrize("data", [None, b"", b"[]", b"PAR1"])
def test_files_in_memory_that_are_no_recording_are_refused(name: str, data: bytes | None) -> None:
    files = recording_files(recording())
    if data is None:
        del files[name]
    else:
        files[name] = data
    with pytest.raises(InputError, match="does not hold a measured recording") as refusal:
        Recording.from_files(files)
    assert refusal.value.cure


def test_the_summary_is_plain_json(tmp_path: Path) -> None:
    write_recording(recording("Wangenröte.mp4"), tmp_path / "a")
    text = (tmp_path / "a" / "summary.json").read_text(encoding="utf-8")
    assert "Wangenröte.mp4" in text
    assert json.loads(text)["mirrored"] is None
    assert "NaN" not in text


def test_tables_name_their_units(tmp_path: Path) -> None:
    write_recording(recording(), tmp_path / "a")
    for name in ("traces.parquet", "cells.parquet"):
        schema = pq.read_schema(tmp_path / "a" / name)
        assert schema.metadata[b"rubor_version"] == b"0.0.0"
        for column in ("time_s", "erythema_index", "lab_l", "blood_change"):
            assert schema.field(column).metadata[b"unit"], column


def test_further_files_are_part_of_the_whole(tmp_path: Path) -> None:
    def add_report(folder: Path) -> None:
        assert "summary.json" in names_in(folder)
        (folder / "report.html").write_text("report", encoding="utf-8")

    write_recording(recording(), tmp_path / "a", extra=add_report)
    assert (tmp_path / "a" / "report.html").read_text(encoding="utf-8") == "report"


def test_nothing_half_written_is_left_when_a_part_fails(tmp_path: Path) -> None:
    def fail(folder: Path) -> None:
        (folder / "begun.html").touch()
        raise OSError("no space left on the disk")

    with pytest.raises(OSError, match="no space"):
        write_recording(recording(), tmp_path / "a", extra=fail)
    assert names_in(tmp_path) == set()


def test_an_earlier_result_stays_when_a_later_one_fails(tmp_path: Path) -> None:
    def fail(folder: Path) -> None:
        raise OSError("no space left on the disk")

    write_recording(recording("first.mp4"), tmp_path / "a")
    with pytest.raises(OSError, match="no space"):
        write_recording(recording("second.mp4"), tmp_path / "a", extra=fail)
    assert Recording.load(tmp_path / "a").name == "first.mp4"
    assert names_in(tmp_path) == {"a"}


def test_a_later_result_takes_the_place_of_an_earlier_one(tmp_path: Path) -> None:
    def add(folder: Path) -> None:
        (folder / "old.txt").touch()

    write_recording(recording("first.mp4"), tmp_path / "a", extra=add)
    write_recording(recording("second.mp4"), tmp_path / "a")
    assert Recording.load(tmp_path / "a").name == "second.mp4"
    assert "old.txt" not in names_in(tmp_path / "a")
    assert names_in(tmp_path) == {"a"}


def test_a_summary_that_is_not_json_is_not_written(tmp_path: Path) -> None:
    bad = recording()
    bad.summary["pulse_bpm"] = float("nan")
    with pytest.raises(ValueError, match="JSON"):
        write_recording(bad, tmp_path / "a")
    assert names_in(tmp_path) == set()


class TestLoading:
    def test_a_folder_that_is_no_recording_is_refused_in_words(self, tmp_path: Path) -> None:
        for folder in (tmp_path, tmp_path / "missing"):
            with pytest.raises(InputError) as caught:
                Recording.load(folder)
            assert caught.value.cure

    def test_a_recording_of_another_schema_is_refused(self, tmp_path: Path) -> None:
        other = recording()
        other.summary["schema"] = "rubor.summary/0"
        write_recording(other, tmp_path / "a")
        with pytest.raises(InputError, match="another version") as caught:
            Recording.load(tmp_path / "a")
        assert caught.value.cure

    @pytest.mark.parametrize("damage", ["", "{", "[]", "null"])
    def test_a_damaged_summary_is_refused_in_words(self, tmp_path: Path, damage: str) -> None:
        write_recording(recording(), tmp_path / "a")
        (tmp_path / "a" / "summary.json").write_text(damage, encoding="utf-8")
        with pytest.raises(InputError):
            Recording.load(tmp_path / "a")
