"""Adding-doubling against an independent Monte Carlo of single photons.

Slow, and only where numba is installed: `pip install numba`. Method: Wang, Jacques and Zheng 1995,
Comput. Methods Programs Biomed. 47:131 (hop, drop, spin), written anew for two layers.
"""

from __future__ import annotations

import numpy as np
import pytest

from rubor.optics.baseline_absorption import baseline_absorption_per_cm
from rubor.optics.hemoglobin_absorption import blood_absorption_per_cm
from rubor.optics.melanin_absorption import melanosome_absorption_per_cm
from rubor.optics.reduced_scattering import reduced_scattering_per_cm
from rubor.optics.two_layer_skin import Skin, skin_reflectance

numba = pytest.importorskip("numba", reason="numba is not installed; it is optional")

ASYMMETRY = 0.8
INDEX = 1.4
THICKNESS_CM = 0.006
PHOTONS = 400_000


@numba.njit
def internal_reflectance(cosine: float) -> float:
    sine = INDEX * np.sqrt(max(0.0, 1.0 - cosine * cosine))
    if sine >= 1.0:
        return 1.0
    outside = np.sqrt(1.0 - sine * sine)
    perpendicular = (INDEX * cosine - outside) / (INDEX * cosine + outside)
    parallel = (INDEX * outside - cosine) / (INDEX * outside + cosine)
    return 0.5 * (perpendicular**2 + parallel**2)


@numba.njit
def scattered_cosine() -> float:
    part = (1.0 - ASYMMETRY**2) / (1.0 - ASYMMETRY + 2.0 * ASYMMETRY * np.random.random())
    return (1.0 + ASYMMETRY**2 - part * part) / (2.0 * ASYMMETRY)


@numba.njit
def diffuse_reflectance(
    absorption_top: float, absorption_bottom: float, scattering: float, photons: int, seed: int
) -> float:
    """Share of light along the normal that comes back, without specular reflection.

    Only depth and the vertical cosine matter in flat layers.
    """
    np.random.seed(seed)
    entered = 1.0 - internal_reflectance(1.0)
    returned = 0.0
    for _ in range(photons):
        depth, cosine, weight = 0.0, 1.0, entered
        while weight > 0.0:
            path = -np.log(1.0 - np.random.random())
            while path > 0.0:
                in_top = depth < THICKNESS_CM or (depth == THICKNESS_CM and cosine < 0.0)
                extinction = scattering + (absorption_top if in_top else absorption_bottom)
                if cosine < 0.0:
                    edge = 0.0 if in_top else THICKNESS_CM
                else:
                    edge = THICKNESS_CM if in_top else np.inf
                to_edge = (edge - depth) / cosine if cosine != 0.0 else np.inf
                if path < to_edge * extinction:
                    depth += cosine * path / extinction
                    path = 0.0
                else:
                    path -= to_edge * extinction
                    depth = edge
                    if edge == 0.0:
                        kept = internal_reflectance(-cosine)
                        returned += weight * (1.0 - kept)
                        weight *= kept
                        cosine = -cosine
                        if weight == 0.0:
                            path = 0.0
            absorption = absorption_top if depth < THICKNESS_CM else absorption_bottom
            weight *= scattering / (scattering + absorption)
            if weight < 1e-3:
                weight = weight * 10.0 if np.random.random() < 0.1 else 0.0
            turn = scattered_cosine()
            azimuth = np.cos(2.0 * np.pi * np.random.random())
            sideways = np.sqrt(max(0.0, (1.0 - turn * turn) * (1.0 - cosine * cosine)))
            cosine = min(1.0, max(-1.0, cosine * turn + sideways * azimuth))
    return returned / photons


@pytest.mark.slow
@pytest.mark.parametrize(
    ("nm", "melanin", "blood"),
    [(450.0, 0.02, 0.01), (540.0, 0.05, 0.02), (560.0, 0.3, 0.02), (640.0, 0.1, 0.015)],
)
def test_skin_reflectance_agrees_with_single_photons(
    nm: float, melanin: float, blood: float
) -> None:
    baseline = float(baseline_absorption_per_cm(nm))
    top = melanin * float(melanosome_absorption_per_cm(nm)) + (1.0 - melanin) * baseline
    bottom = blood * float(blood_absorption_per_cm(nm, 0.75)) + (1.0 - blood) * baseline
    scattering = float(reduced_scattering_per_cm(nm)) / (1.0 - ASYMMETRY)
    counted = diffuse_reflectance(top, bottom, scattering, PHOTONS, 1)
    skin = Skin(melanin, blood, 0.75, 46.0, 0.409, 0.702, 0.0, 3.33, 60.0)
    exact = float(skin_reflectance(skin, [nm], illumination="collimated")[0])
    assert exact == pytest.approx(counted, rel=0.01)
