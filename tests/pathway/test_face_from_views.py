"""The depth of a face from three photos: nearer to the truth than one photo's, or refused."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from functools import cache
from importlib.resources import files
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
import pytest
from jsonschema import Draft202012Validator
from PIL import Image
from scipy.spatial.transform import Rotation

from rubor.errors import FaceNotFoundError, InputError, SeveralFacesError
from rubor.pathway.face_from_views import (
    FittedView,
    depth_from_views,
    face_from_views,
    find_turned_face,
)
from rubor.pathway.face_surface import FaceSurface, SurfacePoints
from rubor.pathway.frontal_face import FaceInPhoto, FrontalFace, find_frontal_face
from rubor.pathway.injection_lattice import lattice_over, neighbour_pairs
from rubor.pathway.injection_plan import plan_injections
from rubor.pathway.plan_json import plan_from_json, plan_to_json
from rubor.pathway.surface_distance import SurfaceDistances
from rubor.pathway.true_scale import ScaleReference, scale_rules, true_scale
from rubor.vision.reference_face import REGIONS, reference_face

FloatArray = npt.NDArray[np.float64]
EYES = [33, 263]
# Half axes of a face, in mm: half width, half height, depth.
HALF_AXES = np.array([78.0, 105.0, 75.0])


# --- faces of known shape -------------------------------------------------------------------------


def reference_mm() -> FloatArray:
    """(468, 3) the reference face; x to person-left, y down, z away from the camera."""
    return reference_face().landmarks_cm * [10.0, -10.0, -10.0]


def ellipsoid_mm() -> FloatArray:
    """Every landmark on a half-ellipsoid, at its own width and height."""
    flat = reference_mm()[:, :2] - [0.0, 30.0]
    share = np.sum((flat / HALF_AXES[:2]) ** 2, axis=1)
    flat *= np.minimum(1.0, 0.97 / np.sqrt(share))[:, None]
    depth = HALF_AXES[2] * np.sqrt(1.0 - np.sum((flat / HALF_AXES[:2]) ** 2, axis=1))
    return _from_the_eyes(np.column_stack([flat, -depth]))


def deformed_mm(seed: int) -> FloatArray:
    """The reference face, deformed as smoothly and as far as people differ."""
    rng = np.random.default_rng(seed)
    shape = reference_mm()
    return _from_the_eyes(shape + np.column_stack([smooth(rng, sd) for sd in (2, 2, 4)]))


def smooth(rng: np.random.Generator, sd_mm: float) -> FloatArray:
    """(468,) a random field over the face, alike over some 50 mm."""
    return np.asarray(sd_mm * (smoothing() @ rng.standard_normal(468)))


@cache
def smoothing() -> FloatArray:
    points = reference_mm()
    apart = np.linalg.norm(points[:, None] - points[None], axis=2)
    covariance = np.exp(-((apart / 50.0) ** 2) / 2.0) + 1e-6 * np.eye(len(points))
    return np.asarray(np.linalg.cholesky(covariance))


def seen_px(
    shape_mm: FloatArray,
    turned_deg: float,
    *,
    rng: np.random.Generator,
    landmark_sd_mm: float = 0.0,
    depth_sd_mm: float = 4.0,
    camera_mm: float = 600.0,
    px_per_mm: float = 3.0,
) -> FloatArray:
    """(468, 3) what a model would give for a photo: landmarks with errors, depth as a guess."""
    there = turn(turned_deg).apply(shape_mm)
    flat = there[:, :2] / (1.0 + there[:, 2:] / camera_mm)
    flat += rng.normal(0.0, landmark_sd_mm, flat.shape) if landmark_sd_mm else 0.0
    depth = there[:, 2] + smooth(rng, depth_sd_mm)
    return np.column_stack([flat, depth]) * px_per_mm + [400.0, 350.0, 0.0]


def turn(turned_deg: float) -> Rotation:
    """Of a head; positive to person-left."""
    return Rotation.from_euler("y", -turned_deg, degrees=True)


def rendered(
    picture: npt.NDArray[np.uint8],
    mesh_px: FloatArray,
    turned_deg: float,
    *,
    size: float = 1.0,
    shape_px: FloatArray | None = None,
) -> npt.NDArray[np.uint8]:
    """The face of a picture alone, turned, on grey: each triangle of its mesh, far ones first.

    Args:
        picture, mesh_px: a face from the front.
        turned_deg: positive to person-left.
        size: of the new picture.
        shape_px: of the face, where it is not that of the mesh; from midway between the eyes.
    """
    shape = mesh_px - mesh_px[EYES].mean(axis=0) if shape_px is None else shape_px
    there = turn(turned_deg).apply(shape)
    far = 0.15 * there[:, 2:] / np.linalg.norm(shape[EYES[0]] - shape[EYES[1]])
    side = int(2.0 * size * np.ptp(mesh_px[:, 1]))
    flat = (there[:, :2] / (1.0 + far) * size + [side / 2.0, 0.4 * side]).astype(np.float32)
    out = np.full((side, side, 3), (120, 125, 130), np.uint8)
    triangles = reference_face().triangles
    for corners in triangles[np.argsort(-there[triangles, 2].mean(axis=1))]:
        low = np.floor(flat[corners].min(axis=0)).astype(int) - 1
        high = np.ceil(flat[corners].max(axis=0)).astype(int) + 2
        inside = flat[corners] - low.astype(np.float32)
        way = cv2.getAffineTransform(mesh_px[corners, :2].astype(np.float32), inside)
        extent = (int(high[0] - low[0]), int(high[1] - low[1]))
        patch = cv2.warpAffine(picture, way, extent, borderMode=cv2.BORDER_REPLICATE)
        mask = np.zeros(extent[::-1], np.uint8)
        cv2.fillConvexPoly(mask, np.round(inside * 16).astype(np.int32), 1, shift=4)
        out[low[1] : high[1], low[0] : high[0]][mask > 0] = patch[mask > 0]
    return out


def _from_the_eyes(shape_mm: FloatArray) -> FloatArray:
    return np.asarray(shape_mm - shape_mm[EYES].mean(axis=0))


def three_views(shape_mm: FloatArray, seed: int, landmark_sd_mm: float) -> list[FloatArray]:
    """From the front, with the left and with the right cheek to the camera; near 40 degrees."""
    rng = np.random.default_rng(seed)
    turns = (1.0, -40.0 + 4.0 * rng.standard_normal(), 40.0 + 4.0 * rng.standard_normal())
    return [seen_px(shape_mm, turn, rng=rng, landmark_sd_mm=landmark_sd_mm) for turn in turns]


def on_the_truth(mesh: FloatArray, shape_mm: FloatArray) -> FloatArray:
    """A mesh in mm by its eye corners, laid over the true shape."""
    mesh = mesh - mesh[EYES].mean(axis=0)
    mesh = (
        mesh
        * np.linalg.norm(np.diff(shape_mm[EYES], axis=0))
        / np.linalg.norm(np.diff(mesh[EYES], axis=0))
    )
    turn, _ = Rotation.align_vectors(shape_mm - shape_mm.mean(axis=0), mesh - mesh.mean(axis=0))
    return np.asarray(turn.apply(mesh - mesh.mean(axis=0)) + shape_mm.mean(axis=0))


def depth_error_mm(mesh: FloatArray, shape_mm: FloatArray) -> float:
    return float(np.std((on_the_truth(mesh, shape_mm) - shape_mm)[:, 2]))


def cheeks_mm2(mesh: FloatArray, shape_mm: FloatArray) -> float:
    surface = FaceSurface(on_the_truth(mesh, shape_mm), reference_face().triangles)
    return float(surface.areas_mm2[on_cheeks()].sum())


@cache
def on_cheeks() -> npt.NDArray[np.bool_]:
    """Triangles of the cheeks of the reference face."""
    face = reference_face()
    cells = face.tap_cell[[REGIONS[face.cell_region[c]].startswith("cheek") for c in face.tap_cell]]
    there = face.cell_centre_cm[np.unique(cells)]
    middles = face.landmarks_cm[face.triangles].mean(axis=1)
    return np.array(
        [np.linalg.norm(there - middle, axis=1).min() < 0.7 for middle in middles], np.bool_
    )


# --- the fit ---------------------------------------------------------------------------------------

FACES: list[Callable[[int], FloatArray]] = [deformed_mm, lambda seed: ellipsoid_mm()]


@pytest.mark.parametrize("made", FACES, ids=["deformed reference", "half-ellipsoid"])
def test_depth_and_area_are_nearer_to_the_truth_than_from_one_photo(
    made: Callable[[int], FloatArray],
) -> None:
    depth, area = [], []
    for seed in range(8):
        shape = made(seed)
        front, left, right = three_views(shape, seed, landmark_sd_mm=0.5)
        fitted = depth_from_views(front, [left, right]).shape_px
        depth.append([depth_error_mm(mesh, shape) for mesh in (front, fitted)])
        true = cheeks_mm2(shape, shape)
        area.append([cheeks_mm2(mesh, shape) / true - 1.0 for mesh in (front, fitted)])
    one, three = np.mean(depth, axis=0)
    assert three < 0.65 * one
    one, three = np.sqrt(np.mean(np.square(area), axis=0))
    assert three < 0.6 * one


def test_on_a_half_ellipsoid_area_is_within_2_and_spacing_within_5_percent() -> None:
    """A lattice laid out on the fitted mesh has its spacing on the ellipsoid itself."""
    shape = ellipsoid_mm()
    front, left, right = three_views(shape, 3, landmark_sd_mm=0.3)
    fitted = depth_from_views(front, [left, right]).shape_px
    assert cheeks_mm2(fitted, shape) == pytest.approx(cheeks_mm2(shape, shape), rel=0.02)
    upright = np.array([1.0, -1.0, -1.0])
    triangles = reference_face().triangles
    surface = FaceSurface(on_the_truth(fitted, shape) * upright, triangles)
    truth = FaceSurface(shape * upright, triangles)

    def allowed(points: SurfacePoints) -> npt.NDArray[np.bool_]:
        away = surface.positions_mm(points)[:, :2] - [40.0, -35.0]
        return np.asarray(np.hypot(*away.T) < 22.0)

    samples, weights = surface.samples(2.0)
    inside = allowed(samples)
    lattice = lattice_over(
        surface, allowed, (samples.chosen(inside), weights[inside]), 10.0, midline=False
    )
    pairs = neighbour_pairs(lattice.index)
    assert len(pairs) > 10
    there = truth.nearest(surface.positions_mm(lattice.points))
    apart = SurfaceDistances(truth).between(there, 30.0)[pairs[:, 0], pairs[:, 1]]
    assert apart == pytest.approx(10.0, rel=0.05)


@pytest.mark.parametrize("camera_mm", [400.0, 600.0, 1200.0])
def test_the_distance_of_the_camera_need_not_be_known(camera_mm: float) -> None:
    shape = deformed_mm(1)
    rng = np.random.default_rng(1)
    front, left, right = (
        seen_px(shape, turn, rng=rng, landmark_sd_mm=0.3, camera_mm=camera_mm)
        for turn in (0.0, -40.0, 40.0)
    )
    fitted = depth_from_views(front, [left, right]).shape_px
    assert depth_error_mm(fitted, shape) < 0.6 * depth_error_mm(front, shape)


def test_the_turn_is_found_and_the_fit_is_the_same_each_time() -> None:
    shape = deformed_mm(2)
    rng = np.random.default_rng(2)
    front, left, right = (seen_px(shape, turn, rng=rng) for turn in (0.0, -35.0, 50.0))
    fit = depth_from_views(front, [left, right])
    assert [view.turned_deg for view in fit.views] == pytest.approx([-35.0, 50.0], abs=4.0)
    again = depth_from_views(front, [left, right])
    np.testing.assert_array_equal(fit.shape_px, again.shape_px)


def test_a_few_landmarks_that_are_far_off_hardly_matter() -> None:
    shape = deformed_mm(4)
    front, left, right = three_views(shape, 4, landmark_sd_mm=0.3)
    clean = depth_error_mm(depth_from_views(front, [left, right]).shape_px, shape)
    off = right.copy()
    off[np.random.default_rng(4).choice(468, 20, replace=False), :2] += 60.0  # 20 mm
    assert depth_error_mm(depth_from_views(front, [left, off]).shape_px, shape) < clean + 0.5


# --- photos ----------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def photos(astronaut: FrontalFace, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The astronaut's face rendered from the front and turned; its depth is the model's guess."""
    folder = tmp_path_factory.mktemp("views")
    made = {}
    turns = {"front": 0.0, "left": -45.0, "right": 45.0, "hardly": -15.0}
    for name, turned_deg in turns.items():
        made[name] = folder / f"{name}.png"
        picture = rendered(astronaut.frame.display_rgb, astronaut.mesh_px, turned_deg, size=3.0)
        Image.fromarray(picture).save(made[name])
    return made


@pytest.fixture(scope="module")
def front(photos: dict[str, Path]) -> FrontalFace:
    return find_frontal_face(photos["front"], mirrored=False)


@pytest.fixture(scope="module")
def left(photos: dict[str, Path]) -> FaceInPhoto:
    return find_turned_face(photos["left"], "left", mirrored=False)


@pytest.fixture(scope="module")
def right(photos: dict[str, Path]) -> FaceInPhoto:
    return find_turned_face(photos["right"], "right", mirrored=False)


def test_three_photos_of_a_face_are_taken_and_their_error_is_smaller(
    front: FrontalFace, left: FaceInPhoto, right: FaceInPhoto
) -> None:
    found = face_from_views(front, left, right)
    assert [view.shows for view in found.views] == ["left", "right"]
    assert found.views[0].turned_deg < 0 < found.views[1].turned_deg
    np.testing.assert_array_equal(found.mesh_px, front.mesh_px)
    eyes = ScaleReference("eye_corners", 90.0)
    one, three = true_scale(front, eyes), true_scale(found, eyes)
    rules = scale_rules()["face"]
    assert one.relative_sd**2 - three.relative_sd**2 == pytest.approx(
        rules["mesh_sd"] ** 2 - rules["mesh_sd_three_views"] ** 2, abs=2e-5
    )
    assert "ten rendered faces" in three.source


def found_in_rendered(face: FrontalFace, shape_px: FloatArray, folder: Path) -> list[FloatArray]:
    """Meshes that the face model finds from the front and turned to either side."""
    meshes = []
    for turned_deg in (0.0, -42.0, 42.0):
        path = folder / f"{turned_deg:.0f}.png"
        size = 190.0 / face.eye_corners_px
        picture = rendered(
            face.frame.display_rgb, face.mesh_px, turned_deg, size=size, shape_px=shape_px
        )
        Image.fromarray(picture).save(path)
        meshes.append(find_turned_face(path, "left", mirrored=False).mesh_px)
    return meshes


def test_the_depth_of_a_rendered_face_comes_nearer_to_the_truth(
    astronaut: FrontalFace, tmp_path: Path
) -> None:
    """A face a third deeper than the model takes it for, found by the same model in all photos."""
    shape = _from_the_eyes(astronaut.mesh_px) * [1.0, 1.0, 4 / 3]
    meshes = found_in_rendered(astronaut, shape, tmp_path)
    fitted = depth_from_views(meshes[0], meshes[1:]).shape_px
    truth = shape * 90.0 / astronaut.eye_corners_px
    assert depth_error_mm(fitted, truth) < 0.7 * depth_error_mm(meshes[0], truth)


@pytest.mark.slow
def test_the_numbers_of_the_data_file_hold_on_ten_rendered_faces(
    astronaut: FrontalFace, even_light: FrontalFace, tmp_path: Path
) -> None:
    """The error of the cheeks' area against that of one view, and the limits of the misfit."""
    errors, found = [], {}
    for name, face in (("astronaut", astronaut), ("even light", even_light)):
        unit = face.eye_corners_px / 90.0
        own = _from_the_eyes(face.mesh_px)
        bumps = [smooth(np.random.default_rng(seed), 4.0) * unit for seed in (1, 2)]
        shapes = [own * [1.0, 1.0, depth] for depth in (1.0, 1.3, 0.75)]
        shapes += [_from_the_eyes(own + np.outer(bump, [0.0, 0.0, 1.0])) for bump in bumps]
        for number, shape in enumerate(shapes):
            meshes = found_in_rendered(face, shape, tmp_path)
            fit = depth_from_views(meshes[0], meshes[1:])
            truth = shape / unit
            errors.append(
                [
                    cheeks_mm2(mesh, truth) / cheeks_mm2(truth, truth) - 1.0
                    for mesh in (meshes[0], fit.shape_px)
                ]
            )
            found[name, number] = meshes, worst(fit.views)
    one, three = np.sqrt(np.mean(np.square(errors), axis=0))
    rules = scale_rules()
    share = rules["face"]["mesh_sd_three_views"] / rules["face"]["mesh_sd"]
    assert three / one == pytest.approx(share, abs=0.1)
    limits = [rules["views"]["fit"][f"most_misfit_{which}"] for which in ("stable", "other")]
    for (name, _), (meshes, misfit) in found.items():
        assert (np.array(misfit) <= limits).all()
        for (other, _), (others, _) in found.items():
            if other != name:
                misfit = worst(depth_from_views(meshes[0], others[1:]).views)
                assert (np.array(misfit) > limits).any()


def worst(views: tuple[FittedView, ...]) -> tuple[float, float]:
    return max(v.misfit_stable for v in views), max(v.misfit_other for v in views)


def test_views_the_wrong_way_round_are_refused(
    front: FrontalFace, left: FaceInPhoto, right: FaceInPhoto
) -> None:
    with pytest.raises(InputError, match=r"shows the person's right cheek and left\.png the left"):
        face_from_views(front, right, left)
    with pytest.raises(InputError, match="shows the person's left cheek and not the right") as got:
        face_from_views(front, left, left)
    assert "mirrored" in got.value.cure


def test_another_mirror_state_is_refused(
    front: FrontalFace, left: FaceInPhoto, right: FaceInPhoto
) -> None:
    with pytest.raises(InputError, match="not mirrored alike"):
        face_from_views(front, replace(left, mirrored=True), right)


def test_a_head_that_is_hardly_turned_is_refused(
    front: FrontalFace, photos: dict[str, Path], right: FaceInPhoto
) -> None:
    hardly = find_turned_face(photos["hardly"], "left", mirrored=False)
    with pytest.raises(InputError, match="25 to 65 are needed") as got:
        face_from_views(front, hardly, right)
    assert "45 degrees" in got.value.cure


def test_another_face_is_refused(
    front: FrontalFace, left: FaceInPhoto, even_light: FrontalFace, tmp_path: Path
) -> None:
    picture = rendered(even_light.frame.display_rgb, even_light.mesh_px, 45.0, size=0.5)
    path = tmp_path / "other.png"
    Image.fromarray(picture).save(path)
    with pytest.raises(InputError, match="another shape") as got:
        face_from_views(front, left, find_turned_face(path, "right", mirrored=False))
    assert "same person" in got.value.cure


def test_a_turned_photo_needs_one_face(photos: dict[str, Path], tmp_path: Path) -> None:
    nobody = tmp_path / "nobody.png"
    Image.fromarray(np.full((300, 300, 3), 120, np.uint8)).save(nobody)
    with pytest.raises(FaceNotFoundError, match=r"no face in nobody\.png") as got:
        find_turned_face(nobody, "left", mirrored=False)
    assert "left cheek" in got.value.cure
    two = tmp_path / "two.png"
    one = np.asarray(Image.open(photos["left"]))
    Image.fromarray(np.hstack([one, one])).save(two)
    with pytest.raises(SeveralFacesError, match=r"two\.png") as several:
        find_turned_face(two, "left", mirrored=False)
    assert "one person" in several.value.cure


def test_a_plan_names_the_views_it_rests_on(
    front: FrontalFace, left: FaceInPhoto, right: FaceInPhoto
) -> None:
    found = face_from_views(front, left, right)
    plan = plan_injections(found, ScaleReference("eye_corners", 90.0), made_on=date(2026, 3, 2))
    document = json.loads(json.dumps(plan_to_json(plan)))
    assert [view["name"] for view in document["views"]] == ["left.png", "right.png"]
    assert "three photos" in plan.depth_words
    assert plan_from_json(document) == plan
    schema = files("rubor.pathway") / "schemas" / "plan.schema.json"
    Draft202012Validator(json.loads(schema.read_text(encoding="utf-8"))).validate(document)
