"""What was taken out can be brought in elsewhere, once, and whole or not at all."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from django.test import Client
from tests.web.archive.archive_client import (
    bring_in,
    document_of,
    hand_in,
    packed_anew,
    taken_out,
    work,
)
from tests.web.archive.conftest import Export
from tests.web.hand_in import handed_in
from tests.web.upload_client import small_video

from rubor.trials.trial_answer import answer_trial
from rubor.web.archive import import_job
from rubor.web.archive.models import IncomingExport
from rubor.web.jobs.claim import LeaseLostError, claim
from rubor.web.jobs.models import Job
from rubor.web.people.models import Person
from rubor.web.recordings.models import Recording
from rubor.web.recordings.storage import destroy, load_measured, video_chunks
from rubor.web.treatments.models import Treatment
from rubor.web.trials.models import TrialRecording
from rubor.web.trials.store import load

TABLES = ("recordings", "trials", "treatments", "smile_checks", "diary", "answer_sheets")


def test_a_new_person_is_the_same_in_everything(browser: Client, whole: Export) -> None:
    job = bring_in(browser, whole.data, "new")
    assert job.state == "done" and job.result is not None
    browser.post("/person/", {"person": job.result["person"]})
    before, after = document_of(whole.data), document_of(taken_out(browser))
    for document in (before, after):
        del document["exported_at"]
    assert before == after  # sums of all files among it


def test_traces_marks_and_verdict_are_the_same(
    browser: Client, person: Person, whole: Export
) -> None:
    document = document_of(whole.data)
    bring_in(browser, whole.data)
    assert person.recordings.count() == 7
    for said in document["recordings"]:
        row = person.recordings.get(recorded_at=datetime.fromisoformat(said["recorded_at"]))
        marks = [(one["time_s"], one["kind"]) for one in said["marks"]]
        assert list(row.marks.values_list("time_s", "kind")) == marks
        assert row.response == said["response"]
        if said["state"] == "measured":
            measured = load_measured(row)
            assert measured.summary == row.summary
            assert not measured.traces.empty and not measured.cells.empty
            assert browser.get(f"/recordings/{row.pk}/curves.json").status_code == 200
        else:
            assert video_chunks(row).open().read() == small_video()
    trial = person.trials.get()
    looked_at = datetime.fromisoformat(trial.looks[-1]["at"])
    recomputed = answer_trial(load(trial), looked_at).verdict.to_json()
    assert recomputed == trial.verdict == document["trials"][0]["verdict"]
    links = TrialRecording.objects.filter(trial=trial, recording__person=person)
    assert {link.session for link in links} == {one.name for one in load(trial).sessions}
    treatment = person.treatments.get()
    assert treatment.trial == trial
    assert person.entries.get(kind="side effect").treatment == treatment
    keys = {bytes(key) for key in Recording.objects.values_list("sealed_key", flat=True)}
    assert len(keys) == 7
    assert not keys & set(whole.keys)


def test_the_same_again_doubles_nothing(browser: Client, person: Person, small: Export) -> None:
    bring_in(browser, small.data)
    page = hand_in(browser, small.data).json()["page"]
    assert "2 of these recordings are here already" in browser.get(page).text
    job = bring_in(browser, small.data)
    assert job.result is not None
    assert not any(job.result["added"].values())
    assert job.result["here"] == {name: len(document_of(small.data)[name]) for name in TABLES}
    assert person.recordings.count() == 2
    assert Treatment.objects.count() == 1
    assert "Nothing was new" in browser.get("/data/import/").text


def test_only_what_was_deleted_comes_back(browser: Client, person: Person, small: Export) -> None:
    bring_in(browser, small.data)
    first = person.recordings.get(state="measured")
    browser.post(f"/recordings/{first.pk}/delete/")
    job = bring_in(browser, small.data)
    assert job.result is not None and job.result["added"]["recordings"] == 1
    back = person.recordings.get(state="measured")
    assert back.trial_sessions.count() == 1
    assert load_measured(back).summary == first.summary


def test_what_comes_back_from_elsewhere_is_known_by_its_video(
    browser: Client, person: Person, small: Export
) -> None:
    bring_in(browser, small.data)
    text = json.dumps(document_of(small.data))
    for number, said in enumerate(document_of(small.data)["recordings"]):
        text = text.replace(said["id"], f"00000000-0000-4000-8000-{number:012d}")
    job = bring_in(browser, packed_anew(small.data, {"rubor-export.json": text.encode()}))
    assert job.result is not None and job.result["here"]["recordings"] == 2
    assert person.recordings.count() == 2


def test_a_copy_beside_the_original_has_ids_of_its_own(
    browser: Client, person: Person, other_person: Person, small: Export
) -> None:
    bring_in(browser, small.data)
    browser.post("/person/", {"person": str(other_person.pk)})
    bring_in(browser, small.data)
    assert person.recordings.count() == other_person.recordings.count() == 2
    assert person.trials.get().recordings.count() == other_person.trials.get().recordings.count()
    again = bring_in(browser, small.data)
    assert again.result is not None and not any(again.result["added"].values())
    own, copy = (one.recordings.get(state="measured") for one in (person, other_person))
    pd.testing.assert_frame_equal(load_measured(own).traces, load_measured(copy).traces)


def test_a_person_who_is_here_is_not_made_twice(browser: Client, person: Person) -> None:
    hand_in(browser, taken_out(browser))
    incoming = IncomingExport.objects.get()
    answer = browser.post(f"/data/import/{incoming.pk}/start/", {"into": "new"})
    assert answer.status_code == 409
    assert "here already" in answer.text
    assert Person.objects.count() == 1


def test_simulated_and_real_are_not_mixed(browser: Client, person: Person) -> None:
    Person.objects.filter(pk=person.pk).update(demo=True)
    data = taken_out(browser)
    Person.objects.filter(pk=person.pk).update(demo=False)
    hand_in(browser, data)
    incoming = IncomingExport.objects.get()
    answer = browser.post(f"/data/import/{incoming.pk}/start/", {"into": "present"})
    assert answer.status_code == 409
    assert "must not be mixed" in answer.text


def test_what_was_not_measured_yet_waits_to_be_measured(browser: Client, person: Person) -> None:
    recording = handed_in(person, small_video(), state="measuring", keep_video=True)
    data = taken_out(browser)
    destroy(recording)
    bring_in(browser, data)
    row = person.recordings.get()
    assert row.state == "waiting"
    assert row.jobs.get().kind == "measure"


def test_an_import_that_was_taken_over_writes_nothing(
    browser: Client, person: Person, small: Export, data_folder: Path
) -> None:
    hand_in(browser, small.data)
    incoming = IncomingExport.objects.get()
    browser.post(f"/data/import/{incoming.pk}/start/", {"into": "present"})
    slow = claim("slow")
    assert slow is not None
    # Taken for dead after its files were sealed, and begun anew by another worker.
    Job.objects.update(lease="another")
    with pytest.raises(LeaseLostError):
        import_job.run(slow, lambda done, total, unit: None)
    assert not Recording.objects.exists() and not person.trials.exists()
    import_job.tidy(Job.objects.get())
    assert IncomingExport.objects.exists()
    Job.objects.update(lease="", state="waiting")
    assert work().state == "done"
    assert person.recordings.count() == 2
    assert not list((data_folder / "imports").iterdir())


def test_the_upload_goes_on_and_can_be_given_up(browser: Client, data_folder: Path) -> None:
    said = {"file_name": "x.zip", "bytes": 100_000, "fingerprint": "a" * 64}

    def begun() -> Any:
        return browser.post(
            "/data/import/begin/", json.dumps(said), content_type="application/json"
        ).json()

    url = begun()["urls"]["chunk"]
    stored = browser.put(url, b"a" * 50_000, content_type="application/octet-stream")
    assert stored.json() == {"next_chunk": 1, "bytes": 50_000}
    assert begun()["next_chunk"] == 1
    other = browser.put(url, b"b" * 50_000, content_type="application/octet-stream")
    assert other.status_code == 409
    incoming = IncomingExport.objects.get()
    early = browser.post(f"/data/import/{incoming.pk}/finish/", {}, content_type="application/json")
    assert (early.status_code, early.json()["next_chunk"]) == (409, 1)
    assert (
        b"a" * 100
        not in (data_folder / "imports" / str(incoming.pk) / "zip" / "000000.sealed").read_bytes()
    )
    browser.post(f"/data/import/{incoming.pk}/discard/")
    assert not IncomingExport.objects.exists()
    assert not list((data_folder / "imports").iterdir())


def test_another_persons_upload_is_not_found(
    browser: Client, person: Person, other_person: Person
) -> None:
    hand_in(browser, taken_out(browser))
    incoming = IncomingExport.objects.get()
    browser.post("/person/", {"person": str(other_person.pk)})
    for what in ("start", "discard"):
        assert browser.post(f"/data/import/{incoming.pk}/{what}/").status_code == 404
    assert browser.put(f"/data/import/{incoming.pk}/chunks/0/", b"x").status_code == 404
    assert IncomingExport.objects.exists()
