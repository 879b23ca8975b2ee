"""A recording that was deleted is readable nowhere: not its video, not what was measured, not its key."""

from __future__ import annotations

from pathlib import Path

from django.test import Client
from tests.web.hand_in import handed_in
from tests.web.own_database import in_a_file
from tests.web.real_server import in_the_app, real_server
from tests.web.upload_client import small_video

from rubor.web.people.models import Person
from rubor.web.recordings.models import Mark, Recording


def test_deleting_asks_first(browser: Client, person: Person, data_folder: Path) -> None:
    recording = handed_in(person, b"video", title="in the kitchen", marks=((1.0, "felt"),))
    page = browser.get(f"/recordings/{recording.pk}/delete/")
    assert page.status_code == 200
    assert "in the kitchen" in page.text
    assert Recording.objects.exists()
    answer = browser.post(f"/recordings/{recording.pk}/delete/")
    assert answer.status_code == 302
    assert answer.headers["Location"] == "/recordings/"
    assert not Recording.objects.exists() and not Mark.objects.exists()
    assert not list((data_folder / "recordings").iterdir())


def test_a_script_is_answered_in_json(browser: Client, person: Person) -> None:
    recording = handed_in(person, b"video")
    accept = {"accept": "application/json"}
    answer = browser.post(f"/recordings/{recording.pk}/delete/", headers=accept)
    assert answer.json() == {"gone": True}


def test_another_persons_recording_cannot_be_deleted(browser: Client, other_person: Person) -> None:
    recording = handed_in(other_person, b"video")
    for ask in (browser.get, browser.post):
        assert ask(f"/recordings/{recording.pk}/delete/").status_code == 404
    assert Recording.objects.exists()


def test_a_trial_that_uses_it_is_named(browser: Client, person: Person) -> None:
    recording = handed_in(person, b"video")
    trial = person.trials.create(document={})
    trial.recordings.create(recording=recording, session="2025-03-01")
    assert "trial" in browser.get(f"/recordings/{recording.pk}/delete/").text.lower()


@in_a_file
def test_nothing_of_a_deleted_recording_is_left_on_the_disk(tmp_path: Path) -> None:
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
            "conditions": {"note": "TheNoteOnIt " * 300},
        }
        begun = page.send("POST", "/recordings/begin/", said)[1]
        assert page.send("PUT", begun["urls"]["chunk"], video)[0] == 200
        mark = {"key": "TheKeyOfAMark", "time_s": 0.5, "kind": "felt"}
        page.send("POST", begun["urls"]["marks"], {"marks": [mark]})
        end = {"chunks": 1, "bytes": len(video)}
        assert page.send("POST", begun["urls"]["finish"], end)[0] == 202
        sealed_key = in_the_app(
            server.folder,
            "from rubor.web.recordings.models import Recording\n"
            "from rubor.web.recordings.storage import result_files\n"
            "row = Recording.objects.get()\n"
            "row.summary = {'file': {'name': 'TheNameOfTheFile.mp4'}, 'much': 'TheResult ' * 2000}\n"
            "row.save()\n"
            "result_files(row).write('summary.json', b'TheSealedResult' * 50)\n"
            "print(bytes(row.sealed_key).hex())",
        )
        sealed = {path.read_bytes()[:64] for path in server.folder.rglob("recordings/*/*/*")}
        needles = {
            *sealed,
            bytes.fromhex(sealed_key),
            begun["id"].encode(),
            begun["id"].replace("-", "").encode(),
            video[4000:4040],
            b"TheNameOfTheFile",
            b"TheTitleOfIt",
            b"TheNoteOnIt",
            b"TheKeyOfAMark",
            b"TheResult",
        }
        before = found_in(server.folder, needles)
        assert {b"TheTitleOfIt", b"TheResult", bytes.fromhex(sealed_key), *sealed} <= before
        assert page.send("POST", f"/recordings/{begun['id']}/delete/")[1] == {"gone": True}
        assert found_in(server.folder, needles) == set()


def found_in(folder: Path, needles: set[bytes]) -> set[bytes]:
    """Which of them are in any file, or in the name of one."""
    found = set()
    for path in folder.rglob("*"):
        data = str(path.relative_to(folder)).encode()
        if path.is_file():
            data += path.read_bytes()
        found |= {needle for needle in needles if needle in data}
    return found
