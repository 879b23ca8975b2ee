"""A zip that is not what Rubor gave is refused with its cause and its cure, and nothing is written."""

from __future__ import annotations

import hashlib
import io
import json
import struct
import zipfile
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from tests.web.archive.archive_client import (
    document_of,
    hand_in,
    packed_anew,
    taken_out,
    work,
)
from tests.web.archive.conftest import Export
from tests.web.hand_in import handed_in
from tests.web.upload_client import small_video

from rubor.errors import RuborError
from rubor.web.archive.models import IncomingExport
from rubor.web.people.models import Person
from rubor.web.recordings.models import Recording
from rubor.web.recordings.storage import destroy

Document = dict[str, Any]


@pytest.fixture
def simple(browser: Client, person: Person) -> bytes:
    """An export without anything that was measured; the person is as they were."""
    recording = handed_in(person, small_video(), state="failed", marks=((0.5, "felt"),))
    person.entries.create(kind="note", on=date(2025, 1, 6), note="one")
    person.treatments.create(kind="ipl", treated_on=date(2025, 1, 6))
    data = taken_out(browser)
    destroy(recording)
    person.entries.all().delete()
    person.treatments.all().delete()
    return data


def with_document(data: bytes, change: Callable[[Document], object]) -> bytes:
    document = document_of(data)
    change(document)
    return packed_anew(data, {"rubor-export.json": json.dumps(document).encode()})


def zip_with(name: str, content: bytes = b"x", packed: int = zipfile.ZIP_STORED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        info = zipfile.ZipInfo("placeholder")
        info.filename = name
        archive.writestr(info, content, packed)
    return out.getvalue()


def refused(browser: Client, data: bytes) -> str:
    """Why the file was refused when it had arrived; nothing of it may be left."""
    answer = hand_in(browser, data)
    assert answer.status_code == 400, answer.content
    said = answer.json()
    assert said["cure"]
    assert not IncomingExport.objects.exists()
    return str(said["message"])


@pytest.mark.parametrize("size", [1, 1000, 20_000])
def test_a_file_that_is_cut_off(browser: Client, simple: bytes, size: int) -> None:
    assert "no whole zip" in refused(browser, simple[:-size])


def test_a_file_that_is_no_zip(browser: Client) -> None:
    assert "no whole zip" in refused(browser, small_video())


def test_a_zip_of_something_else(browser: Client) -> None:
    assert "no export of Rubor" in refused(browser, zip_with("holiday.jpg"))


@pytest.mark.parametrize(
    "name",
    [
        "../evil.txt",
        "recordings/../../evil.txt",
        "/etc/passwd",
        "C:\\evil.txt",
        "C:evil.txt",
        "a\\..\\evil.txt",
        "a/\u202eevil",
        "a//b",
    ],
)
def test_a_name_that_leads_out_of_the_folder(browser: Client, name: str) -> None:
    assert "leads out of its folder" in refused(browser, zip_with(name))


def test_the_same_name_twice(browser: Client, simple: bytes) -> None:
    out = io.BytesIO(simple)
    with zipfile.ZipFile(out, "a") as archive, pytest.warns(UserWarning, match="Duplicate"):
        archive.writestr("rubor-export.json", b"{}")
    assert "leads out of its folder" in refused(browser, out.getvalue())


def test_a_file_that_unpacks_to_far_more(browser: Client) -> None:
    bomb = zip_with("rubor-export.json", b"\0" * 30_000_000, zipfile.ZIP_DEFLATED)
    assert len(bomb) < 50_000
    assert "far more than it is" in refused(browser, bomb)


def test_a_size_that_is_not_true(browser: Client, simple: bytes) -> None:
    """The list at the end of the zip says that the document is ten bytes long."""
    place = simple.rindex(b"PK\x01\x02")
    assert simple[place:].startswith(b"PK\x01\x02") and b"rubor-export.json" in simple[place:]
    lied = simple[: place + 24] + struct.pack("<L", 10) + simple[place + 28 :]
    assert "damaged" in refused(browser, lied)


def test_another_version(browser: Client, simple: bytes) -> None:
    newer = with_document(simple, lambda document: document.update(schema="rubor.export/2"))
    assert "another version of Rubor (rubor.export/2" in refused(browser, newer)


@pytest.mark.parametrize(
    "change",
    [
        lambda document: document.pop("diary"),
        lambda document: document.update(more=1),
        lambda document: document["person"].update(name="x" * 81),
        lambda document: document["person"].update(id="../../x"),
        lambda document: document["recordings"][0].update(folder="recordings/../x"),
        lambda document: document["recordings"][0].update(video="../x.mp4"),
        lambda document: document["recordings"][0].update(state="receiving"),
        lambda document: document["recordings"].append(document["recordings"][0]),
        lambda document: document["diary"][0].update(
            treatment="0" * 8 + "-0000-4000-8000-" + "0" * 12
        ),
        lambda document: document["diary"][0].update(redness=70_000),
        lambda document: document["diary"][0].update(note="half a sign: \ud800"),
        lambda document: document["recordings"][0]["camera_settings"].update(label="\0"),
        lambda document: document["files"][0].update(path="/etc/passwd"),
        lambda document: document["files"][0].update(bytes=1),
        lambda document: document["files"].append(
            {"path": "tables/none.csv", "bytes": 1, "sha256": "0" * 64}
        ),
    ],
)
def test_a_document_that_was_changed(
    browser: Client, simple: bytes, change: Callable[[Document], object]
) -> None:
    assert "damaged or was changed" in refused(browser, with_document(simple, change))


def test_a_document_that_is_no_json(browser: Client, simple: bytes) -> None:
    for content in (b"{", b"\xff\xfe", b"[" * 100_000, b'{"schema": NaN}'):
        assert "damaged" in refused(browser, packed_anew(simple, {"rubor-export.json": content}))


def broken(browser: Client, data: bytes, data_folder: Path) -> str:
    """Why the work failed; it must have written nothing."""
    assert hand_in(browser, data).status_code == 200
    incoming = IncomingExport.objects.get()
    browser.post(f"/data/import/{incoming.pk}/start/", {"into": "present"})
    with pytest.raises(RuborError) as refusal:
        work()
    assert refusal.value.cure
    assert not Recording.objects.exists()
    for name in ("recordings", f"imports/{incoming.pk}"):
        folder = data_folder / name
        assert not folder.exists() or {one.name for one in folder.iterdir()} <= {"zip"}
    return refusal.value.message


def member(document: Document, ending: str) -> str:
    return next(one["path"] for one in document["files"] if one["path"].endswith(ending))


def with_sum(data: bytes, path: str, content: bytes) -> bytes:
    """The zip with other bytes in a file, and the sum of these in its list."""

    def change(document: Document) -> None:
        (said,) = (one for one in document["files"] if one["path"] == path)
        said.update(bytes=len(content), sha256=hashlib.sha256(content).hexdigest())

    return with_document(packed_anew(data, {path: content}), change)


def test_a_video_whose_bytes_were_changed(
    browser: Client, simple: bytes, data_folder: Path
) -> None:
    path = member(document_of(simple), "video.mp4")
    changed = small_video()[:-1] + b"\0"
    assert path in broken(browser, packed_anew(simple, {path: changed}), data_folder)


def test_a_video_that_is_none(browser: Client, simple: bytes, data_folder: Path) -> None:
    path = member(document_of(simple), "video.mp4")
    broken(browser, with_sum(simple, path, b"MZ" * 5000), data_folder)


@pytest.mark.parametrize("ending", ["traces.parquet", "cells.parquet", "summary.json"])
def test_something_measured_that_is_none(
    browser: Client, person: Person, small: Export, data_folder: Path, ending: str
) -> None:
    path = member(document_of(small.data), ending)
    message = broken(browser, with_sum(small.data, path, b"PAR1 nothing PAR1"), data_folder)
    assert "damaged" in message


def test_a_trial_that_contradicts_itself(
    browser: Client, person: Person, small: Export, data_folder: Path
) -> None:
    changed = with_document(
        small.data, lambda document: document["trials"][0]["document"].update(design="guess")
    )
    assert "trials[0]" in broken(browser, changed, data_folder)


def test_an_answer_to_no_question(browser: Client, small: Export, data_folder: Path) -> None:
    changed = with_document(
        small.data, lambda document: document["answer_sheets"][0]["answers"].update(colour="red")
    )
    assert "no question 'colour'" in broken(browser, changed, data_folder)


def test_marks_that_do_not_exist(browser: Client, simple: bytes, data_folder: Path) -> None:
    changed = with_document(
        simple, lambda document: document["recordings"][0]["marks"][0].update(kind="<b>")
    )
    assert "marks" in broken(browser, changed, data_folder)


def test_a_file_that_is_too_large_or_of_no_size(browser: Client) -> None:
    for size in (0, -1, 65 * 1024**3, "many", None):
        said = {"file_name": "x.zip", "bytes": size, "fingerprint": "a" * 64}
        answer = browser.post(
            "/data/import/begin/", json.dumps(said), content_type="application/json"
        )
        assert answer.status_code == 400
        assert answer.json()["cure"]
