"""Exact radiative transfer through scattering layers by adding and doubling.

The light in a plane-parallel layer is followed in n directions per hemisphere. A thin layer is
solved by the diamond rule, doubled to its thickness, and layers and the surface are added. With 16
directions reflectance agrees with Monte Carlo to some 0.4 %.

All operators act on ``sqrt(2 * cosine * weight) * radiance``. In this scale they are symmetric,
layers add by plain matrix products, and the flux is the dot product with the same square roots.

References:
    H. C. van de Hulst 1980, Multiple Light Scattering.
    W. J. Wiscombe 1976, J. Quant. Spectrosc. Radiat. Transfer 16:637 (diamond initialisation).
    S. A. Prahl, M. J. C. van Gemert and A. J. Welch 1993, Appl. Opt. 32:559 (boundaries and the
    quadrature that splits at the critical angle).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

import numpy as np
import numpy.typing as npt
from numpy.polynomial import legendre

from rubor.errors import InputError
from rubor.optics.fresnel import fresnel_reflectance
from rubor.optics.henyey_greenstein import delta_m_scaling, redistribution_matrices

__all__ = [
    "Illumination",
    "Layer",
    "Quadrature",
    "SurfaceLayer",
    "add_surface",
    "layer",
    "quadrature",
    "reflectance_over",
    "semi_infinite_reflection",
    "transmittance_in_air",
]

FloatArray = npt.NDArray[np.float64]
Illumination = Literal["collimated", "diffuse"]

THINNEST_START = 0.5
"""Optical thickness of the starting layer over the smallest cosine: the diamond rule's error is
then far below that of the directions."""

HALF_SPACE_TOLERANCE = 1e-10


@dataclass(frozen=True)
class Quadrature:
    """Directions inside a medium of one refractive index.

    Attributes:
        cosines: direction cosines, rising, the last exactly 1, shape ``(n,)``.
        weights: weights on 0..1 with sum 1, shape ``(n,)``.
        refractive_index: of the medium.
        surface_reflectance: internal Fresnel reflectance of each direction, shape ``(n,)``.
    """

    cosines: FloatArray
    weights: FloatArray
    refractive_index: float
    surface_reflectance: FloatArray

    @property
    def flux_roots(self) -> FloatArray:
        """``sqrt(2 * cosine * weight)``, shape ``(n,)``."""
        roots: FloatArray = np.sqrt(2.0 * self.cosines * self.weights)
        return roots


@dataclass(frozen=True)
class Layer:
    """Reflection and transmission of a homogeneous layer without surface, ``(..., n, n)`` each."""

    reflection: FloatArray
    transmission: FloatArray


@dataclass(frozen=True)
class SurfaceLayer:
    """A layer under a surface, lit from outside and ready to be put on what lies below.

    Attributes:
        reflection: of light from below, shape ``(..., n, n)``.
        entering: light that arrives below per unit of incident flux, shape ``(..., n)``.
        escape: flux that leaves through the surface per unit of light from below, ``(..., n)``.
        reflectance: flux that leaves over nothing below, per unit of incident flux, ``(...)``.
    """

    reflection: FloatArray
    entering: FloatArray
    escape: FloatArray
    reflectance: FloatArray


def _radau_nodes(count: int) -> tuple[FloatArray, FloatArray]:
    """Gauss-Radau nodes on -1..1 that hold the end 1, and their weights."""
    polynomial = np.zeros(count + 1)
    polynomial[count - 1 :] = 1.0
    nodes = np.sort(legendre.legroots(polynomial).real)
    nodes[0] = -1.0
    last = np.zeros(count)
    last[count - 1] = 1.0
    weights = (1.0 - nodes) / (count * legendre.legval(nodes, last)) ** 2
    return -nodes[::-1], weights[::-1]


@lru_cache(maxsize=16)
def quadrature(refractive_index: float = 1.4, count: int = 16) -> Quadrature:
    """Directions that split at the angle of total reflection and hold the vertical.

    Args:
        refractive_index: of the medium, over air; 1 or more.
        count: directions per hemisphere, even and at least 4.

    Returns:
        The quadrature, computed once.

    Raises:
        InputError: an index below 1, or a count that is odd or below 4.

    >>> directions = quadrature(1.4, 16)
    >>> directions.cosines[-1].item(), round(directions.weights.sum().item(), 12)
    (1.0, 1.0)
    """
    if refractive_index < 1.0 or count < 4 or count % 2:
        raise InputError(
            f"No quadrature for refractive index {refractive_index} and {count} directions.",
            "Use an index of at least 1 and an even number of at least 4 directions.",
        )
    if refractive_index == 1.0:
        nodes, weights = _radau_nodes(count)
        cosines = (nodes + 1.0) / 2.0
        weights = weights / 2.0
    else:
        critical = float(np.sqrt(1.0 - refractive_index**-2))
        below, below_weights = legendre.leggauss(count // 2)
        above, above_weights = _radau_nodes(count // 2)
        cosines = np.concatenate(
            [(below + 1.0) / 2.0 * critical, critical + (above + 1.0) / 2.0 * (1.0 - critical)]
        )
        weights = np.concatenate(
            [below_weights / 2.0 * critical, above_weights / 2.0 * (1.0 - critical)]
        )
    cosines[-1] = 1.0
    return Quadrature(
        cosines, weights, refractive_index, fresnel_reflectance(cosines, refractive_index, 1.0)
    )


def _checked(albedo: npt.ArrayLike, optical_thickness: npt.ArrayLike) -> None:
    values = np.asarray(albedo, dtype=np.float64)
    if not np.all((values >= 0.0) & (values <= 1.0)):
        raise InputError(
            "A single-scattering albedo lies between 0 and 1.",
            "It is the scattering coefficient over the sum of scattering and absorption.",
        )
    if not np.all(np.asarray(optical_thickness, dtype=np.float64) > 0.0):
        raise InputError("A layer needs an optical thickness above 0.", "Leave the layer out.")


def _thin_layer(
    albedo: FloatArray, thickness: FloatArray, asymmetry: float, directions: Quadrature
) -> Layer:
    """The diamond rule for delta-M scaled layers, albedo and thickness of the same shape."""
    matrices = redistribution_matrices(asymmetry, directions.cosines, directions.weights)
    root = np.sqrt(directions.weights / directions.cosines)
    outer = 0.5 * root[:, None] * root[None, :]
    half = 0.5 * thickness[..., None, None]
    scatter = albedo[..., None, None]
    identity = np.eye(directions.cosines.size)
    loss = half * (np.diag(1.0 / directions.cosines) - scatter * outer * matrices.forward)
    gain = half * scatter * outer * matrices.backward
    exchange = np.linalg.solve(identity + loss, gain)
    passed = 2.0 * np.linalg.inv(identity + loss - gain @ exchange)
    return Layer(exchange @ passed, passed - identity)


def _doubled(half: Layer) -> Layer:
    identity = np.eye(half.reflection.shape[-1])
    between = half.transmission @ np.linalg.inv(identity - half.reflection @ half.reflection)
    return Layer(
        half.reflection + between @ half.reflection @ half.transmission,
        between @ half.transmission,
    )


def layer(
    albedo: npt.ArrayLike,
    optical_thickness: npt.ArrayLike,
    asymmetry: float,
    directions: Quadrature,
) -> Layer:
    """Reflection and transmission of a homogeneous layer without its surfaces.

    Args:
        albedo: single-scattering albedo, 0 to 1, broadcast with the thickness to shape S.
        optical_thickness: extinction coefficient times depth, above 0 and finite.
        asymmetry: Henyey-Greenstein mean cosine.
        directions: from `quadrature`.

    Returns:
        Operators of shape ``(*S, n, n)``.

    Raises:
        InputError: an albedo, a thickness or the asymmetry out of range.
    """
    _checked(albedo, optical_thickness)
    peak = float(asymmetry) ** directions.cosines.size
    scaled_albedo, scaled_thickness = np.broadcast_arrays(
        *delta_m_scaling(albedo, optical_thickness, peak)
    )
    thinnest = THINNEST_START * float(directions.cosines[0])
    largest = float(np.max(scaled_thickness, initial=0.0))
    doublings = max(0, int(np.ceil(np.log2(largest / thinnest)))) if largest > 0.0 else 0
    result = _thin_layer(scaled_albedo, scaled_thickness / 2.0**doublings, asymmetry, directions)
    for _ in range(doublings):
        result = _doubled(result)
    return result


def semi_infinite_reflection(
    albedo: npt.ArrayLike, asymmetry: float, directions: Quadrature
) -> FloatArray:
    """Reflection of a homogeneous half-space without its surface.

    A thin layer is doubled until nothing gets through. Only the albedo matters.

    Args:
        albedo: single-scattering albedo of shape S, 0 to 1 (1 itself converges slowly; 40
            doublings are the limit).
        asymmetry: Henyey-Greenstein mean cosine.
        directions: from `quadrature`.

    Returns:
        Reflection operator of shape ``(*S, n, n)``.

    Raises:
        InputError: an albedo or the asymmetry out of range.
    """
    _checked(albedo, 1.0)
    peak = float(asymmetry) ** directions.cosines.size
    scaled_albedo, _ = delta_m_scaling(albedo, 1.0, peak)
    thinnest = np.full_like(scaled_albedo, THINNEST_START * float(directions.cosines[0]))
    result = _thin_layer(scaled_albedo, thinnest, asymmetry, directions)
    for _ in range(40):
        if float(np.max(result.transmission, initial=0.0)) < HALF_SPACE_TOLERANCE:
            break
        result = _doubled(result)
    return result.reflection


def _incident(directions: Quadrature, illumination: Illumination) -> FloatArray:
    """Light just inside the surface per unit of incident flux, scaled, shape ``(n,)``."""
    passed = 1.0 - directions.surface_reflectance
    roots = directions.flux_roots
    if illumination == "diffuse":
        # Radiance grows by the square of the index on the way in.
        diffuse: FloatArray = roots * directions.refractive_index**2 * passed
        return diffuse
    collimated = np.zeros_like(roots)
    collimated[-1] = passed[-1] / roots[-1]
    return collimated


def add_surface(top: Layer, directions: Quadrature, illumination: Illumination) -> SurfaceLayer:
    """Put a smooth air surface on a layer and light it.

    Args:
        top: from `layer`, operators of shape ``(*S, n, n)``.
        directions: the quadrature of the layer.
        illumination: ``"collimated"`` for light along the normal, ``"diffuse"`` for light from
            everywhere.

    Returns:
        The lit layer. Light that the surface throws back on its outer side is left out.
    """
    rho = directions.surface_reflectance
    identity = np.eye(rho.size)
    # Light just under the surface, going down: once through (1 - rho R)^-1.
    bounce = np.linalg.inv(identity - rho[:, None] * top.reflection)
    down = bounce @ _incident(directions, illumination)
    exit_roots = directions.flux_roots * (1.0 - rho)
    # Light from below: T u reaches the surface, rho sends it down, the layer sends it up again.
    up_again = top.reflection @ (bounce @ (rho[:, None] * top.transmission)) + top.transmission
    return SurfaceLayer(
        reflection=top.reflection + top.transmission @ bounce @ (rho[:, None] * top.transmission),
        entering=(top.transmission @ down[..., None])[..., 0],
        escape=np.einsum("i,...ij->...j", exit_roots, up_again),
        reflectance=np.einsum("i,...ij,...j->...", exit_roots, top.reflection, down),
    )


def reflectance_over(top: SurfaceLayer, bottom_reflection: FloatArray) -> FloatArray:
    """Diffuse reflectance of a lit layer over a base.

    Args:
        top: from `add_surface`, of shape S.
        bottom_reflection: reflection operator of the base, shape ``(*Q, n, n)``; S and Q
            broadcast.

    Returns:
        Reflectance per unit of incident flux without specular reflection, of the broadcast shape.
    """
    identity = np.eye(bottom_reflection.shape[-1])
    source = bottom_reflection @ top.entering[..., None]
    up = np.linalg.solve(identity - bottom_reflection @ top.reflection, source)[..., 0]
    reflectance: FloatArray = top.reflectance + np.sum(top.escape * up, axis=-1)
    return reflectance


def transmittance_in_air(slab: Layer, directions: Quadrature) -> FloatArray:
    """Total transmittance of collimated light through a slab of refractive index 1.

    Args:
        slab: from `layer`, operators of shape ``(*S, n, n)``.
        directions: a quadrature for refractive index 1.

    Returns:
        Transmittance, shape S.

    Raises:
        InputError: the quadrature is for another index.
    """
    if directions.refractive_index != 1.0:
        raise InputError(
            "Transmittance is computed for index-matched slabs only.",
            "Use quadrature(1.0).",
        )
    transmittance: FloatArray = np.einsum(
        "i,...ij,j->...",
        directions.flux_roots,
        slab.transmission,
        _incident(directions, "collimated"),
    )
    return transmittance
