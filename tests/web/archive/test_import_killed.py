"""An import that is killed, at whatever moment, leaves nothing half; the next attempt does all of it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.web.archive.conftest import Export
from tests.web.real_server import in_the_app, new_data_folder

HAND_IN = """
from pathlib import Path
from rubor.web.archive import arrival
from rubor.web.jobs.enqueue import enqueue
from rubor.web.people.models import Person
person = Person.objects.create(name="Test", skin_tone="light")
data = Path(r"{zip}").read_bytes()
said = dict(file_name="x.zip", bytes=len(data), fingerprint="a" * 64)
incoming = arrival.begin(person, said)
for number, start in enumerate(range(0, len(data), 1_000_000)):
    arrival.put_piece(incoming, number, data[start : start + 1_000_000])
arrival.finish(incoming)
enqueue("import", person, payload=dict(incoming=str(incoming.pk), into="present"))
"""

KILLED = """
import os, signal
from rubor.web.archive import import_job, import_rows
from rubor.web.jobs.claim import claim
def killed(*args, **kwargs):
    os.kill(os.getpid(), signal.SIGKILL)
def then_killed(function):
    def wrapped(*args, **kwargs):
        function(*args, **kwargs)
        killed()
    return wrapped
moment = "{moment}"
if moment == "after the first recording was sealed":
    import_job._seal = then_killed(import_job._seal)
elif moment == "when all rows are written":
    import_rows.write_rows = then_killed(import_rows.write_rows)
elif moment == "when the rows are stored":
    import_job._settle = killed
import_job.run(claim("killed"), lambda done, total, unit: None)
"""

LOOK = """
import json
from django.conf import settings
from rubor.errors import RuborError
from rubor.web.jobs.models import Job
from rubor.web.archive.models import IncomingExport
from rubor.web.recordings.models import Mark, Recording
from rubor.web.recordings.storage import load_measured
def fine(row):
    try:
        return load_measured(row).summary == row.summary
    except (OSError, RuborError):
        return False
folder = settings.RUBOR_DATA / "recordings"
print(json.dumps(dict(
    job=Job.objects.get(kind="import").state,
    rows=Recording.objects.count(),
    marks=Mark.objects.exists(),
    measured=sum(fine(row) for row in Recording.objects.filter(state="measured")),
    folders=len(list(folder.iterdir())) if folder.exists() else 0,
    imports=sum(1 for path in (settings.RUBOR_DATA / "imports").rglob("*.sealed")),
    incoming=IncomingExport.objects.count(),
)))
"""

AGAIN = """
from datetime import timedelta
from django.utils import timezone
from rubor.web.archive import import_job
from rubor.web.jobs.claim import claim
from rubor.web.jobs.models import Job
from rubor.web.jobs.outcome import tidy_up
Job.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
job = claim("again")
if job is not None:
    import_job.run(job, lambda done, total, unit: None)
    tidy_up(Job.objects.get(pk=job.pk))
"""


@pytest.mark.slow
@pytest.mark.parametrize(
    "moment",
    [
        "after the first recording was sealed",
        "when all rows are written",
        "when the rows are stored",
    ],
)
def test_a_killed_import(tmp_path: Path, small: Export, moment: str) -> None:
    folder = new_data_folder(tmp_path / "elsewhere")
    (tmp_path / "x.zip").write_bytes(small.data)
    in_the_app(folder, HAND_IN.format(zip=tmp_path / "x.zip"))
    with pytest.raises(AssertionError):
        in_the_app(folder, KILLED.format(moment=moment))
    left = json.loads(in_the_app(folder, LOOK))
    if moment == "when the rows are stored":
        assert (left["job"], left["rows"]) == ("done", 2)
    else:
        assert (left["job"], left["rows"], left["folders"]) == ("running", 0, 0)
        assert not left["marks"]
    in_the_app(folder, AGAIN)
    assert json.loads(in_the_app(folder, LOOK)) == {
        "job": "done",
        "rows": 2,
        "marks": True,
        "measured": 1,
        "folders": 2,
        "imports": 0,
        "incoming": 0,
    }
