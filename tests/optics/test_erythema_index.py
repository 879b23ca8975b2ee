"""The erythema index cancels exposure, follows the base-ten logarithm and refuses darkness."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rubor.errors import InputError
from rubor.optics import LOG_RATIO_PER_ERYTHEMA_INDEX, erythema_index, log_ratio

light = st.floats(1e-4, 1.0)


@given(light, light, light, st.floats(1e-3, 1e3))
def test_exposure_and_shading_cancel(
    red: float, green: float, blue: float, exposure: float
) -> None:
    colour = np.array([red, green, blue])
    assert float(erythema_index(exposure * colour)) == pytest.approx(
        float(erythema_index(colour)), abs=1e-9
    )


@given(light, light, light)
def test_index_is_the_base_ten_logarithm_of_red_over_green(
    red: float, green: float, blue: float
) -> None:
    colour = np.array([red, green, blue])
    assert float(erythema_index(colour)) == pytest.approx(float(np.log10(red / green)), abs=1e-9)
    assert float(log_ratio(colour)) == pytest.approx(
        LOG_RATIO_PER_ERYTHEMA_INDEX * float(erythema_index(colour)), abs=1e-9
    )


@pytest.mark.parametrize(
    "colour", [(0.0, 0.2, 0.1), (0.2, 0.0, 0.1), (-0.1, 0.2, 0.1), (np.nan, 0.2, 0.1)]
)
@pytest.mark.filterwarnings("error")
def test_no_light_gives_nan_without_a_warning(colour: tuple[float, float, float]) -> None:
    assert np.isnan(erythema_index(colour))
    assert np.isnan(log_ratio(colour))


def test_leading_axes_are_kept() -> None:
    assert erythema_index(np.full((5, 4, 3), 0.2)).shape == (5, 4)


def test_a_last_axis_that_is_not_rgb_is_refused() -> None:
    with pytest.raises(InputError, match="length 3"):
        erythema_index(np.ones((3, 4)))
