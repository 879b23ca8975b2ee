"""A measured recording becomes a session: its responses, its pattern at rest, its marks."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import rubor
from rubor.errors import InputError
from rubor.measurement import Recording
from rubor.simulation import Response, Scenario, SkinSpec, TreatedPatch, simulate
from rubor.trials.add_recording import add_recording
from rubor.trials.compared_area import compared_cells
from rubor.trials.photo_response import PHOTO_MEASURE, photo_responses
from rubor.trials.resting_pattern import mirrored_fit, resting_pattern
from rubor.trials.trial import Medicine, Trial

DAY, TODAY = date(2026, 1, 10), date(2026, 9, 1)
RISE_LN, REDUCTION = 0.6, 0.7


@pytest.fixture(scope="module")
def video(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A blush of both cheeks, of which 70 % is gone in the person's left one."""
    scenario = Scenario(
        seed=3,
        duration_s=14.0,
        width=560,
        height=420,
        skin=SkinSpec(tone="light"),
        response=(
            Response(size_ln=RISE_LN, onset_s=5.0, rise_s=2.0, plateau_s=3.5, recovery_s=1.2),
        ),
        treated=(TreatedPatch(reduction=REDUCTION, side="left", regions=("cheek",)),),
    )
    return simulate(scenario, tmp_path_factory.mktemp("blush")).path


@pytest.fixture(scope="module")
def recording(video: Path) -> Recording:
    return rubor.measure(video, mirrored=False)


def changed(recording: Recording, **parts: dict[str, Any]) -> Recording:
    """The same recording with some values of its summary changed."""
    summary = {
        name: {**value, **parts[name]} if name in parts else value
        for name, value in recording.summary.items()
    }
    return Recording(summary, recording.traces, recording.cell_chunks)


def test_the_responses_of_the_sides_are_those_that_were_simulated(
    split_face: Trial, recording: Recording
) -> None:
    trial, session = add_recording(split_face, recording, recorded_on=DAY, today=TODAY)
    assert trial.sessions == (session,)
    left, right = session.responses["left"], session.responses["right"]
    # The skin's curve and its uncertain tone scale both sides alike: the ratio is what is compared.
    assert 1.0 - left.response / right.response == pytest.approx(REDUCTION, abs=0.1)
    assert session.measure == "peak of blood_change"
    assert session.provoked is True
    assert session.provocation == "blush"
    assert session.marks == ()


def test_a_patch_is_measured_by_its_cells(split_face: Trial, recording: Recording) -> None:
    cells = [f"cheek_left_{number:02d}" for number in (9, 11, 15, 16, 18, 20, 23, 25)]
    patch = replace(split_face, compared=compared_cells(cells, between_sides=True))
    _, session = add_recording(patch, recording, recorded_on=DAY, today=TODAY)
    ratio = session.responses["left"].response / session.responses["right"].response
    assert 1.0 - ratio == pytest.approx(REDUCTION, abs=0.12)


def test_the_trial_itself_stays_as_it_was(split_face: Trial, recording: Recording) -> None:
    add_recording(split_face, recording, recorded_on=DAY, today=TODAY)
    assert split_face.sessions == ()


def test_what_it_was_measured_with_is_kept(split_face: Trial, recording: Recording) -> None:
    _, session = add_recording(split_face, recording, recorded_on=DAY, today=TODAY)
    assert session.origin.sha256 == recording.summary["file"]["sha256"]
    assert session.origin.method == recording.summary["versions"]["method"]
    assert (session.origin.width, session.origin.height) == (560, 420)


def test_the_same_recording_twice_is_refused(split_face: Trial, recording: Recording) -> None:
    trial, _ = add_recording(split_face, recording, recorded_on=DAY, today=TODAY)
    with pytest.raises(InputError, match="in the trial already, as 2026-01-10"):
        add_recording(trial, recording, recorded_on=DAY, today=TODAY)


def test_unknown_mirroring_is_refused(split_face: Trial, video: Path) -> None:
    unknown = rubor.measure(video)
    with pytest.raises(InputError, match="--not-mirrored"):
        add_recording(split_face, unknown, recorded_on=DAY, today=TODAY)


def test_a_second_recording_of_a_day_gets_a_name_of_its_own(
    split_face: Trial, recording: Recording
) -> None:
    trial, _ = add_recording(split_face, recording, recorded_on=DAY, today=TODAY)
    other = changed(recording, file={"sha256": "1" * 64})
    _, session = add_recording(trial, other, recorded_on=DAY, today=TODAY)
    assert session.name == "2026-01-10-2"
    assert [mark.name for mark in session.marks] == ["soon_after_another"]


def test_a_recording_measured_as_mirrored_shows_another_pattern(
    split_face: Trial, video: Path, recording: Recording
) -> None:
    mirrored = rubor.measure(video, mirrored=True)
    fit = mirrored_fit(resting_pattern(mirrored), [resting_pattern(recording)])
    assert fit is not None and fit < -0.9
    trial, _ = add_recording(split_face, recording, recorded_on=DAY, today=TODAY)
    other = changed(mirrored, file={"sha256": "1" * 64})
    _, session = add_recording(trial, other, recorded_on=date(2026, 1, 17), today=TODAY)
    assert [mark.name for mark in session.marks] == ["fits_mirrored"]


def test_occasions_are_counted_up_and_end(alternating: Trial, recording: Recording) -> None:
    trial = alternating
    for number in range(8):
        other = changed(recording, file={"sha256": f"{number:064x}"})
        trial, session = add_recording(
            trial, other, recorded_on=date(2026, 1, 1 + 2 * number), today=TODAY
        )
        assert session.occasion == number + 1
    with pytest.raises(InputError, match="Occasion 9 was not drawn"):
        add_recording(trial, recording, recorded_on=date(2026, 2, 1), today=TODAY)


def test_an_occasion_is_taken_once(alternating: Trial, recording: Recording) -> None:
    trial, _ = add_recording(alternating, recording, recorded_on=DAY, today=TODAY, occasion=3)
    other = changed(recording, file={"sha256": "1" * 64})
    with pytest.raises(InputError, match="Occasion 3 has a recording"):
        add_recording(trial, other, recorded_on=DAY, today=TODAY, occasion=3)


def test_on_the_day_of_treatment_the_phase_has_to_be_said(
    split_face: Trial, recording: Recording, made_at: datetime
) -> None:
    trial = split_face.treat(DAY, made_at)
    with pytest.raises(InputError, match="--phase before"):
        add_recording(trial, recording, recorded_on=DAY, today=TODAY)
    _, session = add_recording(trial, recording, recorded_on=DAY, today=TODAY, phase="before")
    assert session.phase == "before"


# --- photos ---------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def photo(recording: Recording) -> Recording:
    """The first moment of the recording, as a photo with a card would be measured."""
    first = recording.traces["time_s"].min()

    def cells() -> Any:
        for piece in recording.cell_chunks():
            yield piece[piece["time_s"] == first]

    summary = {
        **recording.summary,
        "video": {**recording.summary["video"], "frames": 1, "duration_s": 0.0},
        "baseline": {"start_s": None, "end_s": None, "source": "a photo"},
        "reference": {**recording.summary["reference"], "kind": "card"},
    }
    traces: pd.DataFrame = recording.traces[recording.traces["time_s"] == first]
    return Recording(summary, traces, cells)


def test_a_photo_is_compared_by_its_redness_against_the_rest_of_the_face(
    split_face: Trial, photo: Recording
) -> None:
    _, session = add_recording(split_face, photo, recorded_on=DAY, today=TODAY)
    assert session.measure == PHOTO_MEASURE
    assert session.provocation == "rest"
    assert session.provoked is None
    # A wider floor than any video's: photos of two days have two lights.
    assert all(one.response_sd >= 0.03 for one in session.responses.values())
    assert session.responses["whole"].response == pytest.approx(
        np.mean([session.responses[side].response for side in ("left", "right")]), abs=0.01
    )


def test_a_photo_without_a_card_is_refused(split_face: Trial, photo: Recording) -> None:
    bare = changed(photo, reference={"kind": "none"})
    with pytest.raises(InputError, match="colour card"):
        add_recording(split_face, bare, recorded_on=DAY, today=TODAY)


def test_photos_and_videos_are_not_mixed(
    split_face: Trial, photo: Recording, recording: Recording
) -> None:
    trial, _ = add_recording(split_face, recording, recorded_on=DAY, today=TODAY)
    other = changed(photo, file={"sha256": "1" * 64})
    with pytest.raises(InputError, match="redness against the rest of the face"):
        add_recording(trial, other, recorded_on=date(2026, 1, 17), today=TODAY)


def test_redder_cheeks_in_a_photo_are_a_larger_response(
    split_face: Trial, photo: Recording
) -> None:
    def redder() -> Any:
        for piece in photo.cell_chunks():
            cheek = piece["cell"].astype(str).str.startswith("cheek")
            raised = piece["erythema_index"] + 0.05 * cheek
            yield piece.assign(erythema_index=raised)

    before = photo_responses(photo, split_face.compared)
    after = photo_responses(Recording(photo.summary, photo.traces, redder), split_face.compared)
    for side in ("left", "right"):
        rise = after[side].response - before[side].response
        assert rise == pytest.approx(0.05 * np.log(10.0), rel=0.02)


def test_medicines_are_no_reason_to_refuse(split_face: Trial, recording: Recording) -> None:
    from rubor.trials.trial import Conditions

    conditions = Conditions(medicines=(Medicine("propranolol", 3.0),))
    _, session = add_recording(
        split_face, recording, recorded_on=DAY, today=TODAY, conditions=conditions
    )
    assert session.conditions.medicines[0].name == "propranolol"
