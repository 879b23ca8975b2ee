"""What a treatment missed: skin that still blushes beside the injected points, and what to do next."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date, timedelta
from typing import Any, Final, Literal

import numpy as np

from rubor.errors import InputError
from rubor.measurement.cell_redness import CellRedness, cell_redness
from rubor.measurement.recording import Recording
from rubor.pathway.dosing import toxin_rules
from rubor.pathway.injection_plan import InjectionPlan
from rubor.pathway.injection_zones import zone_rules
from rubor.vision.reference_face import REGIONS, reference_face

__all__ = [
    "EarlierSession",
    "FollowedCell",
    "MissedArea",
    "blushing_cells",
    "missed_area",
    "missed_in_cells",
    "missed_to_json",
]

MISSED_SCHEMA: Final = "rubor.missed/1"

Found = Literal["quiet", "missed", "reached, still blushes", "not treated", "not measured"]


@dataclass(frozen=True)
class EarlierSession:
    """A prescriber's decision to go before the usual interval.

    Attributes:
        prescriber: full name.
        reason: why.
        on: from which day.
    """

    prescriber: str
    reason: str
    on: date


@dataclass(frozen=True)
class FollowedCell:
    """One cell of the face at the follow-up.

    Attributes:
        name: of the cell.
        found: `missed` blushes and no point lies within reach; `reached, still blushes` has one.
        nearest_mm: from its centre to the nearest point, on the reference face; None with no point on
            that side.
        change: rise of log10(R/G), None where it was not measured.
    """

    name: str
    found: Found
    nearest_mm: float | None
    change: float | None


@dataclass(frozen=True)
class MissedArea:
    """What still blushes, and a proposal.

    Attributes:
        cells: every cell of the planned areas and around them.
        missed: names of cells for the next plan, as `rubor plan --cells` takes them.
        reached: names of cells that blush in spite of a point within reach.
        missed_cm2: size of the former, on the reference face.
        treated_on: day of the treatment.
        not_before: earliest day of the next session.
        earlier: the decision behind an earlier day; None without one.
        sentences: the proposal in plain words.
        source, strength: what the interval rests on.
    """

    cells: tuple[FollowedCell, ...]
    missed: tuple[str, ...]
    reached: tuple[str, ...]
    missed_cm2: float
    treated_on: date
    not_before: date
    earlier: EarlierSession | None
    sentences: tuple[str, ...]
    source: str
    strength: str


def missed_area(
    plan: InjectionPlan,
    follow_up: Recording,
    treated_on: date,
    earlier: EarlierSession | None = None,
) -> MissedArea:
    """Compare a plan with a recording of a blush after the treatment.

    Raises:
        InputError: the recording shows no change to look at, or left cannot be told from right.
    """
    return missed_in_cells(plan, _redness(follow_up), treated_on, earlier)


def blushing_cells(recording: Recording) -> tuple[str, ...]:
    """Cells that redden above their noise, for a plan shaped by a measured blush.

    Raises:
        InputError: left cannot be told from right, or there is no such cell.
    """
    redness = _redness(recording)
    names = reference_face().cell_names
    cells = (
        ()
        if redness.change is None
        else tuple(
            name
            for name, change, above in zip(names, redness.change, redness.above_noise, strict=True)
            if above and change > 0
        )
    )
    if not cells:
        raise InputError(
            f"No part of the face blushes above its noise in {recording.name}.",
            "Record a blush with a quiet stretch before it, or plan without a recording.",
        )
    return cells


def missed_to_json(missed: MissedArea) -> dict[str, Any]:
    """What JSON can hold; dates are ISO 8601."""
    document = {"schema": MISSED_SCHEMA, **asdict(missed)}
    document["treated_on"] = missed.treated_on.isoformat()
    document["not_before"] = missed.not_before.isoformat()
    if missed.earlier is not None:
        document["earlier"]["on"] = missed.earlier.on.isoformat()
    return document


def _redness(recording: Recording) -> CellRedness:
    if recording.summary.get("mirrored") is None:
        raise InputError(
            f"It is not known whether {recording.name} is mirrored.",
            "Measure it again with --mirrored or --not-mirrored.",
        )
    return cell_redness(recording)


def missed_in_cells(
    plan: InjectionPlan,
    redness: CellRedness,
    treated_on: date,
    earlier: EarlierSession | None = None,
) -> MissedArea:
    """The same from the redness of each cell.

    Raises:
        InputError: no cell shows a change from rest; or a decision without a name or a reason.
    """
    if redness.change is None:
        raise InputError(
            "The follow-up recording has no change from rest to look at.",
            "Record a blush with a quiet stretch before it, and measure it with a baseline.",
        )
    if treated_on < plan.made_on:
        raise InputError(
            f"The treatment on {treated_on} was before the plan of {plan.made_on}.",
            "Give the day of the treatment that followed this plan.",
        )
    cells = _followed(plan, redness)
    missed = tuple(cell.name for cell in cells if cell.found == "missed")
    reached = tuple(cell.name for cell in cells if cell.found == "reached, still blushes")
    face = reference_face()
    size = sum(float(face.cell_area_cm2[face.cell_names.index(name)]) for name in missed)
    not_before, sentences = _when(treated_on, earlier)
    rule = toxin_rules()["interval"]
    return MissedArea(
        cells,
        missed,
        reached,
        round(size, 1),
        treated_on,
        not_before,
        earlier,
        (*_what(missed, reached, size), *sentences),
        rule["source"],
        rule["strength"],
    )


def _followed(plan: InjectionPlan, redness: CellRedness) -> tuple[FollowedCell, ...]:
    face, reach = reference_face(), zone_rules()["reach_mm"]
    assert redness.change is not None
    planned = {
        region for area in plan.areas for region in zone_rules()["area"][area.name]["regions"]
    }
    points = np.array([point.reference_mm for point in plan.points])
    cells = []
    for number, name in enumerate(face.cell_names):
        if REGIONS[face.cell_region[number]] not in planned:
            continue
        centre = face.cell_centre_cm[number] * 10.0
        side = "left" if centre[0] > 0 else "right"
        nearest = round(float(np.linalg.norm(points - centre, axis=1).min()), 1)
        change = float(redness.change[number])
        if plan.sides not in ("both", side) and nearest > reach["halo"]:
            found: Found = "not treated"
        elif not np.isfinite(change):
            found = "not measured"
        elif not (change > 0 and redness.above_noise[number]):
            found = "quiet"
        else:
            found = "reached, still blushes" if nearest <= reach["value"] else "missed"
        shown = round(change, 4) if np.isfinite(change) else None
        cells.append(FollowedCell(name, found, nearest, shown))
    return tuple(cells)


def _what(missed: tuple[str, ...], reached: tuple[str, ...], size_cm2: float) -> tuple[str, ...]:
    sentences = []
    if missed:
        sentences.append(
            f"{len(missed)} cells ({size_cm2:.0f} cm²) still blush with no point within reach. A next"
            " plan can be made for them; zones to avoid stay out of it."
        )
    if reached:
        sentences.append(
            f"{len(reached)} cells still blush although a point was within reach: too little, too"
            " deep, or skin that does not respond. More points there do not follow from this."
        )
    if not sentences:
        sentences.append("No cell of the planned areas blushed above its noise.")
    return tuple(sentences)


def _when(treated_on: date, earlier: EarlierSession | None) -> tuple[date, tuple[str, ...]]:
    weeks = toxin_rules()["interval"]["least_weeks"]
    usual = treated_on + timedelta(weeks=weeks)
    if earlier is None:
        return usual, (
            f"The next session is not before {usual}, {weeks} weeks after this one, unless the prescriber"
            " decides otherwise.",
        )
    if len(earlier.prescriber.split()) < 2 or not earlier.reason.strip():
        raise InputError(
            "An earlier session needs the prescriber's name and reason.",
            "Give first and last name, and why.",
        )
    if earlier.on <= treated_on:
        raise InputError("The next session cannot be before the last one.", "Correct the day.")
    return earlier.on, (
        f"{earlier.prescriber} decided on a session from {earlier.on} on, before the usual {weeks} weeks"
        f" ({usual}): {earlier.reason.strip()}",
    )
