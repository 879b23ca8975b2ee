"""Units, dilution, volume, vials, minutes and cost of a plan; hard stops and warnings.

A product's doses are in its own units. Nothing here turns units of one product into those of another.
"""

from __future__ import annotations

import math
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Literal

from rubor.errors import InputError

__all__ = [
    "DoseChoice",
    "Dosing",
    "PlanWarning",
    "PointToDose",
    "dose",
    "product_names",
    "toxin_rules",
]


@dataclass(frozen=True)
class DoseChoice:
    """What the prescriber has chosen.

    Attributes:
        product: as `product_names` lists it.
        units_per_point: in the product's own units; None takes the published dose, where there is one.
        vial_units: units in a vial; None where there is a published preparation.
        diluent_ml: saline per vial; likewise.
        price_per_vial: in any currency; None leaves the cost of the product out.
    """

    product: str
    units_per_point: float | None = None
    vial_units: float | None = None
    diluent_ml: float | None = None
    price_per_vial: float | None = None


@dataclass(frozen=True)
class PointToDose:
    """A point, as far as its dose goes.

    Attributes:
        name: its number.
        side: of the person.
        reduced: it lies in a zone of a reduced dose.
    """

    name: str
    side: Literal["left", "right", "middle"]
    reduced: bool


@dataclass(frozen=True)
class PlanWarning:
    """Something the prescriber has to weigh.

    Attributes:
        rule: its name in the data file.
        text: in plain words.
        source, strength: what the rule rests on.
    """

    rule: str
    text: str
    source: str
    strength: str


@dataclass(frozen=True)
class Dosing:
    """The dose of every point, and what it takes.

    Attributes:
        product, unit: and the unit that is its own.
        units: of each point, in their order.
        volumes_ml: of each point, at this dilution.
        units_per_point, reduced_units_per_point: usual, and in zones of a reduced dose.
        vial_units, diluent_ml: a vial, and the saline that goes into it.
        units_per_0_1_ml: strength of the solution.
        units_left, units_right: per side; a point on the midline counts half for each.
        units_total, volume_total_ml: of the session.
        vials: whole vials.
        minutes: least and most.
        product_cost: vials times price; None where no price was given.
        warnings: what goes beyond what is usual.
        sources: what the numbers rest on.
    """

    product: str
    unit: str
    units: tuple[float, ...]
    volumes_ml: tuple[float, ...]
    units_per_point: float
    reduced_units_per_point: float
    vial_units: float
    diluent_ml: float
    units_per_0_1_ml: float
    units_left: float
    units_right: float
    units_total: float
    volume_total_ml: float
    vials: int
    minutes: tuple[int, int]
    product_cost: float | None
    warnings: tuple[PlanWarning, ...]
    sources: tuple[str, ...]


@cache
def toxin_rules() -> Mapping[str, Any]:
    """The shipped file."""
    path = files("rubor.pathway") / "data" / "toxin_products.toml"
    return tomllib.loads(path.read_text(encoding="utf-8"))


def product_names() -> tuple[str, ...]:
    """Products that can be planned.

    >>> product_names()
    ('onabotulinumtoxinA', 'incobotulinumtoxinA', 'abobotulinumtoxinA')
    """
    return tuple(toxin_rules()["product"])


def dose(points: Sequence[PointToDose], choice: DoseChoice) -> Dosing:
    """Dose every point of a plan.

    Raises:
        InputError: an unknown product, something the prescriber has to state, or an impossible dose.

    >>> points = [PointToDose("1L", "left", False), PointToDose("1R", "right", True)]
    >>> given = dose(points, DoseChoice("onabotulinumtoxinA"))
    >>> given.units, given.volumes_ml, given.vials
    ((1.0, 0.5), (0.05, 0.025), 1)
    """
    entry = _product(choice.product)
    unit = entry["unit"]
    per_point, vial, diluent = _stated(choice, entry)
    _check_positive(per_point, vial, diluent)
    if per_point > entry["stop_above_per_point"]:
        raise InputError(
            f"{per_point:g} {unit} per point of {choice.product} is refused: more than"
            f" {entry['stop_above_per_point']:g} {unit} ({entry['per_point_source']}).",
            f"Up to {entry['warn_above_per_point']:g} {unit} per point is usual.",
        )
    reduced = min(per_point, entry["reduced_per_point"])
    if vial not in entry["vial_units"]:
        raise InputError(
            f"There is no vial of {vial:g} {unit} of {choice.product}.",
            f"Vials hold {', '.join(f'{size:g}' for size in entry['vial_units'])} {unit}.",
        )
    rules = toxin_rules()
    if not rules["diluent"]["stop_below_ml"] <= diluent <= rules["diluent"]["stop_above_ml"]:
        raise InputError(
            f"{diluent:g} mL of saline per vial is refused.",
            f"Between {rules['diluent']['stop_below_ml']:g} and"
            f" {rules['diluent']['stop_above_ml']:g} mL are in use.",
        )
    units = tuple(reduced if point.reduced else per_point for point in points)
    volumes = tuple(round(amount * diluent / vial, 4) for amount in units)
    side_units = {
        side: sum(
            amount if point.side == side else amount / 2.0
            for point, amount in zip(points, units, strict=True)
            if point.side in (side, "middle")
        )
        for side in ("left", "right")
    }
    total = sum(units)
    warnings = [
        *_amount_warnings(choice.product, entry, per_point, side_units, total),
        *_volume_warnings(volumes),
    ]
    vials = max(1, math.ceil(round(total / vial, 9)))
    time = rules["time"]
    return Dosing(
        product=choice.product,
        unit=unit,
        units=units,
        volumes_ml=volumes,
        units_per_point=per_point,
        reduced_units_per_point=reduced,
        vial_units=vial,
        diluent_ml=diluent,
        units_per_0_1_ml=round(0.1 * vial / diluent, 4),
        units_left=round(side_units["left"], 3),
        units_right=round(side_units["right"], 3),
        units_total=round(total, 3),
        volume_total_ml=round(sum(volumes), 3),
        vials=vials,
        minutes=(
            math.ceil(len(points) * time["seconds_per_point_least"] / 60.0),
            math.ceil(len(points) * time["seconds_per_point_most"] / 60.0),
        ),
        product_cost=None if choice.price_per_vial is None else vials * choice.price_per_vial,
        warnings=tuple(warnings),
        sources=_sources(choice, entry),
    )


def _product(name: str) -> Mapping[str, Any]:
    rules = toxin_rules()
    if name in rules["not_planned"]:
        raise InputError(
            f"{name} is not planned. {rules['not_planned'][name]['why']}",
            f"Choose among {', '.join(product_names())}.",
        )
    if name not in rules["product"]:
        raise InputError(
            f"No product is called {name!r}.", f"Choose among {', '.join(product_names())}."
        )
    entry: Mapping[str, Any] = rules["product"][name]
    return entry


def _stated(choice: DoseChoice, entry: Mapping[str, Any]) -> tuple[float, float, float]:
    """Units per point, units per vial and saline; what was not chosen is the published one.

    Raises:
        InputError: it was not chosen and none is published for this product.
    """
    per_point = choice.units_per_point
    if per_point is None:
        per_point = entry.get("units_per_point")
    if per_point is None:
        raise InputError(
            f"No dose per point of {choice.product} has been studied for this, and the dose of another"
            " product is not converted.",
            f"The prescriber states it: --units-per-point, in {entry['unit']} of this product.",
        )
    own = choice.vial_units is None and choice.diluent_ml is None and "vial" in entry
    vial = entry["vial"] if own else choice.vial_units
    diluent = entry["diluent_ml"] if own else choice.diluent_ml
    if vial is None or diluent is None:
        raise InputError(
            f"The preparation of {choice.product} is not stated in full.",
            "Give both --vial-units and --diluent-ml.",
        )
    return float(per_point), float(vial), float(diluent)


def _check_positive(*amounts: float) -> None:
    if not all(math.isfinite(amount) and amount > 0 for amount in amounts):
        raise InputError(
            "Units per point, units per vial and saline must be more than zero.", "Correct them."
        )


def _amount_warnings(
    product: str,
    entry: Mapping[str, Any],
    per_point: float,
    side_units: Mapping[str, float],
    total: float,
) -> list[PlanWarning]:
    """Warnings of each amount; raises where it is too much."""
    unit = entry["unit"]
    warnings = []
    if per_point > entry["warn_above_per_point"]:
        warnings.append(
            PlanWarning(
                f"product.{product}.warn_above_per_point",
                f"{per_point:g} {unit} per point is more than {entry['warn_above_per_point']:g}:"
                " weakness of the smile becomes likelier, above all in the middle of the cheek.",
                entry["per_point_source"],
                entry["strength"],
            )
        )
    amounts = [("per_side", f"the person's {side} side", side_units[side]) for side in side_units]
    amounts.append(("per_session", "the session", total))
    for which, what, amount in amounts:
        stop, warn = entry[f"stop_above_{which}"], entry[f"warn_above_{which}"]
        if amount > stop:
            raise InputError(
                f"{amount:g} {unit} of {product} for {what} is refused: more than {stop:g} {unit}"
                f" ({entry[f'{which}_source']}).",
                "Give less per point, choose a smaller area, or set the points farther apart.",
            )
        if amount > warn:
            warnings.append(
                PlanWarning(
                    f"product.{product}.warn_above_{which}",
                    f"{amount:g} {unit} for {what} is more than the usual {warn:g} {unit}.",
                    entry[f"{which}_source"],
                    entry["strength"],
                )
            )
    return warnings


def _volume_warnings(volumes_ml: Sequence[float]) -> list[PlanWarning]:
    rules = toxin_rules()["volume"]
    if not volumes_ml:
        return []
    least, most = min(volumes_ml), max(volumes_ml)
    if least < rules["stop_below_ml"] or most > rules["stop_above_ml"]:
        wrong = least if least < rules["stop_below_ml"] else most
        raise InputError(
            f"{wrong:.3f} mL for one point is refused ({rules['source']}).",
            "Change --diluent-ml or --units-per-point, so that a point gets about"
            f" {rules['usual_ml']:g} mL.",
        )
    if rules["warn_below_ml"] <= least and most <= rules["warn_above_ml"]:
        return []
    return [
        PlanWarning(
            "volume",
            f"{least:.3f} to {most:.3f} mL per point; {rules['warn_below_ml']:g} to"
            f" {rules['warn_above_ml']:g} mL is usual.",
            rules["source"],
            rules["strength"],
        )
    ]


def _sources(choice: DoseChoice, entry: Mapping[str, Any]) -> tuple[str, ...]:
    sources = [
        "Units per point: "
        + (
            entry["units_per_point_source"]
            if choice.units_per_point is None
            else "chosen by the prescriber"
        ),
        "Preparation: "
        + (
            entry["diluent_source"]
            if choice.vial_units is None and choice.diluent_ml is None
            else "chosen by the prescriber"
        ),
        f"Limits per point: {entry['per_point_source']}",
        f"Limits per side: {entry['per_side_source']}",
        f"Limits per session: {entry['per_session_source']}",
        f"Volume: {toxin_rules()['volume']['source']}",
        f"Time: {toxin_rules()['time']['source']}",
    ]
    return tuple(sources)
