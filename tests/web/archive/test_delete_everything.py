"""What was deleted is nowhere afterwards: not in files, database, journal or sessions."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest
from django.test import Client
from tests.web.archive.archive_client import hand_in, taken_out
from tests.web.archive.conftest import Export
from tests.web.hand_in import handed_in
from tests.web.own_database import in_a_file
from tests.web.real_server import in_the_app, real_server
from tests.web.recordings.test_delete import found_in
from tests.web.upload_client import small_video

from rubor.web.archive.deletion import delete_person
from rubor.web.jobs.enqueue import enqueue
from rubor.web.jobs.models import Job
from rubor.web.people.models import Person
from rubor.web.recordings.models import Recording
from rubor.web.recordings.storage import new_sealed_key, video_chunks
from rubor.web.vault import master_key


def test_the_word_has_to_be_typed(browser: Client, person: Person) -> None:
    assert "Type “delete”" in browser.get("/data/delete/").text
    for word in ("", "delet", "yes"):
        answer = browser.post("/data/delete/", {"what": "everything", "word": word})
        assert answer.status_code == 400
        assert "Nothing was deleted" in answer.text
    assert Person.objects.exists()
    answer = browser.post("/data/delete/", {"what": "everything", "word": " Delete "})
    assert answer.headers["Location"] == "/start/"
    assert not Person.objects.exists()
    assert "Everything is deleted" in browser.get("/start/").text


def test_the_simulated_person_goes_without_a_word(
    browser: Client, person: Person, other_person: Person
) -> None:
    Person.objects.filter(pk=person.pk).update(demo=True)
    assert "Type “" not in browser.get("/data/delete/").text
    answer = browser.post("/data/delete/", {"what": "everything"})
    assert answer.headers["Location"] == "/"
    assert list(Person.objects.all()) == [other_person]


def test_everything_of_one_person_and_nothing_of_another(
    browser: Client, person: Person, other_person: Person, data_folder: Path
) -> None:
    for one in (person, other_person):
        recording = handed_in(one, small_video(), marks=((0.5, "felt"),))
        enqueue("measure", one, recording=recording)
        one.entries.create(kind="note", on=date(2025, 1, 6))
        one.treatments.create(kind="ipl", treated_on=date(2025, 1, 6))
        one.trials.create(document={}).recordings.create(recording=recording, session="1")
        one.answer_sheets.create(questionnaire="rubor.suitability/1")
    hand_in(browser, taken_out(browser))
    browser.post("/data/delete/", {"what": "everything", "word": "delete"})
    kept = Recording.objects.get()
    assert kept.person == other_person
    assert [path.name for path in (data_folder / "recordings").iterdir()] == [str(kept.pk)]
    assert not list((data_folder / "imports").iterdir())
    assert video_chunks(kept).open().read() == small_video()  # the master key is still needed
    assert Job.objects.get().person == other_person
    assert other_person.trials.get().recordings.count() == other_person.entries.count() == 1


def test_the_last_person_takes_the_master_key_along(
    browser: Client, person: Person, data_folder: Path
) -> None:
    handed_in(person, small_video())
    earlier, record = master_key(data_folder), (data_folder / "vault.json").read_bytes()
    answer = browser.post("/data/delete/", {"what": "everything", "word": "delete"})
    assert answer.headers["Clear-Site-Data"] == '"cache", "storage"'
    assert not list(data_folder.rglob("*"))
    somebody = Person.objects.create(name="Somebody")
    recording = handed_in(somebody, small_video())
    assert master_key(data_folder) != earlier
    assert (data_folder / "vault.json").read_bytes() != record
    assert video_chunks(recording).open().read() == small_video()
    assert new_sealed_key(recording.pk)


def test_only_the_videos(browser: Client, person: Person, data_folder: Path) -> None:
    kept = handed_in(person, small_video(), state="measured", keep_video=True)
    waits = handed_in(person, small_video(), state="waiting")
    failed = handed_in(person, small_video(), state="failed")
    assert "2 videos are kept" in browser.get("/data/delete/").text
    browser.post("/data/delete/", {"what": "videos"})
    kept.refresh_from_db()
    waits.refresh_from_db()
    assert (kept.video_there, kept.keep_video, video_chunks(kept).count) == (False, False, 0)
    assert video_chunks(failed).count == 0
    assert waits.video_there  # it is still to be measured
    assert video_chunks(waits).open().read() == small_video()


def test_a_file_that_cannot_be_removed_is_said_and_the_person_stays(
    browser: Client, person: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    handed_in(person, small_video())

    def busy(folder: object, **more: object) -> None:
        raise PermissionError(13, "it is in use")

    monkeypatch.setattr("rubor.web.archive.deletion.shutil.rmtree", busy)
    answer = browser.post("/data/delete/", {"what": "everything", "word": "delete"})
    assert answer.status_code == 409
    assert "it is in use" in answer.text
    assert Person.objects.exists() and Recording.objects.exists()


def test_sessions_of_other_browsers_forget_the_person(
    browser: Client, person: Person, other_person: Person
) -> None:
    delete_person(person)
    assert "person" not in browser.session
    assert browser.session["opened"]


@in_a_file
def test_nothing_of_a_deleted_person_is_left_on_the_disk(tmp_path: Path, small: Export) -> None:
    """Looked for in every file, the database and its journal among them, while the server runs."""
    video = small_video()
    with real_server(tmp_path / "data") as server:
        page = server.open_page()
        said = {
            "source": "file",
            "file_name": "TheNameOfTheFile.mp4",
            "bytes": len(video),
            "mirrored": False,
            "title": "TheTitleOfIt",
            "keep_video": True,
        }
        begun = page.send("POST", "/recordings/begin/", said)[1]
        assert page.send("PUT", begun["urls"]["chunk"], video)[0] == 200
        assert (
            page.send("POST", begun["urls"]["finish"], {"chunks": 1, "bytes": len(video)})[0] == 202
        )
        incoming = {
            "file_name": "TheNameOfTheZip.zip",
            "bytes": len(small.data),
            "fingerprint": "ab" * 32,
        }
        arrived = page.send("POST", "/data/import/begin/", incoming)[1]
        page.send("PUT", arrived["urls"]["chunk"], small.data[:2_000_000])
        keys = in_the_app(
            server.folder,
            "from datetime import date\n"
            "from rubor.web.people.models import Person\n"
            "person = Person.objects.get()\n"
            "person.name = 'TheNameOfThePerson'\n"
            "person.save()\n"
            "person.entries.create(kind='note', on=date(2025, 1, 6), note='TheNoteInTheDiary ' * 900)\n"
            "person.treatments.create(kind='ipl', treated_on=date(2025, 1, 6), lot='TheLotNumber')\n"
            "person.trials.create(document={'much': 'TheTrialDocument ' * 900})\n"
            "person.answer_sheets.create(questionnaire='x', answers={'a': 'TheAnswer'})\n"
            "row = person.recordings.get()\n"
            "row.summary = {'much': 'TheResult ' * 2000}\n"
            "row.save()\n"
            "print(bytes(row.sealed_key).hex(), bytes(person.incoming_exports.get().sealed_key).hex(),"
            " person.pk)",
        ).split()
        assert page.ask("GET", "/data/")[0] == 200
        sealed = {path.read_bytes()[:64] for path in server.folder.rglob("*.sealed")}
        assert len(sealed) >= 2
        texts = {
            b"TheNameOfTheFile",
            b"TheTitleOfIt",
            b"TheNameOfTheZip",
            b"TheNameOfThePerson",
            b"TheNoteInTheDiary",
            b"TheLotNumber",
            b"TheTrialDocument",
            b"TheAnswer",
            b"TheResult",
        }
        rows = {bytes.fromhex(keys[0]), bytes.fromhex(keys[1]), keys[2].replace("-", "").encode()}
        names = {begun["id"].encode(), begun["id"].replace("-", "").encode()}
        master = (server.folder / "master.key").read_bytes().strip()
        needles = {*texts, *rows, *names, *sealed, master, video[4000:4040], keys[2].encode()}
        assert {*texts, *rows, *sealed, master} <= found_in(server.folder, needles)
        form = b"what=everything&word=delete"
        status, _body = page.ask("POST", "/data/delete/", form, "application/x-www-form-urlencoded")
        assert status == 302
        assert found_in(server.folder, needles) == set()
        left = {path.name for path in server.folder.iterdir()}
        assert left <= {"rubor.sqlite3", "rubor.sqlite3-wal", "rubor.sqlite3-shm", "secret.key"}
        assert page.ask("GET", "/start/")[0] == 200
        assert json.loads(in_the_app(server.folder, COUNT)) == 0


COUNT = (
    "import json\n"
    "from django.apps import apps\n"
    "print(json.dumps(sum(\n"
    "    model.objects.count() for model in apps.get_models()\n"
    "    if model._meta.app_label not in ('contenttypes', 'sessions', 'access'))))\n"
)
