"""Radiative transfer against published slabs and half-spaces, and what must hold for any layer."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rubor.errors import InputError
from rubor.optics.adding_doubling import (
    Layer,
    add_surface,
    layer,
    quadrature,
    reflectance_over,
    semi_infinite_reflection,
    transmittance_in_air,
)

DIRECTIONS = quadrature(1.4, 16)


def half_space_reflectance(albedo: float, asymmetry: float, refractive_index: float) -> float:
    directions = quadrature(refractive_index, 16)
    reflection = semi_infinite_reflection(albedo, asymmetry, directions)
    endless = Layer(reflection, np.zeros_like(reflection))
    return float(add_surface(endless, directions, "collimated").reflectance)


def test_van_de_hulst_slab() -> None:
    # Absorption 10, scattering 90 per cm, asymmetry 0.75, 0.02 cm, no step of index
    # (van de Hulst 1980): reflectance 0.09739, transmittance 0.66096.
    directions = quadrature(1.0, 16)
    slab = layer(0.9, 2.0, 0.75, directions)
    reflectance = float(add_surface(slab, directions, "collimated").reflectance)
    assert reflectance == pytest.approx(0.09739, rel=0.005)
    assert float(transmittance_in_air(slab, directions)) == pytest.approx(0.66096, rel=0.005)


def test_giovanelli_half_space() -> None:
    # Absorption 10, scattering 90 per cm, isotropic, index 1.5 (Giovanelli 1955): 0.2600 with the
    # 4 % that the surface reflects, so 0.2200 without.
    diffuse = half_space_reflectance(0.9, 0.0, 1.5)
    assert diffuse == pytest.approx(0.2200, rel=0.005)
    assert diffuse + (0.5 / 2.5) ** 2 == pytest.approx(0.2600, rel=0.005)


def test_a_layer_is_the_sum_of_its_parts() -> None:
    whole = layer(0.97, 1.4, 0.8, DIRECTIONS)
    half = layer(0.97, 0.7, 0.8, DIRECTIONS)
    lit_whole = add_surface(whole, DIRECTIONS, "diffuse")
    lit_half = add_surface(half, DIRECTIONS, "diffuse")
    over_half = reflectance_over(lit_half, half.reflection)
    assert float(over_half) == pytest.approx(float(lit_whole.reflectance), rel=1e-4)


def test_a_half_space_is_a_layer_over_itself() -> None:
    base = semi_infinite_reflection(0.97, 0.8, DIRECTIONS)
    on_top = add_surface(layer(0.97, 1.4, 0.8, DIRECTIONS), DIRECTIONS, "collimated")
    assert float(reflectance_over(on_top, base)) == pytest.approx(
        half_space_reflectance(0.97, 0.8, 1.4), rel=1e-4
    )


@settings(max_examples=25, deadline=None)
@given(st.floats(0.05, 20.0), st.floats(-0.5, 0.9))
def test_no_light_is_lost_without_absorption(thickness: float, asymmetry: float) -> None:
    slab = layer(1.0, thickness, asymmetry, DIRECTIONS)
    roots = DIRECTIONS.flux_roots
    out = roots @ slab.reflection + roots @ slab.transmission
    np.testing.assert_allclose(out, roots, rtol=2e-4)


@settings(max_examples=25, deadline=None)
@given(st.floats(0.0, 0.999), st.floats(0.05, 20.0), st.floats(-0.5, 0.9))
def test_a_ray_and_its_reverse_are_treated_alike(
    albedo: float, thickness: float, asymmetry: float
) -> None:
    slab = layer(albedo, thickness, asymmetry, DIRECTIONS)
    for operator in (slab.reflection, slab.transmission):
        np.testing.assert_allclose(operator, operator.T, atol=1e-9)


@settings(max_examples=25, deadline=None)
@given(st.floats(0.0, 0.99), st.floats(0.001, 0.009))
def test_more_scattering_reflects_more(albedo: float, more: float) -> None:
    assert half_space_reflectance(albedo + more, 0.8, 1.4) > half_space_reflectance(
        albedo, 0.8, 1.4
    )


def test_sixteen_directions_are_enough() -> None:
    albedo = np.array([0.7, 0.9, 0.97, 0.995])
    reflectances = []
    for count in (16, 32):
        directions = quadrature(1.4, count)
        reflection = semi_infinite_reflection(albedo, 0.8, directions)
        endless = Layer(reflection, np.zeros_like(reflection))
        reflectances.append(add_surface(endless, directions, "diffuse").reflectance)
    np.testing.assert_allclose(reflectances[0], reflectances[1], rtol=0.005)


def test_each_albedo_and_thickness_has_its_own_answer() -> None:
    together = layer([[0.5], [0.9]], [0.1, 1.0, 5.0], 0.8, DIRECTIONS)
    alone = layer(0.9, 0.1, 0.8, DIRECTIONS)
    assert together.reflection.shape == (2, 3, 16, 16)
    np.testing.assert_allclose(together.reflection[1, 0], alone.reflection, rtol=1e-3, atol=1e-7)


def test_impossible_layers_are_refused() -> None:
    with pytest.raises(InputError, match="albedo"):
        layer(1.2, 1.0, 0.8, DIRECTIONS)
    with pytest.raises(InputError, match="thickness"):
        layer(0.9, 0.0, 0.8, DIRECTIONS)
    with pytest.raises(InputError, match="asymmetry"):
        layer(0.9, 1.0, 1.0, DIRECTIONS)
    with pytest.raises(InputError, match="quadrature"):
        quadrature(1.4, 7)
