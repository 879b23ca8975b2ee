"""Recordings for tests of the app: one short simulated video, really measured, once a session.

Other days are that recording with its changes from rest made larger or smaller, side by side, and its
episodes and response found anew.
"""

from __future__ import annotations

import copy
import hashlib
import json
import math
import os
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pandas as pd

import rubor
from rubor.measurement import Recording as Measured
from rubor.measurement import recording_files
from rubor.measurement.write_recording import write_recording
from rubor.response import Episodes, find_episodes, provoked_response
from rubor.response.area_traces import area_traces
from rubor.response.episode_document import episode_document
from rubor.simulation import DemoScene, TimeCourse, simulate_demo_video
from rubor.web.people.models import Person
from rubor.web.recordings import storage
from rubor.web.recordings.models import Mark, Recording
from rubor.web.recordings.shown import curves, face_map

__all__ = ["keep_measured", "many_recordings", "measured", "measured_recording"]

_LENGTH_S, _RATE = 20.0, 15
_STEPS = (("baseline", 0.5, 6.0), ("provocation", 6.5, 14.0), ("recovery", 14.0, _LENGTH_S))
_COURSE = TimeCourse(onset_s=7.5, rise_s=3.0, plateau_s=4.0, recovery_s=1.5)
_SIZE = 0.5  # rise of ln blood in both cheeks of the simulated video

_KEPT = "RUBOR_TEST_MEASURED"  # folder of the measured recording, where another process made it

Side = Literal["left", "right"]


def measured_recording(
    person: Person,
    *,
    day: date,
    size: float = 0.4,
    felt_s: Sequence[float] = (10.5,),
    treated: Side | None = None,
    treated_factor: float = 1.0,
    title: str = "",
    **fields: Any,
) -> Recording:
    """A measured recording in the data folder of the test, with its sealed files and marks.

    It lasts 20 s: rest until 6 s, a task from 6.5 to 14 s, a blush of both cheeks that begins near 8 s.

    Args:
        person: whose.
        day: of the recording, at noon UTC.
        size: rise of ln blood in the cheeks at the height; 0 for none.
        felt_s: when the person pressed "I feel it".
        treated: the person's side on which the rise is `treated_factor` times as large; None for both.
        title: as the person calls it.
        fields: other columns of the row.
    """
    result = _result(size, tuple(felt_s), treated, treated_factor)
    seed = f"{person.pk} {day} {size} {felt_s} {treated} {treated_factor} {title}"
    row = _row(person, day, title, result, hashlib.sha256(seed.encode()).hexdigest(), **fields)
    row.sealed_key = storage.new_sealed_key(row.pk)
    row.save(force_insert=True)
    marks = row.summary["events"] if row.summary else []
    Mark.objects.bulk_create(
        Mark(recording=row, key=f"mark-{number}", time_s=mark["time_s"], kind=mark["kind"])
        for number, mark in enumerate(marks)
    )
    files = storage.result_files(row)
    for name, data in result.files.items():
        files.write(name, data)
    files.write("summary.json", json.dumps(row.summary).encode())
    return row


def many_recordings(person: Person, count: int, *, first_day: date = date(2025, 1, 1)) -> None:
    """Measured recordings of every third day as rows only, without files, for tests of speed."""
    result = _result(0.4, (10.5,), None, 1.0)
    rows = []
    for number in range(count):
        day = first_day + timedelta(days=3 * number)
        row = _row(person, day, "", result, f"{number:064x}")
        factor = 1.0 + 0.3 * math.sin(number)
        sides = {
            side: {**one, "response": one["response"] * factor}
            for side, one in result.response["sides"].items()
        }
        row.response = {**result.response, "sides": sides}
        rows.append(row)
    Recording.objects.bulk_create(rows)


@cache
def measured(
    *,
    size: float,
    felt_s: tuple[float, ...],
    treated: Side | None = None,
    treated_factor: float = 1.0,
) -> Measured:
    """The measured recording alone; see `measured_recording`. It is shared: change no part of it."""
    base = _measured_once()
    factors = {
        side: size / _SIZE * (treated_factor if treated in (None, side) else 1.0)
        for side in ("left", "right")
    }
    traces = area_traces(base)
    scaled = [
        _scaled(table, column, factors, traces.drift_sd, traces.scale_sd)
        for table, column in ((base.traces, "region"), (base.cells, "cell"))
    ]
    summary = json.loads(json.dumps(base.summary))
    marks = [
        {"time_s": 0.5, "kind": "baseline_start"},
        {"time_s": 6.0, "kind": "baseline_end"},
        {"time_s": 6.5, "kind": "stimulus_start"},
        *({"time_s": time_s, "kind": "felt"} for time_s in felt_s),
        {"time_s": 14.0, "kind": "stimulus_end"},
    ]
    summary["events"] = sorted(marks, key=lambda mark: mark["time_s"])
    return Measured(summary, scaled[0], lambda: iter([scaled[1]]))


@dataclass(frozen=True)
class _Result:
    """What measuring gives, before it belongs to a row."""

    summary: Mapping[str, Any]
    episodes: Mapping[str, Any]
    response: Mapping[str, Any]
    files: Mapping[str, bytes]


@cache
def _result(
    size: float, felt_s: tuple[float, ...], treated: Side | None, treated_factor: float
) -> _Result:
    answer = measured(size=size, felt_s=felt_s, treated=treated, treated_factor=treated_factor)
    found = find_episodes(answer)
    marks = [(mark["time_s"], mark["kind"]) for mark in answer.summary["events"]]
    shown = {"curves.json": curves(answer, marks), "face_map.json": face_map(answer)}
    documents = {name: json.dumps(document).encode() for name, document in shown.items()}
    return _Result(
        summary=answer.summary,
        episodes=json.loads(json.dumps(episode_document(answer, found))),
        response=_response(answer, found),
        files={**recording_files(answer), **documents},
    )


def keep_measured(folder: Path) -> dict[str, str]:
    """Store the one measured recording in a folder.

    Returns:
        What the environment of another process has to hold so that it does not measure it again.
    """
    write_recording(_measured_once(), folder)
    return {_KEPT: str(folder)}


@cache
def _measured_once() -> Measured:
    if kept := os.environ.get(_KEPT):
        return Measured.load(Path(kept))
    scene = DemoScene(
        seed=3,
        duration_s=_LENGTH_S,
        frame_rate=_RATE,
        width=640,
        height=480,
        log_blood_left=_SIZE,
        log_blood_right=_SIZE,
        course=_COURSE,
    )
    with tempfile.TemporaryDirectory() as folder:
        video = Path(folder, "blush.mp4")
        simulate_demo_video(video, scene)
        answer = rubor.measure(video, mirrored=False, skin_tone="light", baseline=(0.5, 6.0))
        answer.cells  # noqa: B018  - read while the video's tables are there
    return answer


def _scaled(
    table: pd.DataFrame,
    column: str,
    factors: Mapping[str, float],
    drift_sd: float,
    scale_sd: float,
) -> pd.DataFrame:
    """The table with its changes from rest made larger or smaller, each side by its factor."""
    middle = (factors["left"] + factors["right"]) / 2.0
    names = table[column].to_numpy(str)
    factor = np.full(len(names), middle)
    for side in ("left", "right"):
        factor[np.char.find(names, f"_{side}") >= 0] = factors[side]
    more = {}
    for name in ("blood_change", "erythema_index_change", "lab_a"):
        # What lasts is made larger or smaller; noise from frame to frame stays as it is.
        lasting = table.groupby(column, observed=True)[name].transform(
            lambda values: values.rolling(_RATE, center=True, min_periods=1).mean()
        )
        if name == "lab_a":
            lasting -= table.groupby(column, observed=True)[name].transform(
                lambda values: values.iloc[_RATE : 6 * _RATE].mean()
            )
        more[name] = lasting.to_numpy() * (factor - 1.0)
    blood = table["blood_change"] + more["blood_change"]
    return table.assign(
        blood_change=blood,
        blood_change_sd=np.hypot(drift_sd, scale_sd * blood),
        erythema_index_change=table["erythema_index_change"] + more["erythema_index_change"],
        erythema_index=table["erythema_index"] + more["erythema_index_change"],
        lab_a=table["lab_a"] + more["lab_a"],
    )


def _row(
    person: Person, day: date, title: str, result: _Result, sha256: str, **fields: Any
) -> Recording:
    file = {"name": "blush.webm", "sha256": sha256}
    at = datetime.combine(day, time(12), UTC)
    values: dict[str, Any] = {
        "source": "browser",
        "state": Recording.State.MEASURED,
        "title": title,
        "recorded_at": at,
        "measured_at": at + timedelta(minutes=2),
        "file_name": "blush.webm",
        "media_type": "video/webm;codecs=vp8",
        "bytes_received": 6_250_000,
        "chunks": 2,
        "sha256": sha256,
        "sealed_key": b"none",
        "mirrored": False,
        "skin_tone": "light",
        "protocol": {
            "version": "1",
            "task": "singing",
            "audience": False,
            "steps": [
                {"name": name, "start_s": start_s, "end_s": end_s}
                for name, start_s, end_s in _STEPS
            ],
        },
        "conditions": {
            "make_up": False,
            "camera": "laptop",
            "room": "kitchen",
            "medicines": [],
            "note": "",
        },
        "camera_settings": {"width": 640, "height": 480, "frameRate": _RATE},
        "path_check": {"ok": True, "worst_error": 0.006, "matrix": "bt601", "range": "limited"},
        "summary": {**copy.deepcopy(dict(result.summary)), "file": file},
        "episodes": {**copy.deepcopy(dict(result.episodes)), "file": file},
        "response": copy.deepcopy(dict(result.response)),
    }
    return Recording(person=person, **{**values, **fields})


def _response(answer: Measured, found: Episodes) -> dict[str, Any]:
    cheeks = {side: (f"cheek_{side}",) for side in ("left", "right")}
    short = provoked_response(answer, cheeks, found=found)
    return {
        "provocation": short.provocation,
        "provoked": short.provoked,
        "statistic": short.statistic,
        "measure": short.measure,
        "sides": {
            side: {"response": one.response, "response_sd": one.response_sd}
            for side, one in short.sides.items()
            if math.isfinite(one.response)
        },
    }
