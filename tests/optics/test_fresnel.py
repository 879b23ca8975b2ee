"""Fresnel reflection: normal incidence, total reflection, and the same from both sides."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rubor.optics.fresnel import fresnel_reflectance


def test_normal_incidence_on_skin_reflects_278_in_ten_thousand() -> None:
    assert float(fresnel_reflectance(1.0, 1.0, 1.4)) == pytest.approx((0.4 / 2.4) ** 2)


def test_light_beyond_the_critical_angle_stays_inside() -> None:
    critical = np.sqrt(1.0 - 1.4**-2)
    np.testing.assert_array_equal(
        fresnel_reflectance([0.0, critical / 2, critical - 1e-9], 1.4, 1.0), 1.0
    )


@given(st.floats(0.01, 1.0), st.floats(1.01, 1.8))
def test_a_ray_reflects_the_same_share_in_either_direction(cosine: float, index: float) -> None:
    cosine_inside = np.sqrt(1.0 - (1.0 - cosine**2) / index**2)
    outside = float(fresnel_reflectance(cosine, 1.0, index))
    assert 0.0 <= outside <= 1.0
    assert outside == pytest.approx(float(fresnel_reflectance(cosine_inside, index, 1.0)), abs=1e-9)


def test_no_step_of_index_reflects_nothing() -> None:
    np.testing.assert_array_equal(fresnel_reflectance([0.0, 0.5, 1.0], 1.4, 1.4), 0.0)
