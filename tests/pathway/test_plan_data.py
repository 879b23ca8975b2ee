"""Every number and sentence of a plan and of aftercare that reaches a person has its source."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from importlib.resources import files
from typing import Any

import pytest

FILES = [
    "injection_zones",
    "toxin_products",
    "true_scale",
    "plan_advice",
    "side_effects",
    "follow_up",
    "information",
    "smile",
    "instruments",
]
STRENGTHS = {"high", "moderate", "low", "very_low", "judgement", "unverified"}
# Parts of a table that share its source: the weeks of one schedule.
SHARED = {"visits"}


def entries(table: Any, name: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """Tables that hold a number or a sentence themselves."""
    if isinstance(table, list):
        for number, item in enumerate(table):
            yield from entries(item, f"{name}[{number}]")
    elif isinstance(table, dict):
        plain = {key: item for key, item in table.items() if not isinstance(item, (dict, list))}
        if plain.keys() - {"label", "text", "schema"} or ("text" in plain and "label" not in plain):
            yield name, table
        for key, item in table.items():
            if isinstance(item, (dict, list)) and key not in SHARED:
                yield from entries(item, f"{name}.{key}")


@pytest.mark.parametrize("name", FILES)
def test_every_entry_has_a_source_and_a_strength(name: str) -> None:
    path = files("rubor.pathway") / "data" / f"{name}.toml"
    found = list(entries(tomllib.loads(path.read_text(encoding="utf-8"))))
    assert len(found) > 5
    for entry, table in found:
        sources = [key for key in table if key == "source" or key.endswith("_source")]
        assert sources, f"{name}{entry}"
        assert all(len(table[key]) > 10 for key in sources), f"{name}{entry}"
        assert table["strength"] in STRENGTHS, f"{name}{entry}"


def test_no_data_file_is_left_out() -> None:
    """The rules of suitability are walked in a test of their own."""
    shipped = {path.name for path in (files("rubor.pathway") / "data").iterdir()}
    # Words alone, with one source for all of them.
    questions = {name for name in shipped if name.startswith("questionnaire")}
    assert shipped == {f"{name}.toml" for name in FILES} | {"suitability_rules.toml"} | questions


def test_each_limit_of_a_product_has_its_own_source() -> None:
    path = files("rubor.pathway") / "data" / "toxin_products.toml"
    for name, table in tomllib.loads(path.read_text(encoding="utf-8"))["product"].items():
        for limit in ("per_point", "per_side", "per_session"):
            assert table[f"warn_above_{limit}"] < table[f"stop_above_{limit}"], name
            assert table[f"{limit}_source"], name
        if "units_per_point" in table:
            assert table["units_per_point_source"]
            assert table["diluent_source"]
