"""Rendered skin: its colour is the model's, its tone the one asked for, its blood where it was put."""

from __future__ import annotations

import math
from dataclasses import replace
from functools import cache

import cv2
import numpy as np
import numpy.typing as npt
import pytest

from rubor.optics import individual_typology_angle_deg, linear_rgb_to_lab, skin_tones
from rubor.simulation import (
    MotionSpec,
    Pulse,
    RenderedScenario,
    Response,
    Scenario,
    SkinSpec,
    TreatedPatch,
)
from rubor.simulation.skin_colours import lightings, resting_skin, skin_colour
from rubor.simulation.truth import true_cells, true_regions
from rubor.vision.reference_face import REGIONS, reference_face

FloatArray = npt.NDArray[np.float64]

RISE = math.log(1.5)
# A still head without pulse; the response is full from 1 s on.
FULL_BLUSH = Response(size_ln=RISE, onset_s=0.1, rise_s=0.5, plateau_s=9.0)
STILL = Scenario(
    duration_s=2.0,
    frame_rate=5.0,
    width=640,
    height=360,
    pulse=Pulse(size_ln=0.0),
    motion=MotionSpec(sway=0.0),
    response=(FULL_BLUSH,),
)
REST, FULL = 0, 8


@cache
def rendered(tone: str = "light", specular: float = 0.02) -> RenderedScenario:
    return RenderedScenario(replace(STILL, skin=SkinSpec(tone=tone, specular=specular)))


def bare_points(made: RenderedScenario) -> tuple[FloatArray, npt.NDArray[np.bool_]]:
    """Points of the face in the frame (taps, 2), and whether they lie well within bare skin."""
    sitter = made.sitter
    inner = cv2.erode((sitter.complexion > 0.995).astype(np.uint8), np.ones((3, 3), np.uint8))
    columns, rows = np.rint(sitter.taps_px).astype(int).T
    placed = np.column_stack([sitter.taps_px, np.ones(len(sitter.taps_px))])
    return placed @ made.head_maps[0].T, np.asarray(inner)[rows, columns] > 0


def colours(made: RenderedScenario, number: int) -> FloatArray:
    """Colours of a frame at the points of the face, (taps, 3)."""
    points, _ = bare_points(made)
    frame = made.frame(number)
    columns = points[:, :1].astype(np.float32)
    rows = points[:, 1:].astype(np.float32)
    return cv2.remap(frame, columns, rows, cv2.INTER_LINEAR)[:, 0].astype(np.float64)


def region_of_points() -> npt.NDArray[np.intp]:
    face = reference_face()
    return face.cell_region[face.tap_cell]


def change_of_log_ratio(made: RenderedScenario, region: str) -> float:
    """Change of ln R - ln G of the bare skin of a region from rest to the full blush."""
    _, bare = bare_points(made)
    chosen = bare & (region_of_points() == REGIONS.index(region))
    before, after = (colours(made, number)[chosen].mean(axis=0) for number in (REST, FULL))
    return float(np.log(after[0] / after[1]) - np.log(before[0] / before[1]))


@pytest.mark.parametrize("tone", [tone.name for tone in skin_tones()])
def test_the_skin_has_the_tone_asked_for(tone: str) -> None:
    made = rendered(tone)
    _, bare = bare_points(made)
    # Relative to a white in the same light, as skin tone is defined.
    seen = colours(made, REST)[bare].mean(axis=0) / math.exp(made.exposure_ln)
    angle = float(individual_typology_angle_deg(linear_rgb_to_lab(seen)))
    asked = next(step.ita_deg for step in skin_tones() if step.name == tone)
    assert angle == pytest.approx(asked, abs=2.0)


@pytest.mark.parametrize("specular", [0.0, 0.03])
@pytest.mark.parametrize("tone", ["very-light", "tan", "brown"])
def test_a_rise_of_blood_changes_colour_as_the_model_says(tone: str, specular: float) -> None:
    made = rendered(tone, specular)
    skin = resting_skin(made.scenario.skin)
    light = lightings(made.scenario.camera, ["D65"])[0]
    blood = float(np.asarray(skin.blood_fraction))
    before = skin_colour(skin, light) + specular
    after = skin_colour(replace(skin, blood_fraction=blood * math.exp(RISE)), light) + specular
    expected = math.log(after[0] / after[1]) - math.log(before[0] / before[1])
    for cheek in ("cheek_left", "cheek_right"):
        # The cheeks of this photo have about the mean blood of the face.
        assert change_of_log_ratio(made, cheek) == pytest.approx(expected, rel=0.08)
    # Where the photo is redder there is more blood, and its change shows more.
    assert change_of_log_ratio(made, "nose") == pytest.approx(expected, rel=0.2)


def test_every_pixel_is_the_table_at_its_own_melanin_and_blood() -> None:
    made = rendered("light", 0.0)
    _, bare = bare_points(made)
    field, painter = made.painter.field, made.painter
    blood = field.at_taps(painter.log_blood_at_rest)
    table = painter.table
    expected = table.log_colour(blood + RISE) - table.log_colour(blood)
    seen = np.log(colours(made, FULL) / colours(made, REST))
    # Between pixels, colours mix and not their logarithms.
    np.testing.assert_allclose(seen[bare], expected[bare], atol=0.003)


def test_the_truth_is_the_response_where_the_whole_face_has_it() -> None:
    truth = true_regions(rendered())
    full = truth[truth["time_s"] == truth["time_s"].iloc[-1]]
    assert list(full["region"]) == list(REGIONS)
    np.testing.assert_allclose(full["true_blood_change"], RISE, rtol=1e-3)
    cells = true_cells(rendered())
    full_cells = cells[cells["time_s"] == cells["time_s"].iloc[-1]]
    assert len(full_cells) == reference_face().cells
    np.testing.assert_allclose(full_cells["true_blood_change"], RISE, rtol=1e-3)


def test_hair_over_the_forehead_is_told() -> None:
    truth = true_regions(rendered()).drop_duplicates("region").set_index("region")
    # The portrait has a fringe.
    assert truth.loc["forehead", "skin_share"] < 0.8
    assert truth.loc["nose", "skin_share"] == pytest.approx(1.0)


@pytest.mark.parametrize("side", ["left", "right"])
def test_a_one_sided_response_is_on_that_side_of_the_person(side: str) -> None:
    other = "right" if side == "left" else "left"
    response = replace(FULL_BLUSH, **{other: 0.0})
    made = RenderedScenario(replace(STILL, response=(response,)))
    assert change_of_log_ratio(made, f"cheek_{side}") > 0.05
    assert change_of_log_ratio(made, f"cheek_{other}") == pytest.approx(0.0, abs=1e-3)
    # The picture is not mirrored: person-left is at its right.
    changed = np.abs(made.frame(FULL) - made.frame(REST)).max(axis=-1)
    centre = float((changed.sum(axis=0) * np.arange(STILL.width)).sum() / changed.sum())
    assert (centre > STILL.width / 2) is (side == "left")


def test_a_response_of_some_regions_leaves_the_others_alone() -> None:
    response = replace(FULL_BLUSH, regions={"cheek": 1.0, "chin": 0.5})
    truth = true_regions(RenderedScenario(replace(STILL, response=(response,))))
    full = truth[truth["time_s"] == truth["time_s"].iloc[-1]].set_index("region")
    change = full["true_blood_change"] / RISE
    # The edges of regions are soft, so a little goes over.
    assert change["cheek_left"] == pytest.approx(1.0, abs=0.06)
    assert change["chin"] == pytest.approx(0.5, abs=0.06)
    assert change["nose"] == pytest.approx(0.0, abs=0.06)
    assert change["forehead"] == pytest.approx(0.0, abs=0.01)


def test_a_treated_patch_changes_less_in_truth_and_in_the_picture() -> None:
    patch = TreatedPatch(reduction=0.7, centre_cm=(4.0, -3.5), semi_axes_cm=(1.6, 1.6))
    made = RenderedScenario(replace(STILL, treated=(patch,)))
    untreated = rendered()
    face = reference_face()
    away = np.hypot(face.tap_position_cm[:, 0] - 4.0, face.tap_position_cm[:, 1] + 3.5)
    _, bare = bare_points(made)

    def response(scenario: RenderedScenario, chosen: npt.NDArray[np.bool_]) -> float:
        before, after = (colours(scenario, number)[chosen] for number in (REST, FULL))
        return float(np.mean(np.log(after[:, 1] / before[:, 1])))

    within, outside = bare & (away < 1.2), bare & (away > 2.2)
    # ln G goes nearly in proportion to ln blood.
    left_over = response(made, within) / response(untreated, within)
    assert left_over == pytest.approx(0.3, abs=0.03)
    assert response(made, outside) == pytest.approx(response(untreated, outside), rel=0.01)
    cells = true_cells(made).set_index("cell")["true_blood_change"].groupby(level=0).last() / RISE
    middle = np.hypot(face.cell_centre_cm[:, 0] - 4.0, face.cell_centre_cm[:, 1] + 3.5)
    inner = [name for name, far in zip(face.cell_names, middle, strict=True) if far < 0.7]
    outer = [name for name, far in zip(face.cell_names, middle, strict=True) if far > 3.0]
    assert inner
    np.testing.assert_allclose(cells[inner], 0.3, atol=0.03)
    np.testing.assert_allclose(cells[outer], 1.0, atol=0.01)


def test_a_treated_side_leaves_the_other_side_and_the_other_response() -> None:
    flush = Response(kind="flush", size_ln=RISE, onset_s=0.1, rise_s=0.5, plateau_s=9.0)
    patch = TreatedPatch(reduction=0.6, side="left", responses=("blush",))
    for response, expected in ((FULL_BLUSH, 0.4), (flush, 1.0)):
        made = RenderedScenario(replace(STILL, response=(response,), treated=(patch,)))
        truth = true_regions(made)
        full = truth[truth["time_s"] == truth["time_s"].iloc[-1]].set_index("region")
        change = full["true_blood_change"] / RISE
        assert change["cheek_left"] == pytest.approx(expected, abs=0.01)
        assert change["jaw_left"] == pytest.approx(expected, abs=0.03)
        assert change["cheek_right"] == pytest.approx(1.0, abs=0.01)


def test_a_change_of_saturation_is_that_of_the_model() -> None:
    response = replace(FULL_BLUSH, saturation_change=0.1)
    skin_spec = SkinSpec(tone="light", specular=0.0)
    made = RenderedScenario(replace(STILL, response=(response,), skin=skin_spec))
    skin = resting_skin(made.scenario.skin)
    light = lightings(made.scenario.camera, ["D65"])[0]
    blood = float(np.asarray(skin.blood_fraction)) * math.exp(RISE)
    plain, richer = (
        skin_colour(replace(skin, blood_fraction=blood, oxygen_saturation=saturation), light)
        for saturation in (0.725, 0.825)
    )
    expected = math.log(richer[0] / richer[1]) - math.log(plain[0] / plain[1])
    more = change_of_log_ratio(made, "cheek_right") - change_of_log_ratio(
        rendered("light", 0.0), "cheek_right"
    )
    assert more == pytest.approx(expected, rel=0.1)
    truth = true_regions(made)
    assert truth["true_saturation"].iloc[0] == pytest.approx(0.725)
    assert truth["true_saturation"].iloc[-1] == pytest.approx(0.825)


def test_the_pulse_is_in_all_bare_skin_at_its_rate() -> None:
    scenario = replace(
        STILL,
        duration_s=4.0,
        frame_rate=10.0,
        response=(),
        pulse=Pulse(rate_bpm=75.0, size_ln=0.05),
    )
    made = RenderedScenario(scenario)
    _, bare = bare_points(made)
    green = np.array([math.log(colours(made, n)[bare, 1].mean()) for n in range(40)])
    spectrum = np.abs(np.fft.rfft(green - green.mean()))
    assert 60.0 * np.fft.rfftfreq(40, 0.1)[spectrum.argmax()] == pytest.approx(75.0)
    # +10 % blood lowers ln G by 2.5 % in light skin.
    assert np.ptp(green) / 2.0 == pytest.approx(0.05 * 0.0254 / math.log(1.1), rel=0.15)


def test_surface_reflection_hides_part_of_the_blood_in_darker_skin() -> None:
    shares = {
        tone: change_of_log_ratio(rendered(tone, 0.03), "chin")
        / change_of_log_ratio(rendered(tone, 0.0), "chin")
        for tone in ("very-light", "brown")
    }
    assert shares["brown"] < shares["very-light"] < 1.0
