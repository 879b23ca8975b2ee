"""An injection plan as PDF and as HTML: map, table of points, zones, consent, aftercare.

Both are filled from one content. The page in true scale is in the PDF alone: only paper has a scale.
"""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from rubor.measurement.figure_style import inline_svg
from rubor.pathway.dosing import toxin_rules
from rubor.pathway.information import plan_advice
from rubor.pathway.injection_plan import InjectionPlan
from rubor.pathway.injection_zones import zone_rules
from rubor.pathway.plan_figures import plot_plan_map
from rubor.report.page_templates import fill_page
from rubor.report.typst_document import outlined_svg, typst_pdf
from rubor.treatments.catalogue import Cost, treatment

__all__ = ["plan_content", "plan_html", "plan_pdf"]

_DISCLAIMER: Final = (
    "Rubor is not certified as a medical device. It is not for diagnosis or for decisions about"
    " treatment, and this is no prescription. The prescriber decides on every point, on the face itself."
)
_HEADINGS: Final = {
    "points": "The points",
    "dosing": "Dose, dilution and volume",
    "areas": "Areas and zones",
    "wishes": "My wishes and my consent",
    "aftercare": "Afterwards",
    "expect": "What to expect",
    "call": "When to call",
    "cost": "What it takes",
    "sources": "Where the numbers come from",
}
_SIDE_WORDS: Final = {"left": "person's left", "right": "person's right", "middle": "midline"}
_ROOM_MM: Final = 2.0


def plan_pdf(plan: InjectionPlan, picture: npt.NDArray[np.uint8] | None = None) -> bytes:
    """The plan as PDF. The same plan gives the same bytes.

    Args:
        plan: a draft or not.
        picture: the photo behind the map, see `plot_plan_map`; None draws the face as lines.
    """
    content = plan_content(plan)
    content["map"]["svg"] = outlined_svg(plot_plan_map(plan, picture))
    made = datetime(plan.made_on.year, plan.made_on.month, plan.made_on.day, tzinfo=UTC)
    return typst_pdf("plan.typ", content, made_at=int(made.timestamp()))


def plan_html(plan: InjectionPlan, picture: npt.NDArray[np.uint8] | None = None) -> str:
    """The plan as one HTML page without scripts and outside resources.

    Args:
        plan, picture: see `plan_pdf`.
    """
    content = plan_content(plan)
    words = content["map"]
    words["svg"] = inline_svg(
        plot_plan_map(plan, picture),
        name="map",
        title=words["title"],
        description=words["caption"],
    )
    return fill_page("plan.html", content)


def plan_content(plan: InjectionPlan) -> dict[str, Any]:
    """All that both templates are filled with, but for the drawing of the map."""
    low, high = plan.scale.length_95_mm(plan.spacing_mm)
    return {
        "title": "Injection plan (draft)" if plan.draft else "Injection plan",
        "heading": (
            "Injection plan: a draft without doses" if plan.draft else "Injection plan with doses"
        ),
        "subtitle": f"{plan.photo.name} · {plan.made_on}",
        "draft": plan.draft,
        "lead": _lead(plan),
        "sides": {"right": "PERSON'S RIGHT", "left": "PERSON'S LEFT"},
        "headings": dict(_HEADINGS),
        "signatures": ["Person", "Prescriber", "Date"],
        "map": {
            "title": "Numbered points on the face",
            "caption": f"{len(plan.points)} numbered points on the face from the front. L is the person's"
            " left, R the person's right; equal numbers are mirror images.",
        },
        "warnings": [{"text": one.text, "source": one.source} for one in plan.warnings],
        "disclaimer": _DISCLAIMER,
        "true_scale": _true_scale(plan),
        "points_lead": [
            f"Neighbours are {plan.spacing_mm:g} mm apart along the skin"
            + (
                "."
                if plan.spacing_found_mm is None
                else f" (here {plan.spacing_found_mm[0]:.1f} to {plan.spacing_found_mm[1]:.1f} mm)."
            ),
            f"With the error of the scale {plan.spacing_mm:g} mm are {low:.1f} to {high:.1f} mm on the"
            " person (95 %).",
            "Distances in mm are along the skin, to landmarks of the same side.",
            f"{zone_rules()['depth']['text']}. Needle: {zone_rules()['depth']['needle']}.",
        ],
        "points": _points(plan),
        "dosing": _dosing(plan),
        "areas": {
            "header": ["Area", "Person-right cm²", "Person-left cm²", "± cm² (95 %)", "Points"],
            "rows": [
                [
                    area.label,
                    f"{area.right_cm2:.1f}",
                    f"{area.left_cm2:.1f}",
                    f"{1.96 * area.sd_cm2:.1f}",
                    str(area.points),
                ]
                for area in plan.areas
            ],
            "wide": False,
        },
        "zones": {
            "header": ["Zone", "Dose", "Margin", "Kept here", "Why"],
            "rows": [
                [
                    zone.label,
                    "none" if zone.effect == "avoid" else "reduced",
                    f"{zone.margin_mm:g} mm" if zone.margin_mm else "all of it",
                    f"{zone.kept_mm:.1f} mm" if zone.margin_mm else "all of it",
                    zone.why,
                ]
                for zone in plan.zones
            ],
            "wide": True,
        },
        "wishes": [*plan.wishes.texts, *plan.wishes.notes] or ["(no special wishes were noted)"],
        **{name: [asdict(item) for item in items] for name, items in plan_advice().items()},
        "cost": _cost(plan),
        "sources": _sources(plan),
        "footer": f"Made by Rubor {plan.version} on {plan.made_on}.",
    }


def _lead(plan: InjectionPlan) -> list[str]:
    where = {
        "both": "both sides",
        "left": "the person's left side",
        "right": "the person's right side",
    }
    error = 1.96 * sum(area.sd_cm2 for area in plan.areas)
    sentences = [
        f"{len(plan.points)} points on {plan.area_cm2:.0f} cm² (± {error:.0f}) of"
        f" {' and '.join(area.label for area in plan.areas)}, {where[plan.sides]}.",
        f"True scale from the {plan.scale.method}; error {196 * plan.scale.relative_sd:.0f} % (95 %).",
        f"Depth of the face: {plan.depth_words}.",
    ]
    if plan.authority is None:
        sentences.append(
            "No doses are given until a prescriber has examined the person and is named here."
        )
    else:
        sentences.append(
            f"Prescriber: {plan.authority.prescriber}, who examined the person on"
            f" {plan.authority.examined_on}."
        )
    return sentences


def _true_scale(plan: InjectionPlan) -> dict[str, Any]:
    every = np.concatenate([np.array(line.points_mm) for line in plan.outline])
    low, high = every.min(axis=0), every.max(axis=0)
    return {
        "title": "True scale, 1:1",
        "sentences": [
            "Print at 100 %, not fitted to the page, and check the ruler with your own.",
            "Seen from the front: on the sides of the face distances look shorter than they are along"
            " the skin.",
        ],
        "ruler": "This line is 100 mm long, from 0 to 100.",
        "elsewhere": "The page that prints 1:1, with a ruler to check it, is in plan.pdf beside this"
        " page: a screen has no true scale.",
        "middle_mm": round(float(low[0] + high[0]) / 2.0, 2),
        "top_mm": round(float(high[1]) + _ROOM_MM, 2),
        "height_mm": round(float(high[1] - low[1]) + 2.0 * _ROOM_MM, 2),
        "lines": [asdict(line) for line in plan.outline],
        "points": [
            {"name": p.name, "x_mm": p.x_mm, "y_mm": p.y_mm, "reduced": bool(p.reduced_by)}
            for p in plan.points
        ],
    }


def _points(plan: InjectionPlan) -> dict[str, Any]:
    landmarks = list(plan.points[0].from_mm)
    header = ["No.", "Side", *(f"mm to {name}" for name in landmarks)]
    if plan.dosing is not None:
        header += [plan.dosing.unit, "mL"]
    header.append("Reduced dose: near")
    rows = []
    for number, point in enumerate(plan.points):
        row = [
            point.name,
            _SIDE_WORDS[point.side],
            *(f"{point.from_mm[name]:.0f}" for name in landmarks),
        ]
        if plan.dosing is not None:
            row += [f"{plan.dosing.units[number]:g}", f"{plan.dosing.volumes_ml[number]:.3f}"]
        rows.append([*row, ", ".join(point.reduced_by)])
    return {"header": header, "rows": rows, "wide": True}


def _dosing(plan: InjectionPlan) -> dict[str, Any] | None:
    given = plan.dosing
    if given is None:
        return None
    unit = given.unit
    rows = [
        ["Product", given.product],
        ["Units are those of this product only", unit],
        ["Per point; in zones of a reduced dose", f"{given.units_per_point:g} {unit};"
         f" {given.reduced_units_per_point:g} {unit}"],
        ["Vial and saline", f"{given.vial_units:g} {unit} in {given.diluent_ml:g} mL"],
        ["Strength", f"{given.units_per_0_1_ml:g} {unit} in 0.1 mL"],
        ["Person's left; person's right", f"{given.units_left:g} {unit}; {given.units_right:g} {unit}"],
        ["In total", f"{given.units_total:g} {unit} in {given.volume_total_ml:.2f} mL"],
        ["Vials", str(given.vials)],
    ]  # fmt: skip
    if given.product_cost is not None:
        rows.append(["Cost of the vials", f"{given.product_cost:.2f} (price as given)"])
    return {"header": ["Dose", ""], "rows": rows, "wide": True}


def _cost(plan: InjectionPlan) -> list[str]:
    price, time = _session_price(), toxin_rules()["time"]
    least, most = (
        int(np.ceil(len(plan.points) * time[f"seconds_per_point_{end}"] / 60.0))
        for end in ("least", "most")
    )
    return [
        f"About {least} to {most} minutes for {len(plan.points)} points.",
        f"A session costs about {price.low:g} to {price.high:g} {price.currency}. {price.note}",
    ]


def _session_price() -> Cost:
    """What the catalogue of treatments says."""
    price = treatment("botulinum_toxin").cost
    assert price is not None
    return price


def _sources(plan: InjectionPlan) -> list[str]:
    lines = [f"Scale: {plan.scale.source} ({plan.scale.strength})"]
    lines += [f"{area.label}: {area.source} ({area.strength})" for area in plan.areas]
    rules = zone_rules()
    for name, what in (("spacing_mm", "Distance of points"), ("depth", "Depth and needle")):
        lines.append(f"{what}: {rules[name]['source']} ({rules[name]['strength']})")
    lines += [f"{zone.label}: {zone.source} ({zone.strength})" for zone in plan.zones]
    lines += [
        f"{item.text} {item.source} ({item.strength})"
        for items in plan_advice().values()
        for item in items
    ]
    time, price = toxin_rules()["time"], _session_price()
    lines.append(f"Time: {time['source']} ({time['strength']})")
    lines.append(f"Price: {price.source} ({price.strength})")
    if plan.dosing is not None:
        lines += list(plan.dosing.sources)
    return list(dict.fromkeys(lines))
