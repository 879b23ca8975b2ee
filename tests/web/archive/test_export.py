"""Everything of a person, taken out as one zip that other programs can read."""

from __future__ import annotations

import io
import json
import tracemalloc
import zipfile
from datetime import UTC, date, datetime
from importlib.resources import files
from pathlib import Path, PurePosixPath

import jsonschema
import pandas as pd
from django.conf import settings
from django.test import Client
from tests.web.archive.archive_client import document_of, taken_out
from tests.web.archive.conftest import Export
from tests.web.hand_in import handed_in
from tests.web.make_recording import measured_recording
from tests.web.upload_client import small_video

from rubor.measurement import Recording as Measured
from rubor.web.archive.zip_stream import Member, Written, pieces_of, zip_stream
from rubor.web.people.models import Person
from rubor.web.recordings.storage import load_measured, video_chunks


def unpacked(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


def test_the_document_fits_its_schema_and_holds_everything(whole: Export) -> None:
    document, inside = document_of(whole.data), unpacked(whole.data)
    schema = json.loads(
        (files("rubor.web.archive") / "schemas" / "export.schema.json").read_text(encoding="utf-8")
    )
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(document, schema)
    counts = {name: len(value) for name, value in document.items() if isinstance(value, list)}
    assert counts.pop("files") == len(inside) - 1
    assert counts == {
        "recordings": 7,
        "trials": 1,
        "treatments": 1,
        "smile_checks": 0,
        "diary": 2,
        "answer_sheets": 1,
        "left_out": 0,
    }
    (said,), (trial,) = document["trials"], whole.rows["trials"]
    for name in ("document", "verdict", "looks", "version"):
        assert said[name] == trial[name]
    assert len(said["sessions"]) == 6


def test_no_key_is_taken_out(whole: Export) -> None:
    for data in unpacked(whole.data).values():
        for key in whole.keys:
            assert key not in data and key.hex().encode() not in data


def test_a_recording_is_a_folder_that_the_library_reads(browser: Client, person: Person) -> None:
    row = measured_recording(person, day=date(2025, 1, 6))
    data = taken_out(browser)
    (said,) = document_of(data)["recordings"]
    own = {
        PurePosixPath(name).name: one
        for name, one in unpacked(data).items()
        if name.startswith(f"{said['folder']}/")
    }
    read, stored = Measured.from_files(own), load_measured(row)
    assert read.summary == stored.summary
    pd.testing.assert_frame_equal(read.traces, stored.traces)
    pd.testing.assert_frame_equal(read.cells, stored.cells)
    assert json.loads(own["episodes.json"]) == row.episodes
    assert own["events.csv"].decode().splitlines()[:2] == ["time_s,kind", "0.5,baseline_start"]


def test_a_video_is_in_it_where_it_was_kept_and_wanted(browser: Client, person: Person) -> None:
    handed_in(person, small_video(), name="kitchen.mp4", state="failed")
    data = unpacked(taken_out(browser))
    (video,) = (name for name in data if "video." in name)
    assert video.endswith("/video.mp4")
    assert data[video] == small_video()
    without = taken_out(browser, videos=False)
    assert not any("video." in name for name in unpacked(without))
    (said,) = document_of(without)["recordings"]
    assert (said["video"], said["video_there"]) == (None, False)


def test_the_tables_are_flat_and_explained(whole: Export) -> None:
    inside = unpacked(whole.data)
    readme = inside["README.txt"].decode()
    lengths = {"recordings": 7, "marks": 31, "diary": 2, "treatments": 1, "trial_responses": 12}
    for name, length in lengths.items():
        table = pd.read_csv(io.BytesIO(inside[f"tables/{name}.csv"]))
        packed = pd.read_parquet(io.BytesIO(inside[f"tables/{name}.parquet"]))
        assert len(table) == len(packed) == length
        assert list(table.columns) == list(packed.columns)
        for column in table.columns:
            assert f"\n  {column} " in readme
    recordings = pd.read_csv(io.BytesIO(inside["tables/recordings.csv"]))
    assert recordings["response_left"].notna().sum() == 6
    assert (recordings["response_left_sd"].dropna() > 0).all()
    treatments = pd.read_csv(io.BytesIO(inside["tables/treatments.csv"]))
    assert treatments["note"][0] == "Å, ö and “quotes”, with a comma"
    responses = pd.read_csv(io.BytesIO(inside["tables/trial_responses.csv"]))
    assert set(responses["recording"]) <= set(recordings["recording"])


def test_names_come_from_no_file_name(browser: Client, person: Person) -> None:
    handed_in(person, small_video(), name="..\\..\\boot.ini/…; rm -rf.EXE~1", state="failed")
    names = set(unpacked(taken_out(browser)))
    assert [name.rpartition("/")[2] for name in names if "video" in name] == ["video.bin"]
    assert not any(".." in name or name.startswith("/") or "\\" in name for name in names)


def test_what_cannot_be_read_is_named_and_does_not_end_the_rest(
    browser: Client, person: Person
) -> None:
    broken = measured_recording(person, day=date(2025, 1, 6))
    whole = measured_recording(person, day=date(2025, 1, 9))
    path = Path(settings.RUBOR_DATA) / "recordings" / str(broken.pk) / "results"
    (path / "traces.parquet.sealed").write_bytes(b"rot")
    document = document_of(taken_out(browser))
    assert [one["path"].rpartition("/")[2] for one in document["left_out"]] == ["traces.parquet"]
    assert "unsealed" in document["left_out"][0]["reason"]
    assert {one["id"] for one in document["recordings"]} == {str(broken.pk), str(whole.pk)}


def test_another_persons_data_is_not_in_it(
    browser: Client, person: Person, other_person: Person
) -> None:
    handed_in(
        other_person, small_video(), state="failed", title="TheirTitle", marks=((0.5, "felt"),)
    )
    other_person.entries.create(kind="note", on=date(2025, 1, 6), note="TheirNote")
    other_person.treatments.create(kind="ipl", treated_on=date(2025, 1, 6))
    other_person.trials.create(document={})
    inside = unpacked(taken_out(browser))
    assert not any(b"Their" in data for data in inside.values())
    document = json.loads(inside["rubor-export.json"])
    assert not any(document[name] for name in ("recordings", "trials", "treatments", "diary"))
    assert len(pd.read_csv(io.BytesIO(inside["tables/marks.csv"]))) == 0


def test_a_long_video_is_never_in_memory_nor_on_the_disk(person: Person, tmp_path: Path) -> None:
    """80 MB of it pass through, and no more than some megabytes are held at any time."""
    row = handed_in(person, b"")
    chunks = video_chunks(row)
    for number in range(20):
        chunks.put(number, bytes([number]) * 4 * 1024 * 1024)
    members = [Member("video.mp4", lambda: pieces_of(chunks.open()), packed=False)]
    written: list[Written] = []
    tracemalloc.start()
    total = sum(
        len(piece) for piece in zip_stream(members, datetime(2025, 1, 6, tzinfo=UTC), written)
    )
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert total > written[0].bytes == 20 * 4 * 1024 * 1024
    assert peak < 40e6


def test_the_page_says_that_it_is_not_sealed(browser: Client, person: Person) -> None:
    page = browser.get("/data/export/").text
    assert "not sealed" in page
    assert browser.get("/data/").status_code == browser.get("/data/sizes/").status_code == 200
    answer = browser.get("/data/export/download/")
    assert answer.headers["Content-Disposition"].startswith('attachment; filename="rubor-export-2')
    assert answer.headers["Cache-Control"] == "no-store"
