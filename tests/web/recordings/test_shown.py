"""What is drawn of a recording says what was measured, and no more."""

from __future__ import annotations

import json
import math
from importlib.resources import files

import jsonschema
import numpy as np
import pandas as pd
import pytest
from tests.web.make_recording import measured

from rubor.measurement import Recording
from rubor.vision.reference_face import reference_face
from rubor.web.recordings.shown import curves, face_map


@pytest.fixture(scope="module")
def blush() -> Recording:
    """A blush of 0.4 in both cheeks, felt at 10.5 s."""
    return measured(size=0.4, felt_s=(10.5,))


def test_curves_show_the_blush_where_it_was(blush: Recording) -> None:
    shown = curves(blush, [(10.5, "felt"), (6.5, "stimulus_start")])
    time_s = np.array(shown["time_s"])
    cheek = np.array(shown["series"]["cheek_left"]["blood_change"], float)
    assert abs(cheek[(time_s > 11.0) & (time_s < 14.0)].mean() - 0.4) < 0.05
    assert abs(cheek[(time_s > 1.0) & (time_s < 6.0)].mean()) < 0.03
    assert shown["measure"] == "blood_change"
    assert [mark["kind"] for mark in shown["marks"]] == ["stimulus_start", "felt"]
    assert shown["baseline"] == {"start_s": 0.5, "end_s": 6.0}
    assert len(shown["episodes"]) == 1
    assert 7.0 < shown["episodes"][0]["start_s"] < 9.0


def test_the_band_holds_the_curve_and_grows_with_the_change(blush: Recording) -> None:
    cheek = curves(blush, [])["series"]["cheek_left"]
    low, middle, high = (np.array(cheek[name], float) for name in ("low", "blood_change", "high"))
    assert (low < middle).all()
    assert (middle < high).all()
    width = high - low
    assert width[np.argmax(middle)] > width[np.argmin(np.abs(middle))]


def test_a_long_recording_has_no_more_than_600_points_a_curve(blush: Recording) -> None:
    shown = curves(_longer(blush, 4), [])
    assert len(shown["time_s"]) == 600
    assert all(len(one["blood_change"]) == 600 for one in shown["series"].values())


def test_where_the_face_was_not_seen_there_is_a_gap(blush: Recording) -> None:
    hidden = blush.traces["time_s"].between(15.0, 17.0)
    traces = blush.traces.copy()
    traces.loc[hidden, "valid"] = False
    traces.loc[hidden, ["blood_change", "blood_change_sd", "erythema_index_change"]] = math.nan
    shown = curves(Recording(blush.summary, traces, blush.cell_chunks), [])
    for time_s, value in zip(
        shown["time_s"], shown["series"]["whole"]["blood_change"], strict=True
    ):
        assert (value is None) == (15.0 <= time_s <= 17.0), time_s


def test_the_face_map_has_one_number_a_cell_and_second(blush: Recording) -> None:
    shown = face_map(blush)
    names = reference_face().cell_names
    assert shown["cells"] == list(names)
    assert len(shown["drawing"]["cells"]) == len(shown["noise"]) == len(names)
    assert len(shown["time_s"]) == len(shown["values"]) == 20
    assert {len(row) for row in shown["values"]} == {len(names)}


def test_cells_that_blush_stand_out_and_those_at_rest_do_not(blush: Recording) -> None:
    shown = face_map(blush)
    values, noise = np.array(shown["values"], float), np.array(shown["noise"], float)
    cheeks = np.array([name.startswith("cheek") for name in shown["cells"]])
    clear = np.abs(values) > noise
    known = np.isfinite(values[12]) & np.isfinite(noise)
    assert clear[12][cheeks & known].mean() > 0.5
    assert clear[2:6][:, known].mean() < 0.2
    assert 0.2 <= shown["limit"] <= 2.0


def test_the_persons_left_is_drawn_on_the_right(blush: Recording) -> None:
    """As an onlooker sees the face."""
    shown = face_map(blush)
    at = shown["cells"].index("cheek_left_07")
    middle = shown["drawing"]["box"][0] + shown["drawing"]["box"][2] / 2.0
    assert all(x > middle for polygon in shown["drawing"]["cells"][at] for x, _ in polygon)


def test_both_are_json_as_their_schemas_say(blush: Recording) -> None:
    for name, shown in (("curves", curves(blush, [(10.5, "felt")])), ("face-map", face_map(blush))):
        schema = files("rubor.web.recordings") / "schemas" / f"{name}.schema.json"
        document = json.loads(json.dumps(shown, allow_nan=False))
        jsonschema.validate(document, json.loads(schema.read_text(encoding="utf-8")))


def test_a_photo_has_no_curves_and_no_moments(blush: Recording) -> None:
    """It shows one moment, and has no rest of its own to compare with."""
    first = blush.traces["time_s"] == blush.traces["time_s"].min()
    cells = blush.cells[blush.cells["time_s"] == blush.cells["time_s"].min()]
    summary = {
        **blush.summary,
        "video": {**blush.summary["video"], "frames": 1, "duration_s": 0.0},
        "baseline": {"start_s": None, "end_s": None, "source": "A photo has none."},
    }
    photo = Recording(summary, blush.traces[first], lambda: iter([cells]))
    assert curves(photo, [])["series"] == {}
    assert curves(photo, [])["baseline"] is None
    assert face_map(photo)["values"] == []


def _longer(recording: Recording, times: int) -> Recording:
    """The same recording, `times` times one after the other."""
    length_s = recording.summary["video"]["duration_s"]
    traces = pd.concat(
        recording.traces.assign(time_s=recording.traces["time_s"] + number * length_s)
        for number in range(times)
    )
    video = {**recording.summary["video"], "duration_s": times * length_s}
    return Recording({**recording.summary, "video": video}, traces, recording.cell_chunks)
