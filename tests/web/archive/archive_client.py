"""Taking out and bringing in as a browser and a worker do it."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from typing import Any

from django.test import Client

from rubor.errors import RuborError
from rubor.web.archive import import_job
from rubor.web.archive.models import IncomingExport
from rubor.web.jobs.claim import claim
from rubor.web.jobs.models import Job
from rubor.web.jobs.outcome import fail, tidy_up

__all__ = ["bring_in", "document_of", "hand_in", "packed_anew", "taken_out", "work"]

_PIECE_BYTES = 300_000
_JSON = {"accept": "application/json"}


def taken_out(browser: Client, *, videos: bool = True) -> bytes:
    """The zip."""
    answer = browser.get("/data/export/download/" + ("?videos=1" if videos else ""))
    assert answer.status_code == 200
    return b"".join(answer.streaming_content)  # type: ignore[attr-defined, arg-type]


def document_of(data: bytes) -> Any:
    """rubor-export.json of a zip."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return json.loads(archive.read("rubor-export.json"))


def packed_anew(data: bytes, changed: dict[str, bytes | None]) -> bytes:
    """The zip with other files under some names; None takes one out."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w") as new:
        for name in [*old.namelist(), *(one for one in changed if one not in old.namelist())]:
            content = changed[name] if name in changed else old.read(name)
            if content is not None:
                new.writestr(name, content)
    return out.getvalue()


def hand_in(browser: Client, data: bytes) -> Any:
    """The answer to the end of the upload."""
    said = {
        "file_name": "rubor-export.zip",
        "bytes": len(data),
        "fingerprint": hashlib.sha256(data).hexdigest(),
    }
    begun = _post(browser, "/data/import/begin/", said).json()
    starts = range(begun["bytes"], len(data), _PIECE_BYTES)
    for number, start in enumerate(starts, begun["next_chunk"]):
        answer = browser.put(
            begun["urls"]["chunk"].replace("/chunks/0/", f"/chunks/{number}/"),
            data[start : start + _PIECE_BYTES],
            content_type="application/octet-stream",
            headers=_JSON,
        )
        assert answer.status_code == 200, answer.content
    return _post(browser, begun["urls"]["finish"], {})


def bring_in(browser: Client, data: bytes, into: str = "present") -> Job:
    """The ended job of bringing in a zip that can be read."""
    answer = hand_in(browser, data)
    assert answer.status_code == 200, answer.content
    incoming = IncomingExport.objects.get()
    started = browser.post(f"/data/import/{incoming.pk}/start/", {"into": into})
    assert started.status_code == 302, started.content
    return work()


def work() -> Job:
    """Do the work that waits, in this process, as a worker would; raises why it failed."""
    job = claim("test")
    assert job is not None
    try:
        import_job.run(job, lambda done, total, unit: None)
    except RuborError as error:
        fail(job, error.message, error.cure)
        raise
    finally:
        job.refresh_from_db()
        tidy_up(job)
    return job


def _post(browser: Client, url: str, said: Any) -> Any:
    return browser.post(url, json.dumps(said), content_type="application/json", headers=_JSON)
