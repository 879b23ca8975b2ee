"""Whatever is cut off while a recording is handed in: nothing is lost, nothing doubled, nothing half."""

from __future__ import annotations

import hashlib
import socket
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from tests.web.real_server import Page, RealServer, in_the_app, real_server
from tests.web.upload_client import announce, finish, put, small_video

from rubor.web.recordings.models import Recording
from rubor.web.recordings.storage import video_chunks

resource = pytest.importorskip("resource", reason="needs a limit on the size of files")

VIDEO = small_video()
PIECE = 12_000


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RealServer]:
    with real_server(tmp_path_factory.mktemp("server") / "data") as one:
        yield one


@pytest.fixture
def page(server: RealServer) -> Page:
    return server.open_page()


def begin(page: Page, name: str) -> dict[str, Any]:
    said = {
        "source": "file",
        "file_name": f"{name}.mp4",
        "bytes": len(VIDEO),
        "fingerprint": hashlib.sha256(name.encode()).hexdigest(),
        "mirrored": False,
    }
    status, answer = page.send("POST", "/recordings/begin/", said)
    assert status in (200, 201), answer
    return answer  # type: ignore[no-any-return]


def chunk_url(begun: dict[str, Any], number: int) -> str:
    return str(begun["urls"]["chunk"]).replace("/chunks/0/", f"/chunks/{number}/")


def send_from(page: Page, begun: dict[str, Any]) -> tuple[int, int]:
    """Send what is missing; how many pieces and bytes there are then."""
    there = page.send("GET", begun["urls"]["received"])[1]
    while there["bytes"] < len(VIDEO):
        piece = VIDEO[there["bytes"] : there["bytes"] + PIECE]
        status, there = page.send("PUT", chunk_url(begun, there["next_chunk"]), piece)
        assert status == 200, there
    return there["next_chunk"], there["bytes"]


def stored(server: RealServer, begun: dict[str, Any]) -> str:
    """SHA-256 of what lies sealed."""
    return in_the_app(
        server.folder,
        "from rubor.web.recordings.models import Recording\n"
        "from rubor.web.recordings.storage import video_source\n"
        f"print(video_source(Recording.objects.get(pk='{begun['id']}')).sha256())",
    )


def test_a_server_that_is_killed_in_the_middle_loses_nothing(
    server: RealServer, page: Page
) -> None:
    begun = begin(page, "killed")
    acknowledged = []

    def send() -> None:
        with suppress(OSError):
            for number, start in enumerate(range(0, len(VIDEO), PIECE)):
                piece = VIDEO[start : start + PIECE]
                status, there = page.send("PUT", chunk_url(begun, number), piece)
                if status == 200:
                    acknowledged.append(there)

    sender = threading.Thread(target=send)
    sender.start()
    while len(acknowledged) < 4:
        time.sleep(0.002)
    server.kill()
    sender.join()
    server.start()
    there = page.send("GET", begun["urls"]["received"])[1]
    assert there["next_chunk"] >= acknowledged[-1]["next_chunk"]
    assert there["bytes"] == min(there["next_chunk"] * PIECE, len(VIDEO))
    again = begin(page, "killed")
    assert (again["id"], again["bytes"]) == (begun["id"], there["bytes"])
    pieces, length = send_from(page, begun)
    assert stored(server, begun) == hashlib.sha256(VIDEO).hexdigest()
    end = {"chunks": pieces, "bytes": length}
    status, answer = page.send("POST", begun["urls"]["finish"], end)
    assert status == 202, answer
    assert page.send("POST", begun["urls"]["finish"], end)[1] == answer


def test_a_piece_whose_connection_is_cut_is_not_stored(server: RealServer, page: Page) -> None:
    begun = begin(page, "cut")
    head = "".join(f"{name}: {value}\r\n" for name, value in page.headers.items())
    with socket.create_connection(("127.0.0.1", server.port)) as cut:
        cut.sendall(
            f"PUT {chunk_url(begun, 0)} HTTP/1.1\r\nHost: 127.0.0.1\r\n{head}"
            f"Content-Length: {PIECE}\r\n\r\n".encode()
        )
        cut.sendall(VIDEO[: PIECE // 2])
    there = page.send("GET", begun["urls"]["received"])[1]
    assert (there["next_chunk"], there["bytes"]) == (0, 0)
    send_from(page, begun)
    assert stored(server, begun) == hashlib.sha256(VIDEO).hexdigest()


def test_a_piece_of_full_size_never_lies_readable_in_a_temporary_file(
    server: RealServer, page: Page
) -> None:
    """Servers put large requests aside in files; this one is told not to."""
    begun = begin(page, "large")
    large = bytes(4 * 1024 * 1024)
    opened: set[str] = set()
    descriptors = Path(f"/proc/{server.process.pid}/fd")
    if not descriptors.is_dir():
        pytest.skip("only where open files can be listed")
    ended = threading.Event()

    def watch() -> None:
        while not ended.is_set():
            for one in descriptors.iterdir():
                with suppress(OSError):
                    opened.add(str(one.readlink()))

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        status, _ = page.send("PUT", chunk_url(begun, 0), large)
    finally:
        ended.set()
        watcher.join()
    assert status == 413  # more than was announced, which is told only after all of it is read
    temporary = tempfile.gettempdir()
    assert not [
        name
        for name in opened
        if name.startswith(temporary) and not name.startswith(str(server.folder))
    ]


@contextmanager
def full_disk(most_bytes: int) -> Iterator[None]:
    """Files cannot grow beyond this, as on a disk without room."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (most_bytes, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_full_disk_is_told_and_nothing_half_is_left(browser: Client, data_folder: Path) -> None:
    begun = announce(browser, VIDEO).json()
    assert put(browser, begun, 0, VIDEO[:PIECE]).status_code == 200
    with full_disk(1000):
        answer = put(browser, begun, 1, VIDEO[PIECE : 2 * PIECE])
    assert answer.status_code == 507
    assert "full" in answer.json()["message"]
    assert answer.json()["cure"]
    names = [path.name for path in data_folder.rglob("*") if path.parent.name == "video"]
    assert names == ["000000.sealed"]
    assert put(browser, begun, 1, VIDEO[PIECE : 2 * PIECE]).json()["next_chunk"] == 2


def test_a_piece_that_arrives_while_its_recording_is_deleted_leaves_nothing(
    browser: Client, data_folder: Path
) -> None:
    from rubor.errors import RuborError
    from rubor.web.recordings.receive import put_chunk
    from rubor.web.recordings.storage import destroy

    begun = announce(browser, VIDEO).json()
    put(browser, begun, 0, VIDEO[:PIECE])
    in_another_request = Recording.objects.get()
    destroy(Recording.objects.get())
    with pytest.raises(RuborError, match="deleted"):
        put_chunk(in_another_request, 0, VIDEO[:PIECE])
    assert not list((data_folder / "recordings").iterdir())


def test_a_damaged_piece_is_told_and_is_not_taken_for_a_bad_video(
    browser: Client, data_folder: Path
) -> None:
    begun = announce(browser, VIDEO).json()
    pieces = range(0, len(VIDEO), 20_000)
    for number, start in enumerate(pieces):
        put(browser, begun, number, VIDEO[start : start + 20_000])
    (damaged,) = data_folder.rglob("000001.sealed")
    sealed = bytearray(damaged.read_bytes())
    sealed[500] ^= 1
    damaged.write_bytes(bytes(sealed))
    answer = finish(browser, begun, VIDEO)
    assert answer.status_code == 500
    assert "unsealed" in answer.json()["message"]
    recording = Recording.objects.get()
    assert recording.state == Recording.State.RECEIVING
    assert video_chunks(recording).count == len(pieces)
