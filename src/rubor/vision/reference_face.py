"""The fixed face coordinate system: mesh, regions, cells of about 1 cm2, and the points sampled.

A cell means the same place in every recording of every person, because it is fixed to landmarks of
the mesh. Everything is mirror-symmetric: cell 7 of `cheek_left` is the mirror image of cell 7 of
`cheek_right`. Eyes, brows, lips, nostrils and the outline are left out by distance.

Made by `scripts/make_reference_face.py`; left and right are the person's.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import sparse

__all__ = ["REGIONS", "ReferenceFace", "mirror_partner", "mirrored_name", "reference_face"]

IntArray = npt.NDArray[np.intp]
FloatArray = npt.NDArray[np.float64]

# Regions in the order of every table; left and right are the person's.
REGIONS = ("forehead", "nose", "chin", "cheek_left", "cheek_right", "jaw_left", "jaw_right")
_TAPS_PER_CM2 = 48


@dataclass(frozen=True)
class ReferenceFace:
    """Where colour is sampled on the face.

    Three levels: a tap is one pixel to read, a patch the mean of about eight taps, a cell about six
    patches, a region all its cells. Taps are ordered by patch, patches by cell, cells by region.

    Attributes:
        landmarks_cm: (468, 3) mesh points; x to person-left, y up, z to the viewer; origin midway
            between the outer eye corners.
        triangles: (n, 3) landmark numbers.
        taps_from_landmarks: sparse (taps, 468) barycentric weights.
        patch_starts: (patches,) index of the first tap of each patch.
        patch_corners: (patches, 3) landmarks of a triangle in the patch, for its orientation.
        patch_cell: (patches,) cell number.
        cell_names: names such as "cheek_left_07".
        cell_region: (cells,) index into REGIONS.
        cell_area_cm2, cell_centre_cm: size and place on the reference mesh.
        mirror_cell: (cells,) the cell on the other side.
        tap_position_cm: (taps, 3) on the reference mesh.
    """

    landmarks_cm: FloatArray
    triangles: IntArray
    taps_from_landmarks: sparse.csr_matrix
    patch_starts: IntArray
    patch_corners: IntArray
    patch_cell: IntArray
    cell_names: tuple[str, ...]
    cell_region: IntArray
    cell_area_cm2: FloatArray
    cell_centre_cm: FloatArray
    mirror_cell: IntArray
    tap_position_cm: FloatArray

    @property
    def taps(self) -> int:
        return int(self.taps_from_landmarks.shape[0])

    @property
    def patches(self) -> int:
        return len(self.patch_starts)

    @property
    def cells(self) -> int:
        return len(self.cell_names)

    @property
    def tap_cell(self) -> IntArray:
        """(taps,) the cell of each tap."""
        sizes = np.diff(np.append(self.patch_starts, self.taps))
        return np.repeat(self.patch_cell, sizes)


@cache
def mirror_partner() -> IntArray:
    """(468,) the landmark on the other side.

    >>> int(mirror_partner()[33])
    263
    """
    points = reference_face().landmarks_cm
    apart = np.linalg.norm(points[:, None] * [-1.0, 1.0, 1.0] - points[None], axis=2)
    return np.asarray(apart.argmin(axis=1), np.intp)


def mirrored_name(name: str) -> str:
    """The name of a region or cell on the other side of the face.

    >>> mirrored_name("cheek_left_07"), mirrored_name("nose")
    ('cheek_right_07', 'nose')
    """
    parts = {"left": "right", "right": "left"}
    return "_".join(parts.get(part, part) for part in name.split("_"))


@cache
def reference_face() -> ReferenceFace:
    """Load the reference face that ships with the package.

    >>> face = reference_face()
    >>> face.cell_names[face.mirror_cell[face.cell_names.index("cheek_left_07")]]
    'cheek_right_07'
    """
    folder = files("rubor.vision") / "data"
    with (folder / "reference_landmarks.csv").open("rb") as stream:
        landmarks = pd.read_csv(stream)
    with (folder / "reference_triangles.csv").open("rb") as stream:
        triangles = pd.read_csv(stream).to_numpy(np.intp)
    with (folder / "reference_taps.csv").open("rb") as stream:
        taps = pd.read_csv(stream)

    # The midline regions keep both halves under one region, but their cells stay mirror pairs.
    two_sided = taps["region"].isin(["cheek", "jaw"])
    region = taps["region"].where(~two_sided, taps["region"] + "_" + taps["side"])
    side_in_cell = ("_" + taps["side"]).where(~two_sided, "")
    cell = region + side_in_cell + "_" + taps["cell"].astype(str).str.zfill(2)
    numbers_of_regions = {name: number for number, name in enumerate(REGIONS)}
    region_of_tap: IntArray = np.asarray(region.map(numbers_of_regions), np.intp)
    order = np.lexsort((taps["patch"], cell, region_of_tap))
    taps, cell = taps.iloc[order].reset_index(drop=True), cell.iloc[order].reset_index(drop=True)
    region_of_tap = region_of_tap[order]

    cell_names = tuple(dict.fromkeys(cell))
    numbers = {name: number for number, name in enumerate(cell_names)}
    cell_of_tap: IntArray = np.asarray(cell.map(numbers), np.intp)
    patch_key = cell_of_tap * 100 + taps["patch"].to_numpy()
    patch_starts = np.flatnonzero(np.diff(patch_key, prepend=-1))

    points_cm = landmarks[["x_cm", "y_cm", "z_cm"]].to_numpy()
    corners = taps[["a", "b", "c"]].to_numpy(np.intp)
    weights = np.stack(
        [1.0 - taps["weight_b"] - taps["weight_c"], taps["weight_b"], taps["weight_c"]], axis=1
    )
    rows = np.repeat(np.arange(len(taps)), 3)
    matrix = sparse.csr_matrix(
        (weights.ravel().astype(np.float32), (rows, corners.ravel())),
        shape=(len(taps), len(points_cm)),
    )
    positions_cm = matrix @ points_cm
    counts = np.bincount(cell_of_tap)
    centres = np.stack([np.bincount(cell_of_tap, axis) / counts for axis in positions_cm.T], axis=1)
    return ReferenceFace(
        landmarks_cm=points_cm,
        triangles=triangles,
        taps_from_landmarks=matrix,
        patch_starts=patch_starts,
        patch_corners=corners[patch_starts],
        patch_cell=cell_of_tap[patch_starts],
        cell_names=cell_names,
        cell_region=region_of_tap[np.flatnonzero(np.diff(cell_of_tap, prepend=-1))],
        cell_area_cm2=counts / _TAPS_PER_CM2,
        cell_centre_cm=centres,
        mirror_cell=np.array([numbers[mirrored_name(name)] for name in cell_names]),
        tap_position_cm=positions_cm,
    )
