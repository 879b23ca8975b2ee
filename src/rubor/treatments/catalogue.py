"""The catalogue of treatments: what each acts on, how much, how long, its harms and its cost.

One file per treatment in `data/catalogue`. What studies published and what clinics claim are kept apart,
and a mean reduction is never taken for the share of people who responded.
"""

from __future__ import annotations

import difflib
import tomllib
from dataclasses import dataclass, field, fields, replace
from functools import cache
from importlib.resources import files
from typing import Any, Final, TypeVar

from rubor.errors import InputError
from rubor.treatments.priors import Prior, treatment_priors

__all__ = [
    "STRENGTHS",
    "ActsOn",
    "Benefit",
    "Contraindication",
    "Cost",
    "Finding",
    "Findings",
    "Harm",
    "Licence",
    "MeanReduction",
    "Product",
    "ProductLabel",
    "ResponderFraction",
    "Sequence",
    "SequenceStep",
    "Span",
    "Treatment",
    "Washout",
    "catalogue",
    "sequence",
    "sequences",
    "treatment",
]

STRENGTHS: Final = ("high", "moderate", "low", "very_low", "unverified")
"""How far a figure can be trusted; unverified: commonly stated, and not checked in a source yet."""

Row = TypeVar("Row")


@dataclass(frozen=True, kw_only=True)
class Sourced:
    """Anything that reaches a person.

    Attributes:
        source: what it rests on.
        strength: of the evidence, one of `STRENGTHS`.
    """

    source: str
    strength: str


@dataclass(frozen=True, kw_only=True)
class ActsOn(Sourced):
    """What a treatment does to one complaint.

    Attributes:
        target: blush, flush, resting_redness, visible_vessels or fear.
        effect: in a few words.
        note: what to know about it.
    """

    target: str
    effect: str
    note: str


@dataclass(frozen=True, kw_only=True)
class MeanReduction(Sourced):
    """By how much the mean of a group fell. Says nothing about how many people improved.

    Attributes:
        target: what fell.
        measure: how it was measured.
        value: share by which it fell, 0..1.
        low, high: interval, where one is stated.
        range_of: what the interval is.
        n: people; None where not stated.
        controlled: whether against a control; without one, chance and time are in it.
    """

    target: str
    measure: str
    value: float
    low: float | None = None
    high: float | None = None
    range_of: str | None = None
    n: int | None = None
    controlled: bool = False


@dataclass(frozen=True, kw_only=True)
class ResponderFraction(Sourced):
    """Share of people who improved by a criterion. Says nothing about by how much the mean fell.

    Attributes:
        target: what improved.
        criterion: who counts as a responder, judged by whom.
        value: share of the people, 0..1.
        control: the same share without the treatment; None where there was no control.
        low, high: interval, where one is stated.
        range_of: what the interval is.
        n: people; None where not stated.
        controlled: whether against a control.
    """

    target: str
    criterion: str
    value: float
    control: float | None = None
    low: float | None = None
    high: float | None = None
    range_of: str | None = None
    n: int | None = None
    controlled: bool = False


@dataclass(frozen=True, kw_only=True)
class Finding(Sourced):
    """A result that is neither a mean reduction nor a share of responders, in words."""

    text: str


@dataclass(frozen=True, kw_only=True)
class Span(Sourced):
    """A stretch of time from `low` to `high` in `unit` (hours to years)."""

    low: float
    high: float
    unit: str
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class Harm(Sourced):
    """A side effect.

    Attributes:
        what: in plain words.
        rate: share of people or sessions; None where no rate is known.
        control: the same share without the treatment.
        low, high: interval of the rate.
        range_of: what the interval is.
        n: people.
    """

    what: str
    rate: float | None = None
    control: float | None = None
    low: float | None = None
    high: float | None = None
    range_of: str | None = None
    n: int | None = None


@dataclass(frozen=True, kw_only=True)
class Findings:
    """What one kind of source says of a treatment."""

    mean_reduction: tuple[MeanReduction, ...] = ()
    responder_fraction: tuple[ResponderFraction, ...] = ()
    findings: tuple[Finding, ...] = ()
    onset: tuple[Span, ...] = ()
    duration: tuple[Span, ...] = ()
    harms: tuple[Harm, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Contraindication(Sourced):
    """A reason not to use a treatment.

    Attributes:
        id: stable name.
        condition: what the person has or takes.
        action: `stop`, `wait` or `ask the prescriber`.
        why: the reason.
        products: ids of the products that it is limited to; empty: all.
    """

    id: str
    condition: str
    action: str
    why: str
    products: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class ProductLabel(Sourced):
    """What the label of one product says of a contraindication."""

    contraindication: str
    stance: str


@dataclass(frozen=True)
class Product:
    """One product of a treatment, its id the common name; products are never converted silently."""

    id: str
    label: tuple[ProductLabel, ...] = ()


_HOURS = {"minutes": 1.0 / 60.0, "hours": 1.0, "days": 24.0, "weeks": 168.0, "months": 730.5}


@dataclass(frozen=True, kw_only=True)
class Washout(Sourced):
    """How long to wait before a recording.

    Attributes:
        value: advised, in `unit`: minutes, hours, days, weeks or months.
        why: the reason.
        spoils_within: until then, in hours, it changes the skin itself and a recording shows that; None
            where no such time is known.
    """

    value: float
    unit: str
    why: str
    spoils_within: float | None = None

    @property
    def hours(self) -> float:
        """The advised wait.

        >>> treatment("brimonidine").washout.hours
        48.0
        """
        return self.value * _HOURS[self.unit]


@dataclass(frozen=True, kw_only=True)
class Licence(Sourced):
    """Whether it is licensed for this use."""

    status: str


@dataclass(frozen=True, kw_only=True)
class Cost(Sourced):
    """A price.

    Attributes:
        currency: three letters.
        year: of the price.
        low, high: price of one unit.
        per: `session`, `month`, `item` or `once`.
        sessions_low, sessions_high: sessions of one course.
        note: what to know about it.
        lasts: how long a course lasts, in months; None: `treatment_priors`, or not known.
    """

    currency: str
    year: str
    low: float
    high: float
    per: str
    sessions_low: float = 1.0
    sessions_high: float = 1.0
    note: str = ""
    lasts: Prior | None = None


@dataclass(frozen=True, kw_only=True)
class Benefit(Sourced):
    """Who counts as helped when months of benefit are counted.

    Attributes:
        target: what is helped; months free of blushing where it is `blush`.
        criterion: who counts.
        beta: the two parameters of the beta distribution of the share of people.
    """

    target: str
    criterion: str
    beta: tuple[float, float]


@dataclass(frozen=True)
class Treatment:
    """One entry of the catalogue.

    Attributes:
        id: stable name.
        title: in plain words.
        order: place in the list.
        kind: prescription medicine, device, surgery, psychological or cosmetic.
        about, about_source, about_strength: what it is.
        acts_on: what it does to each complaint.
        published: what studies found.
        claimed: what clinics say, never mixed with what studies found.
        contraindications: reasons not to use it.
        products: where there are several.
        washout: wait before a recording; None for what cannot be undone.
        licence: whether it is licensed for this use.
        cost: None where no price is known.
        benefit: None where no share of people is known.
        priors: name in `treatment_priors`; None where there are none.
    """

    id: str
    title: str
    order: int
    kind: str
    about: str
    about_source: str
    about_strength: str
    acts_on: tuple[ActsOn, ...]
    published: Findings
    claimed: Findings
    contraindications: tuple[Contraindication, ...]
    products: tuple[Product, ...]
    washout: Washout | None
    licence: Licence
    cost: Cost | None
    benefit: Benefit | None
    priors: str | None

    @property
    def lasts_months(self) -> Prior | None:
        """How long a course lasts for a person who responds, months; None where not known."""
        known = None if self.priors is None else treatment_priors(self.priors).duration_months
        return known if known is not None or self.cost is None else self.cost.lasts


@dataclass(frozen=True)
class SequenceStep:
    """One treatment of a sequence and the wait before it, weeks."""

    treatment: str
    wait_weeks: float


@dataclass(frozen=True, kw_only=True)
class Sequence(Sourced):
    """Treatments one after the other."""

    id: str
    title: str
    why: str
    steps: tuple[SequenceStep, ...] = field(default=())


@cache
def catalogue() -> tuple[Treatment, ...]:
    """All treatments, in the order they are shown.

    >>> [entry.id for entry in catalogue()][:3]
    ['intense_pulsed_light', 'botulinum_toxin', 'pulsed_dye_laser']
    """
    folder = files("rubor.treatments") / "data" / "catalogue"
    tables = [
        tomllib.loads(file.read_text(encoding="utf-8"))
        for file in folder.iterdir()
        if file.name.endswith(".toml")
    ]
    found = {table["id"]: _treatment(table) for table in tables}
    for table in tables:
        like = table.get("same_contraindications_as")
        if like is not None:
            shared = found[like].contraindications
            found[table["id"]] = replace(found[table["id"]], contraindications=shared)
    return tuple(sorted(found.values(), key=lambda entry: entry.order))


def treatment(name: str) -> Treatment:
    """One treatment.

    Args:
        name: its id; spaces and hyphens may stand for the underscore.

    Raises:
        InputError: no such treatment.

    >>> treatment("botulinum toxin").id
    'botulinum_toxin'
    """
    entries = {entry.id: entry for entry in catalogue()}
    return entries[_known(name, tuple(entries), "treatment")]


@cache
def sequences() -> tuple[Sequence, ...]:
    """Treatments that follow each other.

    >>> [step.treatment for step in sequences()[0].steps]
    ['intense_pulsed_light', 'botulinum_toxin']
    """
    path = files("rubor.treatments") / "data" / "sequences.toml"
    rows = tomllib.loads(path.read_text(encoding="utf-8"))["sequences"]
    return tuple(
        Sequence(**{**row, "steps": tuple(SequenceStep(**step) for step in row["steps"])})
        for row in rows
    )


def sequence(name: str) -> Sequence:
    """One sequence, by its id.

    Raises:
        InputError: no such sequence.
    """
    entries = {entry.id: entry for entry in sequences()}
    return entries[_known(name, tuple(entries), "sequence")]


def _known(name: str, known: tuple[str, ...], kind: str) -> str:
    plain = name.strip().lower().replace(" ", "_").replace("-", "_")
    if plain in known:
        return plain
    near = difflib.get_close_matches(plain, known, n=1)
    hint = f"Did you mean {near[0]}? " if near else ""
    raise InputError(f"No {kind} is called '{name}'.", f"{hint}Choose one of: {', '.join(known)}.")


def _treatment(table: dict[str, Any]) -> Treatment:
    cost, benefit, washout = (table.get(name) for name in ("cost", "benefit", "washout"))
    return Treatment(
        **{name: table[name] for name in ("id", "title", "order", "kind")},
        **{name: table[name] for name in ("about", "about_source", "about_strength")},
        acts_on=_rows(ActsOn, table["acts_on"]),
        published=_findings(table.get("published", {})),
        claimed=_findings(table.get("claimed", {})),
        contraindications=_rows(Contraindication, table.get("contraindications", [])),
        products=tuple(
            Product(row["id"], _rows(ProductLabel, row.get("label", [])))
            for row in table.get("products", [])
        ),
        washout=None if washout is None else Washout(**washout),
        licence=Licence(**table["licence"]),
        cost=None if cost is None else Cost(**{**cost, "lasts": _lasts(cost.get("lasts"))}),
        benefit=None if benefit is None else _rows(Benefit, [benefit])[0],
        priors=table.get("priors"),
    )


def _lasts(table: dict[str, Any] | None) -> Prior | None:
    """A lognormal; one that is known exactly has next to no spread."""
    if table is None:
        return None
    return Prior(
        "lognormal",
        float(table["median_months"]),
        max(float(table["sigma"]), 1e-9),
        table["source"],
        table["strength"],
    )


_ROW_TYPES: Final = {
    "mean_reduction": MeanReduction,
    "responder_fraction": ResponderFraction,
    "findings": Finding,
    "onset": Span,
    "duration": Span,
    "harms": Harm,
}


def _findings(table: dict[str, Any]) -> Findings:
    named = {entry.name: table.get(entry.name, []) for entry in fields(Findings)}
    parts: dict[str, Any] = {name: _rows(_ROW_TYPES[name], rows) for name, rows in named.items()}
    return Findings(**parts)


def _rows(kind: type[Row], rows: list[dict[str, Any]]) -> tuple[Row, ...]:
    """Rows of a table as results."""
    return tuple(kind(**{name: _frozen(value) for name, value in row.items()}) for row in rows)


def _frozen(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value
