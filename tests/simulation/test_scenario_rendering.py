"""Rendered frames: light and camera change the whole picture, movement the head, the seed decides all."""

from __future__ import annotations

import math
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from rubor.optics import srgb_encode
from rubor.simulation import (
    CameraSpec,
    GainDrift,
    HeadTurn,
    Lamp,
    LightSpec,
    MotionSpec,
    Pulse,
    RenderedScenario,
    Response,
    Scenario,
    SkinSpec,
    Smile,
)
from rubor.simulation.filming_spec import DriftKind
from rubor.simulation.truth import true_regions
from rubor.vision.face_tracking import FaceTracker
from rubor.vision.frame import PhotoFrame
from rubor.vision.head_pose import head_pose_deg
from rubor.vision.reference_face import REGIONS, reference_face

Frame = npt.NDArray[np.float32]
FloatArray = npt.NDArray[np.float64]

QUIET = Scenario(
    duration_s=6.0,
    frame_rate=5.0,
    width=480,
    height=270,
    pulse=Pulse(size_ln=0.0),
    motion=MotionSpec(sway=0.0),
)


def wall(frame: Frame) -> FloatArray:
    """Mean colour beside the head, (3,)."""
    return frame[:120, :90].astype(np.float64).mean(axis=(0, 1))


def face(frame: Frame) -> FloatArray:
    """Mean colour of the middle of the face, (3,)."""
    return frame[110:150, 215:265].astype(np.float64).mean(axis=(0, 1))


def seen(made: RenderedScenario, part: object = wall) -> FloatArray:
    """ln of a part's mean colour at each frame against the first, (n, 3)."""
    means = np.array([part(frame) for frame in made.frames()])  # type: ignore[operator]
    return np.asarray(np.log(means / means[0]))


def of_frames(made: RenderedScenario, column: str) -> FloatArray:
    """A column of the truth, one value a frame."""
    truth = true_regions(made)
    return truth[truth["region"] == "nose"][column].to_numpy()


@cache
def quiet() -> RenderedScenario:
    return RenderedScenario(QUIET)


def test_without_change_every_frame_is_the_same() -> None:
    frames = [quiet().frame(number) for number in (0, 11, 29)]
    assert np.array_equal(frames[0], frames[1])
    assert np.array_equal(frames[0], frames[2])


def test_frames_do_not_depend_on_the_order_in_which_they_are_asked_for() -> None:
    scenario = replace(
        QUIET,
        duration_s=3.0,
        response=(Response(onset_s=0.5, rise_s=1.0),),
        light=LightSpec(lamp=(Lamp(on_s=1.0),)),
        motion=MotionSpec(smile=(Smile(onset_s=0.5),)),
    )
    forwards = [frame.copy() for frame in RenderedScenario(scenario).frames()]
    made = RenderedScenario(scenario)
    for number in (9, 3, 14, 6):
        assert np.array_equal(made.frame(number), forwards[number])


def test_the_seed_decides_everything() -> None:
    scenario = replace(
        QUIET,
        skin=SkinSpec(draw=True),
        camera=CameraSpec(draw=True, drift=(GainDrift(red_ln=0.01),)),
        light=LightSpec(draw=True),
        motion=MotionSpec(),
    )
    one, again, other = (
        RenderedScenario(replace(scenario, seed=seed)).frame(7) for seed in (4, 4, 5)
    )
    assert np.array_equal(one, again)
    assert not np.array_equal(one, other)


@pytest.mark.parametrize("kind", ["sine", "ramp", "walk"])
def test_drift_is_seen_by_wall_and_face_as_the_truth_says(kind: DriftKind) -> None:
    drift = GainDrift(
        kind=kind, red_ln=0.03, blue_ln=-0.02, period_s=6.0, start_s=1.0, length_s=4.0
    )
    made = RenderedScenario(replace(QUIET, camera=CameraSpec(drift=(drift,))))
    red_green = of_frames(made, "light_ln_red_green")
    blue_green = of_frames(made, "light_ln_blue_green")
    assert np.ptp(red_green) > 0.02
    for part in (wall, face):
        change = seen(made, part)
        np.testing.assert_allclose(change[:, 0] - change[:, 1], red_green, atol=1e-5)
        np.testing.assert_allclose(change[:, 2] - change[:, 1], blue_green, atol=1e-5)


def test_a_walk_has_the_spread_asked_for_in_each_channel_by_itself() -> None:
    drift = GainDrift(kind="walk", red_ln=0.004, green_ln=0.004, blue_ln=0.004)
    made = RenderedScenario(replace(QUIET, duration_s=30.0, camera=CameraSpec(drift=(drift,))))
    gains = made.course.gains_ln
    np.testing.assert_allclose(gains.std(axis=0), 0.004, rtol=1e-6)
    correlation = np.corrcoef(gains.T)
    assert np.abs(correlation[np.triu_indices(3, 1)]).max() < 0.99
    # Slow: what happens within a second is a small part of it.
    assert np.abs(np.diff(gains, axis=0)).max() < 0.002


def test_an_exposure_ramp_leaves_ratios_of_channels_alone() -> None:
    drift = GainDrift(kind="ramp", exposure_stops=0.5, start_s=1.0, length_s=2.0)
    made = RenderedScenario(replace(QUIET, camera=CameraSpec(drift=(drift,))))
    change = seen(made)
    np.testing.assert_allclose(change[-1], 0.5 * math.log(2.0), atol=1e-5)
    np.testing.assert_allclose(of_frames(made, "exposure_ln"), change[:, 1], atol=1e-5)
    assert np.abs(of_frames(made, "light_ln_red_green")).max() < 1e-12


def test_exposure_is_metered_and_shifted_in_stops() -> None:
    bright = RenderedScenario(replace(QUIET, camera=CameraSpec(exposure_stops=1.0)))
    np.testing.assert_allclose(bright.frame(0), 2.0 * quiet().frame(0), rtol=1e-4)
    # A stop brighter, an evenly lit light face still fits below white.
    assert float(np.percentile(bright.frame(0)[100:200, 200:280], 99)) < 1.0
    # A darker person makes the camera open up a little, and the wall brighter.
    dark = RenderedScenario(replace(QUIET, skin=SkinSpec(tone="dark")))
    assert float(wall(quiet().frame(0)).mean()) < float(wall(dark.frame(0)).mean()) < 0.45


def test_contrast_multiplies_every_log_ratio() -> None:
    steeper = RenderedScenario(replace(QUIET, camera=CameraSpec(contrast=1.1)))
    plain, steep = quiet().frame(0).astype(np.float64), steeper.frame(0).astype(np.float64)
    np.testing.assert_allclose(np.log(steep / 0.18), 1.1 * np.log(plain / 0.18), atol=1e-4)


def test_a_lamp_reddens_wall_and_face_and_the_truth_tells() -> None:
    lamp = Lamp(illuminant="A", strength=0.2, on_s=2.0, rise_s=0.4)
    made = RenderedScenario(replace(QUIET, light=LightSpec(lamp=(lamp,))))
    change = seen(made)
    red_green = of_frames(made, "light_ln_red_green")
    assert red_green[:10].max() == 0.0
    assert red_green[-1] > 0.03
    np.testing.assert_allclose(change[:, 0] - change[:, 1], red_green, atol=1e-4)
    np.testing.assert_allclose(change[:, 1], of_frames(made, "exposure_ln"), atol=1e-4)
    # Skin is no white: its own colour in lamp light, but near that of the wall's change.
    on_face = seen(made, face)
    assert on_face[-1, 0] - on_face[-1, 1] == pytest.approx(red_green[-1], abs=0.02)


def test_side_light_falls_on_the_side_it_is_said_to() -> None:
    made = RenderedScenario(replace(QUIET, light=LightSpec(side_ln=0.4)))
    change = np.log(
        made.frame(0).astype(np.float64)[120:150] / quiet().frame(0).astype(np.float64)[120:150]
    ).mean(axis=(0, 2))
    left_cheek, right_cheek = change[265:275].mean(), change[205:215].mean()
    assert left_cheek - right_cheek > 0.2
    # All channels alike, but for colours that mix between pixels.
    ratio = made.frame(0)[110:150, 215:265] / quiet().frame(0)[110:150, 215:265]
    assert float(np.ptp(ratio, axis=-1).max()) < 0.01


def test_the_head_moves_as_the_truth_says_and_the_wall_does_not() -> None:
    made = RenderedScenario(replace(QUIET, width=640, height=360, motion=MotionSpec(sway=3.0)))
    frames = [made.frame(number) for number in (0, 10, 20)]
    assert np.ptp(np.stack(frames)[:, :90, :60], axis=0).max() < 1e-6
    x, y = of_frames(made, "head_x_px"), of_frames(made, "head_y_px")
    found = []
    for frame in frames:
        points = mesh_on(frame)
        found.append((points[33, :2] + points[263, :2]) / 2.0)
    moved = np.array(found) - found[0]
    expected = np.stack([x, y], axis=1)[[0, 10, 20]] - (x[0], y[0])
    assert np.abs(expected).max() > 2.0
    np.testing.assert_allclose(moved, expected, atol=1.0)


def test_a_turn_of_the_head_is_a_turn_to_that_side() -> None:
    turn = HeadTurn(angle_deg=12.0, onset_s=1.0, rise_s=1.0, plateau_s=3.0)
    made = RenderedScenario(
        replace(QUIET, width=640, height=360, motion=MotionSpec(sway=0.0, turn=(turn,)))
    )
    straight, turned = (head_pose_deg(mesh_on(made.frame(number))) for number in (0, 15))
    assert of_frames(made, "head_yaw_deg")[15] == pytest.approx(12.0)
    # Positive to person-left. The outline stays in place, so the mesh sees part of the turn.
    assert 4.0 < turned[0] - straight[0] < 14.0


def test_a_smile_lifts_the_corners_of_the_mouth_and_is_no_blood() -> None:
    smile = Smile(size=1.0, onset_s=1.0, rise_s=0.6, plateau_s=3.0)
    scenario = replace(QUIET, width=640, height=360)
    made = RenderedScenario(replace(scenario, motion=MotionSpec(sway=0.0, smile=(smile,))))
    before, after = made.frame(0), made.frame(15)
    still, smiling = mesh_on(before), mesh_on(after)
    for corner in (61, 291):
        assert smiling[corner, 1] < still[corner, 1] - 1.0
    assert smiling[291, 0] - smiling[61, 0] > still[291, 0] - still[61, 0] + 1.0
    assert not of_frames(made, "true_blood_change").any()
    # Light changes on the cheeks, and with it ln(R/G) of points of the skin, as in real smiles.
    face_points = reference_face()
    region = face_points.cell_region[face_points.tap_cell]
    change = {}
    for name in ("cheek_left", "cheek_right"):
        ratios = []
        for frame, mesh in ((before, still), (after, smiling)):
            points = (face_points.taps_from_landmarks @ mesh)[region == REGIONS.index(name), :2]
            columns, rows = np.rint(points).astype(int).T
            colour = frame[rows, columns].astype(np.float64).mean(axis=0)
            ratios.append(math.log10(colour[0] / colour[1]))
        change[name] = ratios[1] - ratios[0]
    assert 0.001 < max(map(abs, change.values())) < 0.03


def test_gloss_moves_with_the_head_and_pales_the_skin() -> None:
    made = RenderedScenario(
        replace(
            QUIET,
            skin=SkinSpec(tone="tan", specular=0.03),
            motion=MotionSpec(sway=1.0, specular_change=0.3),
        )
    )
    calm = RenderedScenario(replace(made.scenario, motion=MotionSpec(sway=1.0)))
    ratios = [
        math.log(face(a.frame(number))[0] / face(a.frame(number))[1])
        for a in (made, calm)
        for number in range(0, 30, 3)
    ]
    assert np.std(ratios[:10]) > 1.5 * np.std(ratios[10:])


@pytest.mark.parametrize("drawn", [True, False])
def test_light_is_positive_and_finite(drawn: bool) -> None:
    scenario = replace(
        QUIET,
        seed=11,
        skin=SkinSpec(tone="dark", draw=drawn),
        camera=CameraSpec(draw=drawn, exposure_stops=-1.0),
        light=LightSpec(draw=drawn, lamp=(Lamp(on_s=0.0, strength=2.0),)),
        response=(Response(size_ln=2.0, onset_s=0.0, rise_s=0.5),) * 2,
    )
    frame = RenderedScenario(scenario).frame(4)
    assert frame.dtype == np.float32
    assert frame.shape == (270, 480, 3)
    assert np.all(np.isfinite(frame))
    assert float(frame.min()) > 0.0


def test_any_photo_may_be_given(shared: Path) -> None:
    scenario = replace(
        QUIET,
        width=640,
        height=360,
        photo=shared / "videos" / "face_even_light.jpg",
        skin=SkinSpec(tone="brown", specular=0.0),
        motion=MotionSpec(sway=3.0),
        response=(Response(onset_s=0.2, rise_s=0.4, plateau_s=9.0, regions={"cheek": 1.0}),),
    )
    made = RenderedScenario(scenario)
    before, after = made.frame(0), made.frame(15)
    # The photo's own background and the wall around it stay where they are.
    assert np.abs(after - before)[:80, :20].max() < 1e-6
    assert np.abs(after - before).max() > 0.01
    truth = true_regions(made)
    assert truth["skin_share"].min() > 0.9
    eyes = mesh_on(before)[[33, 263], 0]
    assert eyes[1] - eyes[0] == pytest.approx(0.2537 * 360, rel=0.05)


def mesh_on(frame: Frame) -> FloatArray:
    """Face Mesh found in a frame as in a photo of it, (468, 3)."""
    display = np.rint(255.0 * srgb_encode(np.clip(frame, 0.0, 1.0))).astype(np.uint8)
    points = FaceTracker().follow(PhotoFrame(frame, display))
    assert points is not None
    return points.astype(np.float64)
