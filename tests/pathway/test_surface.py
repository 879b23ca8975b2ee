"""Areas and distances on surfaces whose exact values are known."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial import Delaunay
from scipy.special import ellipeinc

from rubor.pathway.face_surface import FaceSurface, SurfacePoints
from rubor.pathway.injection_lattice import lattice_over, neighbour_pairs
from rubor.pathway.surface_distance import SurfaceDistances

# Half axes of a face, in mm: half width, half height, depth.
HALF_AXES = np.array([70.0, 95.0, 60.0])


def half_ellipsoid(rings: int = 32) -> FaceSurface:
    """The front half of an ellipsoid in triangles with sides of a few mm."""
    radius, angle = [0.0], [0.0]
    for ring in range(1, rings + 1):
        count = 6 * ring
        radius += [ring / rings * np.pi / 2] * count
        angle += list(np.arange(count) / count * 2 * np.pi)
    polar, around = np.array(radius), np.array(angle)
    flat = np.stack([polar * np.cos(around), polar * np.sin(around)], axis=1)
    unit = np.stack(
        [np.sin(polar) * np.cos(around), np.sin(polar) * np.sin(around), np.cos(polar)], axis=1
    )
    return FaceSurface(unit * HALF_AXES, Delaunay(flat).simplices.astype(np.intp))


def exact_half_area_mm2() -> float:
    """By numerical integration over the sphere it is stretched from."""
    polar = (np.arange(2000) + 0.5) / 2000 * np.pi / 2
    around = (np.arange(2000) + 0.5) / 2000 * 2 * np.pi
    p, q = np.meshgrid(polar, around, indexing="ij")
    a, b, c = HALF_AXES
    x, y, z = np.sin(p) * np.cos(q), np.sin(p) * np.sin(q), np.cos(p)
    stretch = np.sqrt((b * c * x) ** 2 + (a * c * y) ** 2 + (a * b * z) ** 2)
    return float((stretch * np.sin(p)).sum() * (np.pi / 2 / 2000) * (2 * np.pi / 2000))


def meridian_mm(latitude: float) -> float:
    """Exact length of the ellipse x = 0 from the front on."""
    _, b, c = HALF_AXES
    # Arc of (b sin t, c cos t): integral of sqrt(b² cos² t + c² sin² t).
    return float(b * ellipeinc(latitude, 1.0 - (c / b) ** 2))


@pytest.fixture(scope="module")
def ellipsoid() -> FaceSurface:
    return half_ellipsoid()


def test_the_area_of_a_half_ellipsoid_is_within_2_percent(ellipsoid: FaceSurface) -> None:
    assert ellipsoid.areas_mm2.sum() == pytest.approx(exact_half_area_mm2(), rel=0.02)
    _, weights = ellipsoid.samples(2.0)
    assert weights.sum() == pytest.approx(exact_half_area_mm2(), rel=0.02)


def test_distances_along_a_meridian_are_within_2_percent(ellipsoid: FaceSurface) -> None:
    distances = SurfaceDistances(ellipsoid)
    front = ellipsoid.nearest(np.array([[0.0, 0.0, HALF_AXES[2]]]))
    latitudes = np.array([0.1, 0.3, 0.6, 1.0])
    _, b, c = HALF_AXES
    there = np.stack([0 * latitudes, b * np.sin(latitudes), c * np.cos(latitudes)], axis=1)
    found = distances.from_points(front).at(ellipsoid.nearest(there))
    assert found == pytest.approx([meridian_mm(one) for one in latitudes], rel=0.02)


@pytest.mark.parametrize("midline", [False, True])
def test_spacing_on_an_ellipsoid_is_within_5_percent_and_one_point_per_cm2(
    ellipsoid: FaceSurface, midline: bool
) -> None:
    """A cheek-sized patch; the spacing is also right on the exact surface, not only on the mesh."""
    centre = np.array([0.0 if midline else 35.0, -20.0])

    def allowed(points: SurfacePoints) -> npt.NDArray[np.bool_]:
        there = ellipsoid.positions_mm(points)
        inside = np.hypot(*(there[:, :2] - centre).T) < 25.0
        return np.asarray(inside & ((there[:, 0] > -1e-6) if midline else True))

    samples, weights = ellipsoid.samples(2.0)
    kept = allowed(samples)
    area = weights[kept].sum()
    lattice = lattice_over(
        ellipsoid, allowed, (samples.chosen(kept), weights[kept]), 10.0, midline=midline
    )
    pairs = neighbour_pairs(lattice.index)
    apart = SurfaceDistances(ellipsoid).between(lattice.points, 30.0)[pairs[:, 0], pairs[:, 1]]
    assert apart == pytest.approx(10.0, rel=0.05)
    assert _exact(ellipsoid.positions_mm(lattice.points), pairs) == pytest.approx(10.0, rel=0.05)
    count = len(lattice) - (0.5 * (lattice.index[:, 0] == 0).sum() if midline else 0.0)
    assert count == pytest.approx(area / 100.0, rel=0.15)


def _exact(
    positions: npt.NDArray[np.float64], pairs: npt.NDArray[np.intp]
) -> npt.NDArray[np.float64]:
    """Length of the path on the ellipsoid itself above each straight side, within 0.1 %."""
    share = np.linspace(0.0, 1.0, 65)[:, None, None]
    way = positions[pairs[:, 0]] * (1 - share) + positions[pairs[:, 1]] * share
    way /= np.linalg.norm(way / HALF_AXES, axis=2, keepdims=True)
    return np.asarray(np.linalg.norm(np.diff(way, axis=0), axis=2).sum(axis=0))


@settings(max_examples=25, deadline=None)
@given(st.floats(5.0, 80.0), st.floats(5.0, 80.0), st.tuples(*[st.floats(0.02, 0.98)] * 4))
def test_distance_is_symmetric_and_never_shorter_than_straight(
    width: float, height: float, at: tuple[float, float, float, float]
) -> None:
    corners = np.array([[0.0, 0, 0], [width, 0, 0], [width, height, 20.0], [0, height, 0]])
    surface = FaceSurface(corners, np.array([[0, 1, 2], [0, 2, 3]]))
    ends = surface.nearest(
        np.array([[at[0] * width, at[1] * height, 5.0], [at[2] * width, at[3] * height, 5.0]])
    )
    distances = SurfaceDistances(surface)
    there = distances.from_points(ends.chosen(np.array([0]))).at(ends)[1]
    back = distances.from_points(ends.chosen(np.array([1]))).at(ends)[0]
    one, other = surface.positions_mm(ends)
    assert there == pytest.approx(back, abs=1e-6)
    assert there >= np.linalg.norm(one - other) - 1e-6


def test_nearest_is_the_foot_inside_and_the_edge_outside() -> None:
    surface = FaceSurface(np.array([[0.0, 0, 0], [9, 0, 0], [0, 9, 0]]), np.array([[0, 1, 2]]))
    found = surface.positions_mm(surface.nearest(np.array([[2.0, 3.0, 7.0], [3.0, -5.0, 1.0]])))
    np.testing.assert_allclose(found, [[2.0, 3.0, 0.0], [3.0, 0.0, 0.0]], atol=1e-9)
