"""Make the reference face: mesh geometry, regions, cells and the points that are sampled.

The geometry is what Face Mesh answers to a drawn face: frontal, expressionless, of adult proportions
and of nobody. It is made mirror-symmetric and scaled to an adult distance between the outer eye
corners. The triangles are the published tessellation of Face Mesh, read from the mediapipe wheel
(Apache-2.0).

Run it only to change regions or cells; a change of cells is a change of method version:

    python scripts/make_reference_face.py path/to/mediapipe-0.10.21-...whl
"""

from __future__ import annotations

import argparse
import re
import zipfile
from pathlib import Path

import cv2
import numpy as np
import pandas as pd
from scipy.optimize import linear_sum_assignment
from scipy.spatial import cKDTree
from scipy.stats import qmc

from rubor.vision.face_mesh import FaceMesh, FaceWindow
from rubor.vision.frame import PhotoFrame

DATA = Path(__file__).parents[1] / "src" / "rubor" / "vision" / "data"
CONNECTIONS = "mediapipe/python/solutions/face_mesh_connections.py"

# Mean distance between the outer eye corners of adults, both sexes: 8.7-9.1 cm (Farkas 1994,
# Anthropometry of the Head and Face, ex-ex). It only sets how large "about 1 cm2" is.
OUTER_EYE_CORNERS_CM = 9.0
TAPS_PER_CM2 = 48
PATCHES_PER_CELL = 6
CELL_AREA_CM2 = 1.0

# Landmarks of Face Mesh on the person's right half and the midline; the left half is their mirror.
EYE = [33, 246, 161, 160, 159, 158, 157, 173, 133, 155, 154, 153, 145, 144, 163, 7]
BROW = [70, 63, 105, 66, 107, 46, 53, 52, 65, 55]
LIPS = [61, 146, 91, 181, 84, 17, 185, 40, 39, 37, 0]
NOSTRIL = [98, 97, 2, 99, 60, 240, 75, 20, 242, 141, 79, 166, 218, 59]
OUTER_EYE_CORNER, MOUTH_CORNER, ALA, BRIDGE, NOSE_BOTTOM, CHIN, LOWER_LIP = (
    33,
    61,
    129,
    168,
    2,
    152,
    17,
)
NOSE_SIDE = [168, 122, 188, 217, 198, 129]


def draw_face(pixels_per_cm: int = 50) -> np.ndarray:
    """A frontal, expressionless face drawn with plain shapes; sizes in cm from between the eyes."""
    height, width = 22 * pixels_per_cm, 20 * pixels_per_cm

    def at(x: float, y: float) -> tuple[int, int]:
        return round((10 + x) * pixels_per_cm), round((10 - y) * pixels_per_cm)

    def oval(
        x: float,
        y: float,
        half_width: float,
        half_height: float,
        colour: tuple[int, int, int],
        *,
        arc: tuple[int, int] = (0, 360),
        line: int = -1,
    ) -> None:
        axes = (int(half_width * pixels_per_cm), int(half_height * pixels_per_cm))
        cv2.ellipse(picture, at(x, y), axes, 0, *arc, colour, line, cv2.LINE_AA)

    skin, shade, dark = (224, 182, 160), (190, 145, 125), (60, 45, 38)
    picture = np.full((height, width, 3), 150, np.uint8)
    oval(0, 0.5, 8.2, 9.3, dark)
    cv2.rectangle(picture, at(-4.5, -8), at(4.5, -13), (190, 150, 130), -1)
    oval(0, -2.9, 6.9, 9.0, skin)
    rows, columns = np.mgrid[0:height, 0:width]
    x, y = columns / pixels_per_cm - 10, 10 - rows / pixels_per_cm
    inside = ((x / 6.9) ** 2 + ((y + 2.9) / 9.0) ** 2 < 1)[..., None]
    to_sides = np.clip(1 - 0.28 * (np.abs(x) / 6.9) ** 4, 0.6, 1)[..., None]
    picture = np.where(inside, picture * to_sides, picture).astype(np.uint8)
    nose = picture.copy()
    for side in (-1, 1):
        cv2.line(nose, at(0.9 * side, 0), at(1.1 * side, -3.4), shade, 22, cv2.LINE_AA)
    cv2.line(nose, at(0, 0.3), at(0, -3.3), (240, 205, 185), 26, cv2.LINE_AA)
    picture = cv2.GaussianBlur(nose, (0, 0), 7)
    for side in (-1, 1):
        oval(side * 3.15, 1.5, 2.1, 0.55, (80, 60, 50), arc=(180, 360), line=16)
        oval(side * 3.1, 0, 1.55, 0.75, shade)
        oval(side * 3.1, 0, 1.4, 0.5, (245, 240, 240))
        oval(side * 3.1, 0, 0.58, 0.55, (90, 60, 40))
        oval(side * 3.1, 0, 0.25, 0.25, (10, 10, 10))
        oval(side * 3.1, -0.05, 1.45, 0.6, dark, arc=(180, 360), line=5)
        oval(side * 1.15, -4.35, 0.45, 0.3, (120, 70, 60))
        outer_side = (-90, 90) if side > 0 else (90, 270)
        oval(side * 1.5, -4.0, 0.45, 0.6, (185, 135, 115), arc=outer_side, line=4)
    oval(0, -6.9, 2.45, 0.55, (190, 100, 95), arc=(180, 360))
    oval(0, -6.9, 2.45, 0.75, (196, 108, 102), arc=(0, 180))
    cv2.line(picture, at(-2.45, -6.9), at(2.45, -6.9), (120, 50, 50), 4, cv2.LINE_AA)
    oval(0, -8.3, 1.6, 0.12, (200, 155, 135))
    return cv2.GaussianBlur(picture, (0, 0), 4)


def mesh_of_drawn_face() -> np.ndarray:
    """Face Mesh's points on the drawn face: x right, y down, z away from the viewer."""
    picture = draw_face()
    frame = PhotoFrame(picture.astype(np.float32) / 255, picture)
    window = FaceWindow((500.0, 625.0), 1150.0, 0.0)
    mesh = FaceMesh()
    for _ in range(5):
        points, presence = mesh.place(frame, window)
        window = FaceWindow.around_points(points)
    if presence < 0.9:
        raise SystemExit("Face Mesh does not take the drawing for a face")
    return points.astype(float)


def symmetric(points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Centimetres with x to person-left, y up, z to the camera; and each point's mirror partner."""
    points = (points - points[[33, 263]].mean(axis=0)) * [1, -1, -1]
    across = points[263] - points[33]
    roll = np.arctan2(across[1], across[0])
    turn = np.array([[np.cos(roll), np.sin(roll)], [-np.sin(roll), np.cos(roll)]])
    points[:, :2] = points[:, :2] @ turn.T
    yaw = np.arctan2(points[263, 2] - points[33, 2], points[263, 0] - points[33, 0])
    turn = np.array([[np.cos(yaw), np.sin(yaw)], [-np.sin(yaw), np.cos(yaw)]])
    points[:, [0, 2]] = points[:, [0, 2]] @ turn.T
    points *= OUTER_EYE_CORNERS_CM / np.linalg.norm(points[263] - points[33])
    mirrored = points * [-1, 1, 1]
    _, partner = linear_sum_assignment(np.linalg.norm(mirrored[:, None] - points[None], axis=2))
    if not np.array_equal(partner[partner], np.arange(468)):
        raise SystemExit("the mirror partners are not mutual")
    return (points + mirrored[partner]) / 2, partner


def tessellation(wheel: Path) -> np.ndarray:
    """Triangles (n, 3): three consecutive edges of the published list make one."""
    text = zipfile.ZipFile(wheel).read(CONNECTIONS).decode()
    block = text.split("FACEMESH_TESSELATION = frozenset([")[1].split("])")[0]
    edges = [tuple(map(int, pair)) for pair in re.findall(r"\((\d+),\s*(\d+)\)", block)]
    triangles = np.array(
        [[edges[i][0], edges[i][1], edges[i + 1][1]] for i in range(0, len(edges), 3)]
    )
    return triangles


def sample_half(
    points: np.ndarray, triangles: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Evenly spread points of the person-right half: triangle corners, weights, positions."""
    corners = points[triangles]
    areas = (
        np.linalg.norm(
            np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]), axis=1
        )
        / 2
    )
    numbers = np.floor(np.cumsum(areas * TAPS_PER_CM2)).astype(int)
    counts = np.diff(np.concatenate([[0], numbers]))
    spread = qmc.Sobol(2, scramble=False).random(1 << int(np.ceil(np.log2(counts.sum()))))[
        : counts.sum()
    ]
    u, v = spread.T
    flip = u + v > 1
    u, v = np.where(flip, 1 - u, u), np.where(flip, 1 - v, v)
    weights = np.stack([1 - u - v, u, v], axis=1)
    owner = np.repeat(np.arange(len(triangles)), counts)
    positions = np.einsum("ij,ijk->ik", weights, points[triangles[owner]])
    keep = positions[:, 0] < 0
    return triangles[owner][keep], weights[keep], positions[keep]


def regions_of(
    points: np.ndarray, triangles: np.ndarray, corners: np.ndarray, at: np.ndarray
) -> np.ndarray:
    """The region of each sampled point of the person-right half; empty where it is left out."""
    edges = np.sort(
        np.concatenate([triangles[:, [0, 1]], triangles[:, [1, 2]], triangles[:, [2, 0]]]), axis=1
    )
    unique, seen = np.unique(edges, axis=0, return_counts=True)
    border = unique[seen == 1]
    oval = border[np.linalg.norm(points[border].mean(axis=1)[:, :2] - [0, -2.5], axis=1) > 4.5]
    along = np.linspace(0, 1, 8)[:, None]
    outline = np.concatenate([points[a] * (1 - along) + points[b] * along for a, b in oval])

    def distance(indices: list[int]) -> np.ndarray:
        closed = points[indices + indices[:1]]
        dense = np.concatenate(
            [closed[:-1] + t * np.diff(closed, axis=0) for t in np.linspace(0, 1, 8)]
        )
        return cKDTree(dense).query(at)[0]

    to_oval = cKDTree(outline).query(at)[0]
    to_eye, to_brow, to_lips = distance(EYE), distance(BROW), distance(LIPS)
    to_nostril = cKDTree(points[NOSTRIL]).query(at)[0]
    normal = np.cross(
        points[corners[:, 1]] - points[corners[:, 0]], points[corners[:, 2]] - points[corners[:, 0]]
    )
    facing = np.abs(normal[:, 2]) / np.linalg.norm(normal, axis=1)

    x, y = -at[:, 0], at[:, 1]
    side = points[NOSE_SIDE] * [-1, 1, 1]
    nose_edge_x = np.interp(-y, -side[:, 1], side[:, 0])
    mouth_y, brow_top = points[MOUTH_CORNER, 1], points[BROW][:, 1].max()
    brow_y = np.interp(x, -points[BROW[:5]][:, 0][::-1], points[BROW[:5]][:, 1][::-1])
    mouth_x = -points[MOUTH_CORNER, 0]
    eye_bottom = points[145, 1]
    beside_eye = -points[OUTER_EYE_CORNER, 0]

    region = np.full(len(at), "", dtype=object)
    forehead = (y > brow_y + 0.5) & (to_brow > 0.5) & (to_oval > 0.5) & (x < beside_eye + 0.6)
    nose = (
        (x < nose_edge_x - 0.1)
        & (y < points[BRIDGE, 1] - 0.2)
        & (y > points[NOSE_BOTTOM, 1])
        & (to_nostril > 0.45)
        & (to_eye > 0.9)
        & (facing > 0.35)
    )
    cheek = (
        (x > nose_edge_x + 0.9)
        & (y < eye_bottom - 1.1)
        & (y > mouth_y - 0.2)
        & (to_lips > 1.0)
        & (to_oval > 1.2)
        & (facing > 0.25)
        & ((y > points[ALA, 1]) | (x > mouth_x * 1.2))
        & (to_nostril > 1.2)
    )
    chin = (
        (x < mouth_x * 0.8) & (y < points[LOWER_LIP, 1] - 0.4) & (to_lips > 0.6) & (to_oval > 0.7)
    )
    jaw = (
        (y <= mouth_y - 0.2)
        & (x >= mouth_x * 0.8)
        & (to_lips > 0.8)
        & (to_oval > 0.9)
        & (facing > 0.25)
    )
    for name, inside in (
        ("forehead", forehead),
        ("nose", nose),
        ("cheek", cheek),
        ("chin", chin),
        ("jaw", jaw),
    ):
        region[inside & (region == "")] = name
    assert brow_top < points[10, 1]
    return region


def clusters(at: np.ndarray, count: int) -> np.ndarray:
    """Labels of an even partition (Lloyd's algorithm from farthest-point seeds)."""
    seeds = [int(np.argmax(at[:, 1]))]
    nearest = np.linalg.norm(at - at[seeds[0]], axis=1)
    while len(seeds) < count:
        seeds.append(int(np.argmax(nearest)))
        nearest = np.minimum(nearest, np.linalg.norm(at - at[seeds[-1]], axis=1))
    centres = at[seeds]
    for _ in range(100):
        labels = cKDTree(centres).query(at)[1]
        centres = np.array([at[labels == k].mean(axis=0) for k in range(count)])
    order = np.lexsort((-centres[:, 0], -np.round(centres[:, 1], 1)))
    return np.argsort(order)[labels]


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "wheel", type=Path, help="the mediapipe 0.10.21 wheel, for the tessellation"
    )
    arguments = parser.parse_args()

    points, partner = symmetric(mesh_of_drawn_face())
    triangles = tessellation(arguments.wheel)
    corners, weights, at = sample_half(points, triangles)
    region = regions_of(points, triangles, corners, at)

    rows = []
    for name in ("forehead", "nose", "chin", "cheek", "jaw"):
        inside = np.flatnonzero(region == name)
        area_cm2 = len(inside) / TAPS_PER_CM2
        cells = clusters(at[inside], max(1, round(area_cm2 / CELL_AREA_CM2)))
        for cell in range(cells.max() + 1):
            members = inside[cells == cell]
            patches = clusters(at[members], PATCHES_PER_CELL)
            for member, patch in zip(members, patches, strict=True):
                rows.append(
                    (name, cell + 1, patch + 1, *corners[member], *weights[member][1:].round(4))
                )
    half = pd.DataFrame(
        rows, columns=["region", "cell", "patch", "a", "b", "c", "weight_b", "weight_c"]
    )
    right, left = half.assign(side="right"), half.assign(side="left")
    left[["a", "b", "c"]] = partner[half[["a", "b", "c"]].to_numpy()]
    taps = pd.concat([left, right], ignore_index=True)
    taps = taps.sort_values(["region", "side", "cell", "patch"], kind="stable")
    taps = taps[["region", "side", "cell", "patch", "a", "b", "c", "weight_b", "weight_c"]]

    DATA.mkdir(exist_ok=True)
    landmarks = pd.DataFrame(points.round(4), columns=["x_cm", "y_cm", "z_cm"])
    landmarks["mirror"] = partner
    landmarks.to_csv(DATA / "reference_landmarks.csv", index_label="landmark", lineterminator="\n")
    pd.DataFrame(triangles, columns=["a", "b", "c"]).to_csv(
        DATA / "reference_triangles.csv", index=False, lineterminator="\n"
    )
    taps.to_csv(DATA / "reference_taps.csv", index=False, lineterminator="\n")
    counts = half.groupby("region").agg(taps=("cell", "size"), cells=("cell", "nunique"))
    counts["area_cm2_per_half"] = (counts["taps"] / TAPS_PER_CM2).round(1)
    print(counts.to_string())


if __name__ == "__main__":
    main()
