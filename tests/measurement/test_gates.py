"""Each gate passes a good recording, fails the fault it is named for, and then says the cure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from rubor.measurement.baseline import Baseline, NoBaseline
from rubor.measurement.gates import GATES, Evidence, Gate, judge
from rubor.measurement.light_reference import LightReference
from rubor.measurement.observation import Observation
from rubor.measurement.region_series import ColourSeries
from rubor.vision.reference_face import REGIONS

FRAMES = 450
RATE = 15.0
SKIN = (0.42, 0.24, 0.18)


def observation(**changes: Any) -> Observation:
    good: dict[str, Any] = {
        "time_s": np.arange(FRAMES) / RATE,
        "segment": np.zeros(FRAMES, np.intp),
        "found": np.ones(FRAMES, bool),
        "pose_deg": np.tile([3.0, -4.0, 1.0], (FRAMES, 1)),
        "eye_distance_px": np.full(FRAMES, 150.0),
        "centre_px": np.tile([640.0, 360.0], (FRAMES, 1)),
        "masked_share": np.full(FRAMES, 0.01),
        "blur": np.full(30, 0.02),
        "texture": np.full(10, 0.02),
        "background": None,
        "card": None,
        "colour_card": None,
        "checks_with_several_faces": 0.0,
        "width_px": 1280,
        "height_px": 720,
    }
    return Observation(**{**good, **changes})


def regions(**colour_of: tuple[float, float, float]) -> ColourSeries:
    """All regions of one skin colour, but for those named."""
    colours = np.array([colour_of.get(name, SKIN) for name in REGIONS], np.float32)
    shape = (FRAMES, len(REGIONS))
    return ColourSeries(
        REGIONS,
        np.tile(colours, (FRAMES, 1, 1)),
        np.ones(shape, bool),
        np.ones(shape, np.float32),
    )


def light(log_r_over_g: float | None = 0.0) -> LightReference:
    time_s = np.arange(FRAMES) / RATE
    nothing = np.full(FRAMES, np.nan)
    if log_r_over_g is None:
        return LightReference("none", time_s, nothing, nothing, nothing, nothing, 0, False, "none")
    drift = np.linspace(0.0, log_r_over_g, FRAMES)
    flat = np.zeros(FRAMES)
    return LightReference("background", time_s, drift, flat, flat, flat + 1e-3, 20, False, None)


GOOD = Evidence(
    observation=observation(),
    regions=regions(),
    baseline=Baseline(1.0, 4.0, "quietest early stretch", None),
    light=light(),
    duration_s=FRAMES / RATE,
    still_photo=False,
    mirrored=False,
    complete=True,
)


def gate(evidence: Evidence, name: str) -> Gate:
    return next(gate for gate in judge(evidence) if gate.name == name)


def everywhere(*colour: float) -> dict[str, tuple[float, ...]]:
    return dict.fromkeys(REGIONS, colour)


def seen(**changes: Any) -> Evidence:
    return replace(GOOD, observation=observation(**changes))


def coloured(**colour_of: Any) -> Evidence:
    return replace(GOOD, regions=regions(**colour_of))


WANDERING = np.tile([640.0, 360.0], (FRAMES, 1)) + np.linspace(0, 300, FRAMES)[:, None]
SLOW = np.arange(FRAMES) / 8.0
# One frame in five comes half a second late.
DROPPED = np.cumsum(np.where(np.arange(FRAMES) % 5 == 0, 0.5, 1.0 / RATE))

FAULTS: dict[str, Evidence] = {
    "other_faces_share": seen(checks_with_several_faces=0.5),
    "face_size_px": seen(eye_distance_px=np.full(FRAMES, 80.0)),
    "face_visible_share": seen(found=np.arange(FRAMES) < FRAMES // 2),
    "head_turn_deg": seen(pose_deg=np.tile([40.0, 0.0, 0.0], (FRAMES, 1))),
    "head_motion_share": seen(centre_px=WANDERING),
    "blur_share": seen(blur=np.full(30, 0.12)),
    "face_brightness": coloured(**everywhere(0.02, 0.012, 0.01)),
    "clipped_share": seen(masked_share=np.full(FRAMES, 0.2)),
    "uneven_light": coloured(cheek_left=(0.16, 0.09, 0.07)),
    "mixed_light": coloured(cheek_left=(0.42, 0.24, 0.30)),
    "colour_off_skin": coloured(**everywhere(0.2, 0.3, 0.6)),
    "light_drift_percent": replace(GOOD, light=light(0.12)),
    "frame_rate_fps": seen(time_s=SLOW),
    "dropped_share": seen(time_s=DROPPED),
    "duration_s": replace(GOOD, duration_s=9.5),
    "cuts": seen(segment=(np.arange(FRAMES) > 200).astype(np.intp)),
    "has_baseline": replace(GOOD, baseline=NoBaseline("the recording is too short")),
    "mirroring_known": replace(GOOD, mirrored=None),
    "complete_file": replace(GOOD, complete=False),
}
# Faults that are told but do not make a recording unusable.
ONLY_TOLD = {"head_motion_share", "mirroring_known", "complete_file"}


def test_a_good_recording_passes_every_gate_and_is_given_no_advice() -> None:
    for found in judge(GOOD):
        assert found.passed is True, found
        assert found.advice == ""
        assert found.value is not None


def test_every_gate_has_a_fault_here() -> None:
    assert [gate.name for gate in judge(GOOD)] == list(FAULTS)
    assert len(GATES) == len(FAULTS)


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_fails_its_own_gate_with_a_cure(name: str) -> None:
    failed = gate(FAULTS[name], name)
    assert failed.passed is False
    assert failed.value is not None
    assert failed.limit is not None
    assert failed.matters is (name not in ONLY_TOLD)
    # A sentence that tells what to do.
    assert len(failed.advice.split()) > 4
    assert failed.advice[0].isupper()
    assert failed.advice.endswith(".")


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_fails_no_gate_but_those_it_must(name: str) -> None:
    others = {found.name for found in judge(FAULTS[name]) if found.passed is False} - {name}
    # Two lamps of two colours are two brightnesses too, and a picture all blue is no skin.
    assert others <= {"mixed_light", "uneven_light", "dropped_share", "frame_rate_fps"}


@pytest.mark.parametrize(
    ("name", "just_good"),
    [
        ("face_size_px", seen(eye_distance_px=np.full(FRAMES, 90.0))),
        ("duration_s", replace(GOOD, duration_s=10.0)),
        ("frame_rate_fps", seen(time_s=np.arange(FRAMES) / 12.5)),
        ("light_drift_percent", replace(GOOD, light=light(0.049))),
    ],
)
def test_what_just_meets_a_limit_passes(name: str, just_good: Evidence) -> None:
    assert gate(just_good, name).passed is True


@pytest.mark.parametrize(
    "rgb",
    [
        # Linear light of skins from light to very dark, and of a strong flush.
        (0.55, 0.37, 0.30),
        (0.42, 0.24, 0.18),
        (0.26, 0.14, 0.075),
        (0.10, 0.045, 0.025),
        (0.07, 0.032, 0.02),
        (0.50, 0.19, 0.15),
    ],
)
def test_no_tone_of_skin_and_no_flush_is_called_unnatural(
    rgb: tuple[float, float, float],
) -> None:
    assert gate(coloured(**everywhere(*rgb)), "colour_off_skin").passed is True


def test_a_photo_is_not_asked_for_what_only_a_video_has() -> None:
    names = {
        found.name for found in judge(replace(GOOD, still_photo=True, observation=observation()))
    }
    assert names == {
        "other_faces_share", "face_size_px", "head_turn_deg", "blur_share", "face_brightness",
        "clipped_share", "uneven_light", "mixed_light", "colour_off_skin", "mirroring_known",
    }  # fmt: skip


def test_without_a_reference_the_drift_is_unknown_and_not_passed() -> None:
    found = gate(replace(GOOD, light=light(None)), "light_drift_percent")
    assert (found.value, found.passed) == (None, None)
    assert found.advice


def test_a_file_whose_end_is_unknown_is_not_called_complete() -> None:
    found = gate(replace(GOOD, complete=None), "complete_file")
    assert (found.value, found.passed) == (None, None)


@pytest.mark.parametrize("name", ["uneven_light", "mixed_light"])
def test_a_cheek_that_is_never_valid_is_judged_by_its_jaw(name: str) -> None:
    series = regions(jaw_left=(0.10, 0.06, 0.09))
    series.linear_rgb[:, series.names.index("cheek_left")] = np.nan
    assert gate(replace(GOOD, regions=series), name).passed is False


@pytest.mark.parametrize("change", [None, "unseen"])
def test_values_are_numbers_or_none_and_never_nan(change: str | None) -> None:
    evidence = GOOD
    if change == "unseen":
        blank = regions()
        blank.linear_rgb[:] = np.nan
        blank.valid[:] = False
        evidence = replace(GOOD, regions=blank)
    for found in judge(evidence):
        assert found.value is None or np.isfinite(found.value)
        assert isinstance(found.passed, bool | None)


def test_gates_are_functions_of_the_evidence_alone() -> None:
    gates: tuple[Callable[[Evidence], Gate | None], ...] = GATES
    assert judge(GOOD) == judge(GOOD)
    assert [make(GOOD) for make in gates] == list(judge(GOOD))
