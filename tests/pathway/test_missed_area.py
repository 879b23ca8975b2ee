"""What still blushes beside the points, and when the next session may be."""

from __future__ import annotations

import json
from datetime import date
from importlib.resources import files

import numpy as np
import pytest
from jsonschema import Draft202012Validator

from rubor.errors import InputError
from rubor.measurement.cell_redness import CellRedness
from rubor.pathway.injection_plan import InjectionPlan
from rubor.pathway.missed_area import EarlierSession, missed_in_cells, missed_to_json
from rubor.pathway.plan_figures import plot_missed_map
from rubor.vision.reference_face import reference_face

TREATED = date(2026, 3, 10)


def redness(red: set[str], seen: bool = True) -> CellRedness:
    names = reference_face().cell_names
    change = np.array([0.05 if name in red else 0.0 for name in names])
    above = change > 0.01
    floors = np.full(len(names), 0.005)
    return CellRedness(change * 0, change if seen else None, floors, above, (10.0, 15.0))


def test_a_face_that_stays_pale_has_nothing_missed(astronaut_plan: InjectionPlan) -> None:
    found = missed_in_cells(astronaut_plan, redness(set()), TREATED)
    assert found.missed == found.reached == ()
    assert {cell.found for cell in found.cells} == {"quiet"}


def test_blushing_cells_are_missed_away_from_points_and_reached_beside_them(
    astronaut_plan: InjectionPlan,
) -> None:
    names = reference_face().cell_names
    found = missed_in_cells(astronaut_plan, redness(set(names)), TREATED)
    assert found.missed
    assert found.reached
    assert not set(found.missed) & set(found.reached)
    for cell in found.cells:
        assert cell.nearest_mm is not None
        assert (cell.nearest_mm > 10.0) == (cell.found == "missed")
    assert not any(name.startswith(("forehead", "chin", "jaw")) for name in found.missed)
    assert found.missed_cm2 == pytest.approx(len(found.missed), rel=0.3)
    (axes,) = plot_missed_map(found, astronaut_plan).axes
    (points,) = [drawn for drawn in axes.collections if drawn.get_gid() == "points"]
    assert len(points.get_offsets()) == len(astronaut_plan.points)


def test_the_next_session_is_not_before_12_weeks(astronaut_plan: InjectionPlan) -> None:
    found = missed_in_cells(astronaut_plan, redness(set()), TREATED)
    assert found.not_before == date(2026, 6, 2)
    assert "unless the prescriber" in " ".join(found.sentences)
    assert found.source


def test_the_prescriber_may_decide_otherwise_and_that_is_on_record(
    astronaut_plan: InjectionPlan,
) -> None:
    decision = EarlierSession("First Last", "one strip had been left out", date(2026, 4, 1))
    found = missed_in_cells(astronaut_plan, redness(set()), TREATED, decision)
    assert found.not_before == date(2026, 4, 1)
    assert "First Last decided" in found.sentences[-1]
    for wrong in (
        EarlierSession("", "why", date(2026, 4, 1)),
        EarlierSession("First Last", " ", date(2026, 4, 1)),
        EarlierSession("First Last", "why", TREATED),
    ):
        with pytest.raises(InputError):
            missed_in_cells(astronaut_plan, redness(set()), TREATED, wrong)


def test_a_recording_without_a_change_and_a_wrong_day_are_refused(
    astronaut_plan: InjectionPlan,
) -> None:
    with pytest.raises(InputError, match="no change"):
        missed_in_cells(astronaut_plan, redness(set(), seen=False), TREATED)
    with pytest.raises(InputError, match="before the plan"):
        missed_in_cells(astronaut_plan, redness(set()), date(2025, 1, 1))


@pytest.mark.parametrize(
    "decision", [None, EarlierSession("First Last", "one strip left out", date(2026, 4, 1))]
)
def test_the_result_is_described_by_its_schema(
    astronaut_plan: InjectionPlan, decision: EarlierSession | None
) -> None:
    path = files("rubor.pathway") / "schemas" / "missed.schema.json"
    schema = json.loads(path.read_text(encoding="utf-8"))
    Draft202012Validator.check_schema(schema)
    red = set(reference_face().cell_names[::2])
    found = missed_in_cells(astronaut_plan, redness(red), TREATED, decision)
    document = json.loads(json.dumps(missed_to_json(found), allow_nan=False))
    Draft202012Validator(schema).validate(document)
    assert set(schema["required"]) == set(document)
