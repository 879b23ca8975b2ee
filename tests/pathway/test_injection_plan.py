"""A plan: where points lie on real faces, and that no dose exists without a prescriber."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from jsonschema import Draft202012Validator
from PIL import Image

from rubor.errors import FaceNotFoundError, InputError, SeveralFacesError
from rubor.pathway.dosing import DoseChoice
from rubor.pathway.face_surface import FaceSurface, face_surface
from rubor.pathway.frontal_face import FrontalFace, check_frontal, find_frontal_face
from rubor.pathway.injection_plan import (
    PLAN_SCHEMA,
    Authority,
    InjectionPlan,
    plan_injections,
)
from rubor.pathway.injection_zones import mirrored_landmarks, zone_rules
from rubor.pathway.plan_json import plan_from_json, plan_to_json
from rubor.pathway.surface_distance import SurfaceDistances
from rubor.pathway.true_scale import ScaleReference
from rubor.trials.compared_area import compared_cells

MADE_ON = date(2026, 3, 2)
EYES = ScaleReference("eye_corners", 90.0)
AUTHORITY = Authority("First Last", date(2026, 3, 1))

FACES = ["astronaut", "even_light"]


@pytest.fixture(params=FACES)
def planned(request: pytest.FixtureRequest) -> tuple[FrontalFace, InjectionPlan]:
    return request.getfixturevalue(request.param), request.getfixturevalue(f"{request.param}_plan")


def surface_of(face: FrontalFace, plan: InjectionPlan) -> FaceSurface:
    return face_surface(face.mesh_px, plan.scale.mm_per_px)


def positions(plan: InjectionPlan) -> np.ndarray:
    return np.array([(p.x_mm, p.y_mm, p.z_mm) for p in plan.points])


def test_points_lie_on_cheeks_and_nose_only(planned: tuple[FrontalFace, InjectionPlan]) -> None:
    _, plan = planned
    assert {area.name for area in plan.areas} == {"cheeks", "nose"}
    for point in plan.points:
        assert point.cell is not None
        assert point.cell.startswith("cheek" if point.area == "cheeks" else "nose")
        if point.side != "middle":
            assert (point.x_mm > 0) == (point.side == "left")


def test_no_point_lies_where_a_frontal_photo_hardly_shows_the_skin(
    planned: tuple[FrontalFace, InjectionPlan],
) -> None:
    """There a pixel is several mm of skin, and the mesh reaches over hair and ear."""
    face, plan = planned
    surface = surface_of(face, plan)
    corners = surface.points_mm[surface.triangles[surface.nearest(positions(plan)).triangle]]
    across = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    slant = np.degrees(np.arccos(np.abs(across[:, 2]) / np.linalg.norm(across, axis=1)))
    assert slant.max() <= zone_rules()["photo"]["most_slant_deg"] <= 70.0


@pytest.mark.parametrize("landmarks", ["lower_orbital_rim", "eyebrow"])
def test_no_point_is_nearer_to_a_zone_than_its_margin_measured_anew(
    planned: tuple[FrontalFace, InjectionPlan], landmarks: str
) -> None:
    """From every landmark of the zone's curve to every point, along the mesh."""
    face, plan = planned
    surface = surface_of(face, plan)
    zone = zone_rules()["avoid"][landmarks]
    curve = [*zone["landmarks"], *mirrored_landmarks(zone["landmarks"])]
    distances = SurfaceDistances(surface)
    field = distances.from_points(surface.vertices(np.array(curve)))
    assert field.at(surface.nearest(positions(plan))).min() >= zone["margin_mm"]


def test_no_point_lies_below_the_line_from_ear_to_mouth_corner(
    planned: tuple[FrontalFace, InjectionPlan],
) -> None:
    """Seen from the side, in y and z, which is stricter on a cheek that bulges outward."""
    face, plan = planned
    surface = surface_of(face, plan)
    for point in plan.points:
        ends = (234, 61) if point.x_mm < 0 else (454, 291)
        ear, mouth = surface.points_mm[list(ends)]
        share = (point.z_mm - ear[2]) / (mouth[2] - ear[2])
        assert point.y_mm > ear[1] + min(max(share, 0.0), 1.0) * (mouth[1] - ear[1])


def test_every_point_near_fold_wing_or_mouth_corner_is_marked_for_a_small_dose(
    planned: tuple[FrontalFace, InjectionPlan],
) -> None:
    face, plan = planned
    surface = surface_of(face, plan)
    distances = SurfaceDistances(surface)
    where = surface.nearest(positions(plan))
    for zone in zone_rules()["reduced"].values():
        curve = [*zone["landmarks"], *mirrored_landmarks(zone["landmarks"])]
        apart = distances.from_points(surface.vertices(np.array(curve))).at(where)
        for point, distance in zip(plan.points, apart, strict=True):
            assert distance >= zone["margin_mm"] or zone["label"] in point.reduced_by


def test_neighbours_are_10_mm_apart_within_a_tenth_and_none_nearer(
    planned: tuple[FrontalFace, InjectionPlan],
) -> None:
    face, plan = planned
    assert plan.spacing_found_mm is not None
    assert plan.spacing_found_mm == pytest.approx((10.0, 10.0), abs=1.0)
    surface = surface_of(face, plan)
    apart = SurfaceDistances(surface).between(surface.nearest(positions(plan)), 25.0)
    nearest = np.where(np.eye(len(apart)) > 0, np.inf, apart).min(axis=1)
    assert nearest.min() >= 8.9


def test_left_and_right_are_mirror_images_within_2_mm(
    planned: tuple[FrontalFace, InjectionPlan],
) -> None:
    _, plan = planned
    by_name = {point.name: point for point in plan.points}
    pairs = 0
    for name, point in by_name.items():
        if point.side == "left":
            other = by_name[name[:-1] + "R"]
            apart = np.array(
                [point.x_mm + other.x_mm, point.y_mm - other.y_mm, point.z_mm - other.z_mm]
            )
            assert np.linalg.norm(apart) <= 2.0
            pairs += 1
        elif point.side == "middle":
            assert abs(point.x_mm) <= 1.0
    assert pairs >= 10


def test_there_is_about_one_point_per_cm2(planned: tuple[FrontalFace, InjectionPlan]) -> None:
    _, plan = planned
    assert len(plan.points) == pytest.approx(plan.area_cm2, rel=0.15)


def test_a_mirrored_file_gives_the_same_plan_on_the_same_sides(
    astronaut_photo: Path, astronaut_plan: InjectionPlan, tmp_path: Path
) -> None:
    path = tmp_path / "mirrored.png"
    Image.open(astronaut_photo).transpose(Image.Transpose.FLIP_LEFT_RIGHT).save(path)
    plan = plan_injections(find_frontal_face(path, mirrored=True), EYES, made_on=MADE_ON)
    assert plan.photo.mirrored
    np.testing.assert_allclose(positions(plan), positions(astronaut_plan), atol=1e-6)


def test_one_side_stays_2_cm_off_the_midline_and_can_be_given_to_a_trial(
    astronaut: FrontalFace,
) -> None:
    plan = plan_injections(
        astronaut, EYES, made_on=MADE_ON, areas=["lateral_cheeks"], sides="right"
    )
    assert {point.side for point in plan.points} == {"right"}
    assert max(point.x_mm for point in plan.points) <= -20.0
    area = compared_cells(plan.cells, between_sides=True)
    assert set(area.right) <= set(plan.cells)
    assert not set(area.left) & set(plan.cells)


def test_wishes_keep_points_away_from_laughter_lines(
    astronaut: FrontalFace, astronaut_plan: InjectionPlan
) -> None:
    plan = plan_injections(astronaut, EYES, made_on=MADE_ON, wishes=["laughter_lines"])
    assert 0 < len(plan.points) < len(astronaut_plan.points)
    assert all(p.from_mm["outer eye corner"] >= 30.0 for p in plan.points if p.area == "cheeks")
    assert not any("laughter fold" in p.reduced_by for p in plan.points)
    assert plan.wishes.texts


def test_a_measured_map_shapes_the_area(
    astronaut: FrontalFace, astronaut_plan: InjectionPlan
) -> None:
    cells = [name for name in astronaut_plan.cells if name.startswith("cheek_left")][:8]
    plan = plan_injections(astronaut, EYES, made_on=MADE_ON, only_cells=cells)
    assert plan.points
    assert {point.area for point in plan.points} == {"cheeks"}
    assert len(plan.points) == pytest.approx(plan.area_cm2, abs=4)


def test_a_draft_holds_no_dose_and_cannot_be_given_one(astronaut_plan: InjectionPlan) -> None:
    assert astronaut_plan.draft
    document = plan_to_json(astronaut_plan)
    assert document["dosing"] is None
    with pytest.raises(InputError, match="examination in person"):
        replace(astronaut_plan, authority=AUTHORITY)


def test_with_a_prescriber_there_are_doses_and_the_app_can_take_them_away(
    astronaut: FrontalFace,
) -> None:
    plan = plan_injections(
        astronaut,
        EYES,
        made_on=MADE_ON,
        age_years=30,
        authority=AUTHORITY,
        choice=DoseChoice("onabotulinumtoxinA"),
    )
    assert not plan.draft
    assert plan.dosing is not None
    assert sum(plan.dosing.units) == pytest.approx(plan.dosing.units_total)
    for point, units in zip(plan.points, plan.dosing.units, strict=True):
        assert units == (0.5 if point.reduced_by else 1.0)
    without = plan.without_doses()
    assert without.draft
    assert "onabotulinum" not in json.dumps(plan_to_json(without)["warnings"])


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"age_years": 17}, "17 years old"),
        ({"choice": DoseChoice("onabotulinumtoxinA")}, "age"),
        ({"authority": None, "age_years": 30, "choice": DoseChoice("onabotulinumtoxinA")}, "named"),
        ({"authority": Authority("Doctor", date(2026, 3, 1))}, "does not name"),
        ({"authority": Authority("First Last", date(2026, 3, 9))}, "not taken place"),
        (
            {"age_years": 36, "authority": Authority("First Last", date(1999, 3, 1))},
            "was under age",
        ),
        ({"areas": ["chin"]}, "below the line"),
        ({"areas": ["ears"]}, "No area"),
        ({"wishes": ["fewer"]}, "No wish"),
        ({"spacing_mm": 2.0}, "2 mm apart"),
        ({"only_cells": ["cheek_left_99"]}, "not a cell"),
        ({"areas": ["nose"], "wishes": ["nose_untouched"]}, "No place"),
    ],
)
def test_what_cannot_be_planned_is_refused_with_a_cure(
    astronaut: FrontalFace, changed: dict[str, Any], message: str
) -> None:
    with pytest.raises(InputError, match=message) as caught:
        plan_injections(astronaut, EYES, made_on=MADE_ON, **changed)
    assert caught.value.cure


def test_a_photo_that_does_not_serve_is_refused(astronaut_photo: Path, tmp_path: Path) -> None:
    portrait = np.asarray(Image.open(astronaut_photo))[:300, 60:400]
    two = tmp_path / "two.png"
    Image.fromarray(np.hstack([portrait, portrait])).save(two)
    with pytest.raises(SeveralFacesError, match="2 faces"):
        find_frontal_face(two, mirrored=False)
    nobody = tmp_path / "nobody.png"
    Image.fromarray(np.full((300, 300, 3), 120, np.uint8)).save(nobody)
    with pytest.raises(FaceNotFoundError, match="no face"):
        find_frontal_face(nobody, mirrored=False)
    small = tmp_path / "small.png"
    Image.open(astronaut_photo).resize((256, 256)).save(small)
    with pytest.raises(InputError, match="too small"):
        find_frontal_face(small, mirrored=False)
    with pytest.raises(InputError, match="turned 40 degrees"):
        check_frontal(-40.0, 0.0)


def test_of_two_faces_the_chosen_one_is_planned_in_a_mirrored_file_too(
    astronaut_photo: Path, tmp_path: Path
) -> None:
    portrait = np.asarray(Image.open(astronaut_photo))[:300, 60:400]
    dim = (portrait * 0.8).astype(np.uint8)
    path = tmp_path / "two.png"
    Image.fromarray(np.hstack([portrait, dim])).save(path)
    face = find_frontal_face(path, mirrored=True, face=1)
    # The first from the left of the file is the second one once it is turned back.
    assert face.mesh_px[:, 0].mean() > 340


def test_the_schema_is_valid_and_describes_every_field(astronaut_plan: InjectionPlan) -> None:
    path = files("rubor.pathway") / "schemas" / "plan.schema.json"
    schema = json.loads(path.read_text(encoding="utf-8"))
    Draft202012Validator.check_schema(schema)
    assert schema["properties"]["schema"]["const"] == PLAN_SCHEMA
    document = json.loads(json.dumps(plan_to_json(astronaut_plan), allow_nan=False))
    validator = Draft202012Validator(schema)
    assert [error.message for error in validator.iter_errors(document)] == []
    assert plan_from_json(document) == astronaut_plan
    for name in document:
        lacking = {key: value for key, value in document.items() if key != name}
        assert list(validator.iter_errors(lacking)), name
        with pytest.raises(InputError):
            plan_from_json(lacking)


def test_a_plan_that_was_tampered_with_is_refused(astronaut_plan: InjectionPlan) -> None:
    document = json.loads(json.dumps(plan_to_json(astronaut_plan)))
    with pytest.raises(InputError, match="contradicts"):
        plan_from_json({**document, "draft": False})
    with pytest.raises(InputError):
        plan_from_json({**document, "dosing": {"units": [5]}})
