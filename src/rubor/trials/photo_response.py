"""Redness of a photo, to compare photos of several days.

A photo has no rest of its own that a change could be counted from. What it gives is the redness of
the compared skin against the rest of the same face, which a card holds together between days.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from rubor.measurement import Recording
from rubor.measurement.cell_redness import cell_redness
from rubor.trials.compared_area import ComparedArea
from rubor.trials.comparison_rules import comparison_rules
from rubor.trials.trial import SideResponse
from rubor.vision.reference_face import REGIONS, reference_face

__all__ = ["PHOTO_MEASURE", "photo_responses"]

PHOTO_MEASURE = "redness against the rest of the face"


def photo_responses(recording: Recording, area: ComparedArea) -> dict[str, SideResponse]:
    """ln(R/G) of each side's compared skin less that of the face's other skin.

    The standard error is that of the cells, and never below what a photo has against one of another
    day (`data/comparison.toml`).

    Returns:
        By side; sides of which nothing was measured are missing.
    """
    face = reference_face()
    redness = cell_redness(recording).contrast * math.log(10.0)
    both = (*area.left, *area.right)
    chosen = {"left": _cells(area.left), "right": _cells(area.right), "whole": _cells(both)}
    rest = ~_cells((*both, *area.halo, *area.near_midline))
    # Where the whole face is compared, only its own middle is left to compare with.
    others = redness[rest] if rest.any() else redness
    others = others[np.isfinite(others)]
    level = float(np.median(others)) if others.size else 0.0
    floor = comparison_rules().photo_floor
    responses = {}
    for side, cells in chosen.items():
        seen = cells & np.isfinite(redness)
        if not seen.any():
            continue
        value = float(np.average(redness[seen], weights=face.cell_area_cm2[seen]))
        error = float(np.std(redness[seen]) / math.sqrt(seen.sum()))
        responses[side] = SideResponse(value - level, math.hypot(error, floor))
    return responses


def _cells(names: tuple[str, ...]) -> npt.NDArray[np.bool_]:
    """Which cells are named, or lie in a named region."""
    face = reference_face()
    regions = np.array(REGIONS)[face.cell_region]
    wanted = set(names)
    return np.array(
        [
            cell in wanted or region in wanted
            for cell, region in zip(face.cell_names, regions, strict=True)
        ]
    )
