"""What is compared are mirror images, away from the midline and from what the treatment may reach."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rubor.errors import InputError
from rubor.trials.compared_area import ComparedArea, compared_cells, compared_regions
from rubor.vision.reference_face import mirrored_name, reference_face

FACE = reference_face()
NUMBER = {name: number for number, name in enumerate(FACE.cell_names)}
LEFT = [name for name in FACE.cell_names if "_left_" in name]
FAR = [name for name in LEFT if FACE.cell_centre_cm[NUMBER[name], 0] >= 2.0]


def centre(name: str) -> np.ndarray:
    return FACE.cell_centre_cm[NUMBER[name]]


plans = st.lists(st.sampled_from(LEFT), min_size=1, max_size=15, unique=True).filter(
    lambda cells: any(cell in FAR for cell in cells)
)


@given(plans)
def test_the_sides_are_mirror_images(plan: list[str]) -> None:
    area = compared_cells(plan, between_sides=True)
    assert tuple(mirrored_name(name) for name in area.left) == area.right
    for left, right in zip(area.left, area.right, strict=True):
        np.testing.assert_allclose(centre(left) * [-1, 1, 1], centre(right), atol=1e-9)


@given(plans)
def test_nothing_within_2_cm_of_the_midline_is_compared(plan: list[str]) -> None:
    area = compared_cells(plan, between_sides=True)
    assert all(abs(centre(name)[0]) >= 2.0 for name in (*area.left, *area.right))
    assert {*area.left, *area.near_midline} >= set(plan)


@given(plans)
def test_the_halo_is_all_that_lies_within_15_mm_of_the_plan_and_is_not_compared(
    plan: list[str],
) -> None:
    area = compared_cells(plan, between_sides=True)
    assert not set(area.halo) & set(area.left + area.right)
    for name in FACE.cell_names:
        apart = min(np.linalg.norm(centre(name) - centre(cell)) for cell in plan)
        if apart <= 1.5 and name not in plan:
            assert name in area.halo


@given(plans)
def test_it_does_not_matter_on_which_side_the_plan_is_drawn(plan: list[str]) -> None:
    mirrored = [mirrored_name(name) for name in plan]
    assert compared_cells(mirrored, between_sides=True) == compared_cells(plan, between_sides=True)


def test_a_patch_is_not_diluted_in_a_whole_cheek() -> None:
    plan = [f"cheek_left_{number:02d}" for number in (9, 11, 15, 16, 18, 20, 23, 25, 28, 29)]
    area = compared_cells(plan, between_sides=True)
    cheek = compared_regions(["cheek"], between_sides=True)
    assert area.left == tuple(plan)
    assert 10.0 <= area.area_cm2 <= 15.0
    assert cheek.area_cm2 > 2.5 * area.area_cm2


@pytest.mark.parametrize("name", ["nose", "chin"])
def test_what_lies_on_the_midline_cannot_be_split_face(name: str) -> None:
    with pytest.raises(InputError, match="cannot be compared between sides"):
        compared_regions([name], between_sides=True)
    with pytest.raises(InputError, match="within 2 cm of the midline"):
        compared_cells([f"{name}_left_01"], between_sides=True)


def test_the_middle_of_the_forehead_is_left_out() -> None:
    area = compared_regions(["forehead"], between_sides=True)
    assert "forehead_left_01" in area.near_midline
    assert "forehead_left_04" in area.left
    assert all(abs(centre(name)[0]) >= 2.0 for name in area.left)


def test_before_and_after_may_compare_the_whole_face() -> None:
    names = ["cheek", "jaw", "forehead", "nose", "chin"]
    area = compared_regions(names, between_sides=False)
    assert area.near_midline == () and area.halo == ()
    assert 2.0 * area.area_cm2 == pytest.approx(FACE.cell_area_cm2.sum(), rel=0.01)


def test_a_plan_on_both_sides_leaves_no_untreated_side() -> None:
    with pytest.raises(InputError, match="both sides"):
        compared_cells(["cheek_left_15", "cheek_right_20"], between_sides=True)


def test_a_plan_on_one_side_is_not_compared_before_with_after() -> None:
    with pytest.raises(InputError, match="one side only"):
        compared_cells(["cheek_left_15"], between_sides=False)
    area = compared_cells(["cheek_left_15", "cheek_right_15", "nose_left_01"], between_sides=False)
    assert area.left == ("nose_left_01", "cheek_left_15")
    assert area.right == ("nose_right_01", "cheek_right_15")


@pytest.mark.parametrize("names", [[], ["cheek", "cheek"], ["cheek_left"], ["ear"]])
def test_unknown_or_doubled_regions_are_refused(names: list[str]) -> None:
    with pytest.raises(InputError):
        compared_regions(names, between_sides=True)


def test_sides_that_are_no_mirror_images_are_refused() -> None:
    with pytest.raises(InputError, match="not mirror images"):
        ComparedArea("regions", ("cheek_left",), ("jaw_right",))
