"""The skin that a trial compares, fixed before anything is seen of the effect.

Regions are compared with the region on the other side. A treated patch of 10 to 15 cm2 would be
diluted in a whole cheek, so the cells of an injection plan are compared with their mirror images.
The skin around them, which the treatment may reach, and the skin beside the midline, where one side
reaches the other, belong to neither.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from rubor.errors import InputError
from rubor.trials.comparison_rules import comparison_rules
from rubor.vision.reference_face import REGIONS, mirrored_name, reference_face

__all__ = ["ComparedArea", "compared_cells", "compared_regions"]

AreaKind = Literal["regions", "cells"]

_PAIRED = ("cheek", "jaw")
_MIDLINE = ("forehead", "nose", "chin")
# The forehead is wide enough to have sides once its middle is left out; nose and chin are not.
_WITH_SIDES = ("cheek", "jaw", "forehead")


@dataclass(frozen=True)
class ComparedArea:
    """The skin of each side that is compared. Names are of regions or cells; sides are the person's.

    Attributes:
        kind: whether regions were chosen or the cells of a plan.
        left, right: each the mirror image of the other.
        halo: cells that the treatment may reach: neither treated nor untreated.
        near_midline: cells of the choice that are left out because they are too near to the midline.
        area_cm2: size of one side.
    """

    kind: AreaKind
    left: tuple[str, ...]
    right: tuple[str, ...]
    halo: tuple[str, ...] = ()
    near_midline: tuple[str, ...] = ()
    area_cm2: float = 0.0

    def __post_init__(self) -> None:
        known = {*REGIONS, *reference_face().cell_names}
        for name in (*self.left, *self.right, *self.halo, *self.near_midline):
            if name not in known:
                raise InputError(
                    f"{name!r} is neither a region nor a cell of the face.",
                    f"Regions are {', '.join(REGIONS)}; cells are like cheek_left_07.",
                )
        if tuple(mirrored_name(name) for name in self.left) != self.right:
            raise InputError(
                "The two sides that are compared are not mirror images.",
                "Compare a region or cell with the one on the other side.",
            )

    def areas(self) -> dict[str, tuple[str, ...]]:
        """What `rubor.response.provoked_response` takes: the names of each side."""
        return {"left": self.left, "right": self.right}


def compared_regions(names: Sequence[str], *, between_sides: bool) -> ComparedArea:
    """Compare whole regions.

    Args:
        names: cheek, jaw, forehead, nose or chin, without their side.
        between_sides: whether left is compared with right. Nose and chin then cannot be, and of the
            forehead only what is away from the midline.

    Raises:
        InputError: a name that is not known, twice, or cannot be compared between sides.

    >>> compared_regions(["cheek"], between_sides=True).left
    ('cheek_left',)
    >>> compared_regions(["nose"], between_sides=True)
    Traceback (most recent call last):
    ...
    rubor.errors.InputError: The nose lies on the midline and cannot be compared between sides. ...
    """
    if not names or len(set(names)) != len(names):
        raise InputError(
            "There is no region to compare, or one is named twice.",
            f"Name each of {', '.join(_PAIRED + _MIDLINE)} at most once.",
        )
    for name in names:
        _check_region(name, between_sides=between_sides)
    near: tuple[str, ...] = ()
    left: list[str] = []
    for name in names:
        if name in _PAIRED:
            left.append(f"{name}_left")
            continue
        half = [cell for cell in reference_face().cell_names if cell.startswith(f"{name}_left_")]
        if between_sides:
            dropped = _near_midline(half)
            near += tuple(sorted({*dropped, *map(mirrored_name, dropped)}))
            half = [cell for cell in half if cell not in dropped]
        left += half
    right = tuple(mirrored_name(name) for name in left)
    return ComparedArea("regions", tuple(left), right, (), near, round(_area_cm2(left), 1))


def compared_cells(cells: Sequence[str], *, between_sides: bool) -> ComparedArea:
    """Compare the cells of an injection plan, with their mirror images where sides are compared.

    Args:
        cells: names such as "cheek_left_07". Where sides are compared all of them lie on one side;
            which one does not matter, since the draw decides which side is treated.
        between_sides: see `compared_regions`.

    Raises:
        InputError: names that are not known, lie on both sides, or leave nothing to compare.

    >>> area = compared_cells(["cheek_left_15", "cheek_left_16"], between_sides=True)
    >>> area.right, "cheek_left_20" in area.halo
    (('cheek_right_15', 'cheek_right_16'), True)
    """
    known = reference_face().cell_names
    for name in cells:
        if name not in known:
            raise InputError(
                f"{name!r} is not a cell of the face.", "Cells are named like cheek_left_07."
            )
    chosen = tuple(name for name in known if name in set(cells))
    if not chosen:
        raise InputError("There is no cell to compare.", "Name the cells of the plan.")
    sides = {"left" if "_left_" in name else "right" for name in chosen}
    if not between_sides:
        return _both_sides(chosen, sides)
    if len(sides) > 1:
        raise InputError(
            "The cells lie on both sides, and between sides one side is treated.",
            "Name the cells of one side; their mirror images are compared with them.",
        )
    left = tuple(name if "_left_" in name else mirrored_name(name) for name in chosen)
    near = _near_midline(left)
    kept = tuple(name for name in left if name not in near)
    if not kept:
        rules = comparison_rules()
        raise InputError(
            f"All cells lie within {rules.midline_cm:g} cm of the midline, as on nose and chin.",
            "Choose cells on a cheek, the jaw or the side of the forehead, or compare before with"
            " after.",
        )
    halo = _halo(left)
    return ComparedArea(
        "cells",
        kept,
        tuple(mirrored_name(name) for name in kept),
        tuple(sorted({*halo, *map(mirrored_name, halo)})),
        tuple(sorted({*near, *map(mirrored_name, near)})),
        round(_area_cm2(kept), 1),
    )


def _both_sides(chosen: Sequence[str], sides: set[str]) -> ComparedArea:
    """The cells of a plan for the whole face; where its sides differ a little, what either has."""
    if len(sides) < 2:
        raise InputError(
            "The cells lie on one side only, so that the other one is untreated skin.",
            "Compare the sides with a split-face trial, or name the cells of both sides.",
        )
    left = tuple(
        name
        for name in reference_face().cell_names
        if "_left_" in name and (name in chosen or mirrored_name(name) in chosen)
    )
    right = tuple(mirrored_name(name) for name in left)
    return ComparedArea("cells", left, right, (), (), round(_area_cm2(left), 1))


def _check_region(name: str, *, between_sides: bool) -> None:
    if name not in _PAIRED + _MIDLINE:
        raise InputError(
            f"{name!r} is not a region that can be compared.",
            f"Name one of {', '.join(_PAIRED + _MIDLINE)}, without left or right.",
        )
    if between_sides and name not in _WITH_SIDES:
        raise InputError(
            f"The {name} lies on the midline and cannot be compared between sides.",
            f"Compare {' or '.join(_WITH_SIDES)} between sides, or compare before with after.",
        )


def _near_midline(cells: Iterable[str]) -> tuple[str, ...]:
    """Cells whose centre is nearer to the midline than sides may be compared."""
    face, limit_cm = reference_face(), comparison_rules().midline_cm
    numbers = {name: number for number, name in enumerate(face.cell_names)}
    return tuple(name for name in cells if abs(face.cell_centre_cm[numbers[name], 0]) < limit_cm)


def _halo(plan: Sequence[str]) -> tuple[str, ...]:
    """Cells that are not in the plan, with their centre within the halo of one that is."""
    face = reference_face()
    in_plan = np.array([name in set(plan) for name in face.cell_names])
    apart = face.cell_centre_cm[:, None] - face.cell_centre_cm[None, in_plan]
    near = np.linalg.norm(apart, axis=2).min(axis=1) <= comparison_rules().halo_cm
    return tuple(
        name
        for name, inside, planned in zip(face.cell_names, near, in_plan, strict=True)
        if inside and not planned
    )


def _area_cm2(names: Sequence[str]) -> float:
    face = reference_face()
    regions = np.array(REGIONS)[face.cell_region]
    chosen = np.array(
        [
            cell in names or region in names
            for cell, region in zip(face.cell_names, regions, strict=True)
        ]
    )
    return float(face.cell_area_cm2[chosen].sum())
