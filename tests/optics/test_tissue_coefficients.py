"""Melanin, bloodless tissue, scattering and vessel packaging: published numbers and their order."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rubor.optics.baseline_absorption import baseline_absorption_per_cm
from rubor.optics.melanin_absorption import melanosome_absorption_per_cm
from rubor.optics.reduced_scattering import reduced_scattering_per_cm
from rubor.optics.vessel_packaging import packaged_absorption_per_cm

visible = st.floats(380.0, 780.0)


def test_melanosome_law_of_jacques() -> None:
    wavelength = np.array([400.0, 500.0, 600.0, 700.0])
    np.testing.assert_allclose(
        melanosome_absorption_per_cm(wavelength), 6.6e11 * wavelength**-3.33, rtol=1e-12
    )
    assert float(melanosome_absorption_per_cm(500.0)) == pytest.approx(679.0, abs=1.0)


@given(st.floats(3.0, 4.2))
def test_melanin_keeps_its_amount_at_500_nm_whatever_its_steepness(exponent: float) -> None:
    assert float(melanosome_absorption_per_cm(500.0, exponent)) == pytest.approx(
        float(melanosome_absorption_per_cm(500.0))
    )


@given(visible, visible)
def test_tissue_absorbs_and_scatters_less_at_longer_wavelengths(a: float, b: float) -> None:
    low, high = min(a, b), max(a, b)
    for law in (
        melanosome_absorption_per_cm,
        baseline_absorption_per_cm,
        reduced_scattering_per_cm,
    ):
        assert float(law(high)) <= float(law(low))


def test_mean_skin_scatters_46_per_cm_at_500_nm() -> None:
    assert float(reduced_scattering_per_cm(500.0)) == pytest.approx(46.0)


@given(st.floats(0.01, 3000.0), st.floats(0.0, 300.0))
def test_packaging_never_adds_absorption_and_vanishes_in_thin_vessels(
    absorption: float, diameter_um: float
) -> None:
    packaged = float(packaged_absorption_per_cm(absorption, diameter_um))
    assert 0.0 < packaged <= absorption
    assert float(packaged_absorption_per_cm(absorption, 0.0)) == absorption
    assert float(packaged_absorption_per_cm(absorption, 1e-6)) == pytest.approx(absorption)


def test_packaging_flattens_the_hemoglobin_bands() -> None:
    weak, strong = packaged_absorption_per_cm([20.0, 285.0], 40.0) / np.array([20.0, 285.0])
    assert strong < 0.65 < 0.95 < weak
