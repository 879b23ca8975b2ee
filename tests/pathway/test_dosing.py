"""Units, dilution and volume; what is warned of and what is refused."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rubor.errors import InputError
from rubor.pathway.dosing import DoseChoice, PointToDose, dose, toxin_rules

ONA = "onabotulinumtoxinA"
POINTS = [PointToDose(f"{n}L", "left", n < 3) for n in range(10)] + [
    PointToDose("11", "middle", False)
]


@pytest.mark.parametrize(
    ("vial", "diluent", "per_0_1_ml"),
    # The label of onabotulinumtoxinA: units in 0.1 mL from a vial and its saline.
    [(50, 0.5, 10), (50, 1, 5), (50, 2, 2.5), (50, 4, 1.25), (100, 4, 2.5), (100, 8, 1.25)],
)
def test_dilution_is_that_of_the_label(vial: float, diluent: float, per_0_1_ml: float) -> None:
    given_dose = dose(POINTS[3:4], DoseChoice(ONA, 1.0, vial, diluent))
    assert given_dose.units_per_0_1_ml == per_0_1_ml
    assert given_dose.volumes_ml[0] == pytest.approx(0.1 / per_0_1_ml)


def test_one_unit_in_a_twentieth_of_a_millilitre_is_what_is_published() -> None:
    made = dose(POINTS, DoseChoice(ONA))
    assert made.volumes_ml[-1] == pytest.approx(0.05)
    assert made.units[:3] == (0.5, 0.5, 0.5)
    assert (made.units_left, made.units_right) == (9.0, 0.5)
    assert made.units_total == 9.5
    assert made.vials == 1


@given(
    st.integers(1, 40),
    st.floats(0.2, 1.0),
    st.sampled_from([50.0, 100.0, 200.0]),
    st.floats(2.0, 10.0),
)
def test_units_volume_and_vials_add_up(count: int, units: float, vial: float, ml: float) -> None:
    points = [PointToDose(str(n), "left" if n % 2 else "right", n % 3 == 0) for n in range(count)]
    try:
        made = dose(points, DoseChoice(ONA, units, vial, ml))
    except InputError as error:
        assert error.cure
        return
    assert sum(made.volumes_ml) * vial / ml == pytest.approx(made.units_total, abs=0.01 * count)
    assert made.units_left + made.units_right == pytest.approx(made.units_total, abs=0.01)
    assert made.vials == max(1, math.ceil(made.units_total / vial - 1e-9))


def test_more_than_usual_is_warned_of_with_its_source() -> None:
    many = [PointToDose(str(n), "left", False) for n in range(25)]
    made = dose(many, DoseChoice(ONA, 1.2))
    rules = {warning.rule for warning in made.warnings}
    assert f"product.{ONA}.warn_above_per_point" in rules
    assert f"product.{ONA}.warn_above_per_side" in rules
    assert all(warning.source and warning.strength for warning in made.warnings)


@pytest.mark.parametrize(
    ("count", "choice", "message"),
    [
        (10, DoseChoice(ONA, 2.5), "per point .* refused"),
        (45, DoseChoice(ONA, 1.0), "left side is refused"),
        (10, DoseChoice(ONA, 1.0, 73.0, 5.0), "no vial of 73"),
        (10, DoseChoice(ONA, 1.0, 100.0, 50.0), "50 mL of saline"),
        (10, DoseChoice(ONA, 1.0, 100.0, 0.3), "mL for one point is refused"),
        (10, DoseChoice(ONA, -1.0), "more than zero"),
        (10, DoseChoice(ONA, float("nan")), "more than zero"),
        (10, DoseChoice(ONA, 1.0, 100.0), "not stated in full"),
        (10, DoseChoice("abobotulinumtoxinA"), "not converted"),
        (10, DoseChoice("rimabotulinumtoxinB", 10.0), "not planned"),
        (10, DoseChoice("collagen"), "No product"),
    ],
)
def test_an_impossible_dose_is_refused_with_a_cure(
    count: int, choice: DoseChoice, message: str
) -> None:
    points = [PointToDose(str(n), "left", False) for n in range(count)]
    with pytest.raises(InputError, match=message) as caught:
        dose(points, choice)
    assert caught.value.cure


@pytest.mark.parametrize("name", toxin_rules()["product"])
def test_a_zone_of_a_reduced_dose_never_gets_more_than_its_limit(name: str) -> None:
    entry = toxin_rules()["product"][name]
    most = entry["warn_above_per_point"]
    vial = entry["vial_units"][0]
    made = dose(POINTS, DoseChoice(name, most, vial, 0.05 * vial / most))
    assert max(made.units[:3]) <= entry["reduced_per_point"] <= most / 2
