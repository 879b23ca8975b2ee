"""Drawn people: seeded, with the published medians and spreads, and always possible skin."""

from __future__ import annotations

from dataclasses import fields

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from rubor.optics.skin_variation import draw_skin, draw_specular, typical_skin
from rubor.optics.two_layer_skin import skin_reflectance


def test_the_same_seed_draws_the_same_people() -> None:
    first, second = (draw_skin(np.full(5, 0.03), np.random.default_rng(4)) for _ in range(2))
    for field in fields(first):
        np.testing.assert_array_equal(getattr(first, field.name), getattr(second, field.name))


def test_resting_blood_and_saturation_have_the_published_spread() -> None:
    # Rest: lognormal blood, median 0.014, SD 0.4; saturation 0.65 to 0.80.
    skin = draw_skin(np.full(20000, 0.03), np.random.default_rng(5))
    ln_blood = np.log(np.asarray(skin.blood_fraction))
    assert np.isclose(np.exp(np.median(ln_blood)), 0.014, rtol=0.02)
    assert np.isclose(ln_blood.std(), 0.4, rtol=0.03)
    saturation = np.asarray(skin.oxygen_saturation)
    assert 0.65 <= saturation.min() < 0.66 and 0.79 < saturation.max() <= 0.80


@given(st.integers(0, 2**32), st.floats(0.005, 0.5))
def test_every_field_has_one_value_a_person(seed: int, melanin: float) -> None:
    skin = draw_skin(np.full(7, melanin), np.random.default_rng(seed))
    for field in fields(skin):
        values = np.asarray(getattr(skin, field.name))
        assert values.shape == (7,)
        assert np.all(np.isfinite(values)) and np.all(values >= 0.0)


def test_typical_skin_is_the_median_of_those_drawn() -> None:
    typical = typical_skin(0.05)
    drawn = draw_skin(np.full(4001, 0.05), np.random.default_rng(6))
    for field in fields(typical):
        middle = float(np.median(np.asarray(getattr(drawn, field.name))))
        assert np.isclose(middle, float(np.asarray(getattr(typical, field.name))), rtol=0.03)


def test_drawn_people_can_be_rendered() -> None:
    random = np.random.default_rng(7)
    skin = draw_skin(np.geomspace(0.005, 0.5, 6), random)
    spectra = skin_reflectance(skin, [450.0, 550.0, 650.0], draw_specular(6, random))
    assert spectra.shape == (6, 3)
    assert np.all((spectra > 0.0) & (spectra < 1.0))
