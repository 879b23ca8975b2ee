"""The hemoglobin table is the published one, and blood follows from it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rubor.errors import InputError
from rubor.optics.hemoglobin_absorption import blood_absorption_per_cm, hemoglobin_extinction

# S. A. Prahl, omlc.org/spectra/hemoglobin: wavelength, HbO2, Hb.
PUBLISHED = [
    (400.0, 266232.0, 223296.0),
    (420.0, 480360.0, 407560.0),
    (500.0, 20932.8, 20862.0),
    (542.0, 53292.0, 48148.0),
    (556.0, 34476.8, 54540.0),
    (576.0, 55540.0, 40092.0),
    (600.0, 3200.0, 14677.2),
    (660.0, 319.6, 3226.56),
    (800.0, 816.0, 761.72),
    (940.0, 1214.0, 693.44),
]


@pytest.mark.parametrize(("wavelength_nm", "oxygenated", "deoxygenated"), PUBLISHED)
def test_table_holds_the_published_values(
    wavelength_nm: float, oxygenated: float, deoxygenated: float
) -> None:
    found = hemoglobin_extinction(wavelength_nm)
    assert (float(found[0]), float(found[1])) == (oxygenated, deoxygenated)


def test_shipped_table_is_the_reference_table(shared: Path) -> None:
    reference = np.loadtxt(
        shared / "reference-data" / "hemoglobin_prahl.csv", delimiter=",", skiprows=1
    )
    oxygenated, deoxygenated = hemoglobin_extinction(reference[:, 0])
    np.testing.assert_array_equal(oxygenated, reference[:, 1])
    np.testing.assert_array_equal(deoxygenated, reference[:, 2])


def test_oxygenated_blood_at_542_nm_absorbs_285_per_cm() -> None:
    # 150 g/l over 64500 g/mol, 53292 per cm and mol/l, natural logarithm.
    assert float(blood_absorption_per_cm(542.0, 1.0)) == pytest.approx(285.0, abs=1.0)


@given(st.floats(0.0, 1.0), st.floats(380.0, 1000.0))
def test_blood_lies_between_fully_and_not_oxygenated(saturation: float, nm: float) -> None:
    ends = blood_absorption_per_cm(nm, [0.0, 1.0])
    value = float(blood_absorption_per_cm(nm, saturation))
    assert ends.min() - 1e-9 <= value <= ends.max() + 1e-9


def test_what_the_table_does_not_hold_is_refused() -> None:
    with pytest.raises(InputError, match="380 to 1000"):
        hemoglobin_extinction([350.0])
    with pytest.raises(InputError, match="share"):
        blood_absorption_per_cm(500.0, 75.0)
