"""Skin reflectance against Monte Carlo and measured spectra, and the order nature demands."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import least_squares

from rubor.errors import InputError
from rubor.optics.adding_doubling import Illumination
from rubor.optics.two_layer_skin import Skin, skin_reflectance

FloatArray = npt.NDArray[np.float64]

# Own Monte Carlo of 2e6 photons a row: index 1.4, asymmetry 0.8, epidermis 60 um over 1 cm dermis,
# Jacques' mean skin scattering (46, 0.409, 0.702), saturation 0.75, no packaging. Diffuse
# reflectance without specular: wavelength, melanin, blood, collimated, diffuse illumination.
MONTE_CARLO = [
    (450.0, 0.020, 0.0100, 0.18861, 0.18609),
    (500.0, 0.350, 0.0075, 0.01282, 0.01155),
    (540.0, 0.050, 0.0200, 0.12661, 0.12543),
    (560.0, 0.100, 0.0100, 0.12572, 0.11825),
    (580.0, 0.010, 0.0400, 0.13214, 0.13930),
    (620.0, 0.250, 0.0150, 0.10418, 0.09227),
    (660.0, 0.030, 0.0050, 0.45414, 0.43386),
]
GOLDEN_SKIN = Skin(
    oxygen_saturation=0.75,
    scattering_500_per_cm=46.0,
    rayleigh_fraction=0.409,
    mie_power=0.702,
    vessel_diameter_um=0.0,
    melanin_exponent=3.33,
    epidermis_thickness_um=60.0,
)
VISIBLE_NM = np.arange(400.0, 701.0, 20.0)


@pytest.mark.parametrize(("nm", "melanin", "blood", "collimated", "diffuse"), MONTE_CARLO)
def test_golden_monte_carlo_rows(
    nm: float, melanin: float, blood: float, collimated: float, diffuse: float
) -> None:
    skin = replace(GOLDEN_SKIN, melanin_fraction=melanin, blood_fraction=blood)
    golden: dict[Illumination, float] = {"collimated": collimated, "diffuse": diffuse}
    for illumination, reference in golden.items():
        found = float(skin_reflectance(skin, [nm], illumination=illumination)[0])
        assert found == pytest.approx(reference, rel=0.01), illumination


def test_golden_rows_are_those_of_the_reference_file(shared: Path) -> None:
    text = (shared / "reference-data" / "golden_monte_carlo.txt").read_text(encoding="utf-8")
    rows = [line.split() for line in text.splitlines() if line.startswith("wl ")]
    found = [
        (float(row[1]), float(row[3]), float(row[5]), *(
            float(cell.split("±")[0]) for cell in (row[row.index("collimated") + 2],
                                                  row[row.index("diffuse") + 2])
        ))
        for row in rows
    ]  # fmt: skip
    assert found == MONTE_CARLO


@settings(max_examples=15, deadline=None)
@given(
    st.floats(0.005, 0.4),
    st.floats(0.002, 0.08),
    st.floats(0.5, 0.9),
    st.floats(35.0, 75.0),
    st.floats(40.0, 100.0),
)
def test_more_blood_or_melanin_is_darker_at_every_wavelength(
    melanin: float, blood: float, saturation: float, scattering: float, thickness: float
) -> None:
    skin = Skin(
        melanin_fraction=[melanin, melanin, melanin * 1.2],
        blood_fraction=[blood, blood * 1.2, blood],
        oxygen_saturation=saturation,
        scattering_500_per_cm=scattering,
        epidermis_thickness_um=thickness,
    )
    rest, bloodier, browner = skin_reflectance(skin, VISIBLE_NM)
    assert np.all((rest > 0.0) & (rest < 1.0))
    assert np.all(bloodier < rest)
    assert np.all(browner < rest)


def test_fields_broadcast_like_a_table() -> None:
    skin = Skin(melanin_fraction=[[0.02], [0.1]], blood_fraction=[0.01, 0.02, 0.04])
    table = skin_reflectance(skin, [540.0, 640.0])
    assert table.shape == (2, 3, 2)
    alone = skin_reflectance(Skin(melanin_fraction=0.1, blood_fraction=0.02), [540.0, 640.0])
    # A layer is doubled as often as the thickest of its batch needs.
    np.testing.assert_allclose(table[1, 1], alone, rtol=1e-5)


def test_specular_reflection_is_white_and_adds() -> None:
    bare = skin_reflectance(Skin(), VISIBLE_NM)
    np.testing.assert_allclose(skin_reflectance(Skin(), VISIBLE_NM, 0.03) - bare, 0.03)


def test_impossible_skin_is_refused() -> None:
    with pytest.raises(InputError, match="melanin"):
        skin_reflectance(Skin(melanin_fraction=5.0), [500.0])
    with pytest.raises(InputError, match="blood"):
        skin_reflectance(Skin(blood_fraction=-0.1), [500.0])
    with pytest.raises(InputError, match="380"):
        skin_reflectance(Skin(), [300.0])


# Melanin and blood (logarithm), saturation, scattering (logarithm), Mie power, vessel diameter
# (logarithm), melanin steepness, specular.
FIT_START = np.array(
    [np.log(0.02), np.log(0.01), 0.72, np.log(48.0), 1.08, np.log(40.0), 3.4, 0.03]
)
FIT_LOW = np.array([np.log(1e-3), np.log(1e-3), 0.0, np.log(15.0), -0.5, np.log(1.0), 2.5, 0.0])
FIT_HIGH = np.array([np.log(0.6), np.log(0.1), 1.0, np.log(150.0), 3.0, np.log(150.0), 5.0, 0.06])
FIT_SCALE = np.array([0.3, 0.3, 0.1, 0.2, 0.3, 0.5, 0.3, 0.01])


def fit_relative_rms(measured: FloatArray, wavelength_nm: FloatArray, evaluations: int) -> float:
    """Relative rms of the best skin for one spectrum lit along the normal."""

    def spectra(parameters: FloatArray) -> FloatArray:
        p = parameters.T
        skin = Skin(np.exp(p[0]), np.exp(p[1]), p[2], np.exp(p[3]), 0.0, p[4], np.exp(p[5]), p[6])
        return skin_reflectance(skin, wavelength_nm, p[7], "collimated")

    def residual(parameters: FloatArray) -> FloatArray:
        return spectra(parameters) / measured - 1.0

    def jacobian(parameters: FloatArray) -> FloatArray:
        step = np.where(parameters + 1e-3 <= FIT_HIGH, 1e-3, -1e-3)
        moved = spectra(np.vstack([parameters, parameters + np.diag(step)]))
        slopes = (moved[1:] - moved[0]) / step[:, None]
        return (slopes / measured).T

    fit = least_squares(
        residual,
        FIT_START,
        jacobian,
        bounds=(FIT_LOW, FIT_HIGH),
        x_scale=FIT_SCALE,
        max_nfev=evaluations,
    )
    return float(np.sqrt(np.mean(fit.fun**2)))


def nist_spectra(shared: Path, every_nth_row: int) -> tuple[FloatArray, FloatArray]:
    """Forearms of 100 people, 8 degree illumination, 400 to 700 nm (doi 10.18434/M38597)."""
    table = np.genfromtxt(
        shared / "reference-data" / "nist_skin_reflectance_avg.csv", delimiter=",", skip_header=1
    )
    visible = table[(table[:, 0] >= 400.0) & (table[:, 0] <= 700.0)][::every_nth_row]
    return visible[:, 0], visible[:, 1:].T


def test_model_fits_measured_skin_sampled(shared: Path) -> None:
    wavelength_nm, spectra = nist_spectra(shared, 6)
    errors = [fit_relative_rms(spectrum, wavelength_nm, 10) for spectrum in spectra[::12]]
    assert np.median(errors) <= 0.02


@pytest.mark.slow
def test_model_fits_each_of_a_hundred_measured_people(shared: Path) -> None:
    wavelength_nm, spectra = nist_spectra(shared, 4)
    errors = [fit_relative_rms(spectrum, wavelength_nm, 12) for spectrum in spectra]
    assert len(errors) == 100
    assert np.median(errors) <= 0.02
