"""The catalogue: every figure with its source, and two kinds of share never mixed."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from importlib.resources import files
from typing import Any

import pytest

from rubor.errors import InputError
from rubor.treatments.catalogue import (
    STRENGTHS,
    MeanReduction,
    ResponderFraction,
    Treatment,
    catalogue,
    sequences,
    treatment,
)
from rubor.treatments.priors import treatment_names

# The treatments that a catalogue for blushing must have.
EXPECTED = {
    "botulinum_toxin",
    "intense_pulsed_light",
    "pulsed_dye_laser",
    "brimonidine",
    "oxymetazoline",
    "beta_blockers",
    "clonidine",
    "sympathectomy",
    "psychological_treatment",
    "sertraline",
    "isotretinoin",
    "make_up",
}
TARGETS = {"blush", "flush", "resting_redness", "visible_vessels", "fear"}


def sourced(value: Any) -> Iterator[Any]:
    """Everything below an entry that has a source."""
    if is_dataclass(value):
        if hasattr(value, "source"):
            yield value
        for part in fields(value):
            yield from sourced(getattr(value, part.name))
    elif isinstance(value, tuple):
        for part in value:
            yield from sourced(part)


def tables(value: Any, path: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    if isinstance(value, dict):
        yield path, value
        for name, part in value.items():
            yield from tables(part, f"{path}.{name}")
    elif isinstance(value, list):
        for number, part in enumerate(value):
            yield from tables(part, f"{path}[{number}]")


def test_the_treatments_are_there_in_a_fixed_order() -> None:
    assert {entry.id for entry in catalogue()} == EXPECTED
    assert [entry.order for entry in catalogue()] == list(range(1, len(EXPECTED) + 1))


def test_the_toxin_is_there_by_product_under_common_names() -> None:
    names = {product.id for product in treatment("botulinum_toxin").products}
    assert names >= {"onabotulinumtoxinA", "incobotulinumtoxinA", "abobotulinumtoxinA"}


@pytest.mark.parametrize("entry", catalogue(), ids=lambda entry: entry.id)
def test_every_part_names_its_source_and_strength(entry: Treatment) -> None:
    found = list(sourced(entry))
    assert len(found) >= 5
    for part in found:
        assert len(part.source) >= 10, part
        assert part.strength in STRENGTHS, part
    assert entry.about_source and entry.about_strength in STRENGTHS


@pytest.mark.parametrize("entry", catalogue(), ids=lambda entry: entry.id)
def test_no_number_stands_in_a_file_without_a_source(entry: Treatment) -> None:
    path = files("rubor.treatments") / "data" / "catalogue" / f"{entry.id}.toml"
    data = tomllib.loads(path.read_text(encoding="utf-8"))
    del data["order"]
    for where, table in tables(data):
        if any(isinstance(value, int | float) for value in table.values()):
            assert {"source", "strength"} <= set(table), f"{entry.id}{where}"


def test_every_wait_before_a_recording_is_known_in_hours() -> None:
    hours = {one.id: one.washout.hours for one in catalogue() if one.washout is not None}
    assert hours["make_up"] == 0.5
    assert hours["botulinum_toxin"] == 16 * 168.0


def test_sequences_name_their_source_and_known_treatments() -> None:
    for entry in sequences():
        assert entry.source and entry.strength in STRENGTHS
        assert {step.treatment for step in entry.steps} <= EXPECTED
    first = sequences()[0]
    assert [step.treatment for step in first.steps] == ["intense_pulsed_light", "botulinum_toxin"]


@pytest.mark.parametrize("entry", catalogue(), ids=lambda entry: entry.id)
def test_each_entry_has_the_parts_that_a_person_asks_for(entry: Treatment) -> None:
    assert entry.acts_on
    assert {row.target for row in entry.acts_on} <= TARGETS
    assert entry.published.onset and entry.published.duration and entry.published.harms
    assert entry.licence.status
    assert entry.washout is not None or entry.kind == "surgery"
    assert entry.priors is None or entry.priors in treatment_names()
    for row in (*entry.published.responder_fraction, *entry.published.mean_reduction):
        assert 0.0 <= row.value <= 1.0
        assert row.target in TARGETS


def test_mean_reduction_and_responders_are_different_fields() -> None:
    light = treatment("intense_pulsed_light").published
    assert all(isinstance(row, MeanReduction) for row in light.mean_reduction)
    assert all(isinstance(row, ResponderFraction) for row in light.responder_fraction)
    # Papageorgiou 2008 Br J Dermatol 159:628: 39 % less redness on the cheeks, 73 % of 34 better by half.
    assert 0.39 in [row.value for row in light.mean_reduction]
    assert (0.73, 34) in [(row.value, row.n) for row in light.responder_fraction]
    assert not {"criterion", "control"} & {part.name for part in fields(MeanReduction)}
    assert "measure" not in {part.name for part in fields(ResponderFraction)}


def test_claims_of_clinics_stand_apart_from_published_figures() -> None:
    toxin = treatment("botulinum_toxin")
    assert [row.value for row in toxin.claimed.responder_fraction] == [0.333, 0.667]
    assert all("clinic" in row.source for row in sourced(toxin.claimed))
    for entry in catalogue():
        assert not any("patient information" in row.source for row in sourced(entry.published))
    # The claim of 70 to 85 % is kept as a share of people, with what is wrong about its words.
    claim = treatment("intense_pulsed_light").claimed
    assert not claim.mean_reduction
    assert "worded as a reduction" in claim.responder_fraction[0].criterion


def test_the_negative_trial_of_the_toxin_is_told() -> None:
    assert any(
        "no difference" in row.text for row in treatment("botulinum_toxin").published.findings
    )


def test_myasthenia_stops_every_product_and_milk_allergy_only_one() -> None:
    against = {row.id: row for row in treatment("botulinum_toxin").contraindications}
    assert (against["neuromuscular_disease"].action, against["neuromuscular_disease"].products) == (
        "stop",
        (),
    )
    assert against["milk_protein_allergy"].products == ("abobotulinumtoxinA",)
    ids = {product.id for product in treatment("botulinum_toxin").products}
    assert all(set(row.products) <= ids for row in against.values())


def test_dye_laser_shares_the_contraindications_of_light() -> None:
    light, dye = treatment("intense_pulsed_light"), treatment("pulsed_dye_laser")
    assert dye.contraindications == light.contraindications


def test_an_unknown_treatment_is_refused_with_the_nearest_name() -> None:
    with pytest.raises(InputError, match="Did you mean brimonidine"):
        treatment("brimonidin")
    with pytest.raises(InputError, match="Choose one of"):
        treatment("leeches")


# No brand is named anywhere a person reads.
@pytest.mark.parametrize(
    "brand", ["botox", "dysport", "azzalure", "bocouture", "mirvaso", "vistabel"]
)
def test_no_brand_is_named(brand: str) -> None:
    folder = files("rubor.treatments") / "data" / "catalogue"
    assert not any(brand in file.read_text(encoding="utf-8").lower() for file in folder.iterdir())
