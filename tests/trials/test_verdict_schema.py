"""A verdict's JSON: described field by field, valid, and read back as what was written."""

from __future__ import annotations

import copy
import json
from dataclasses import fields, replace
from importlib.resources import files
from typing import Any

import numpy as np
import pandas as pd
import pytest
from jsonschema import Draft202012Validator

from rubor.errors import InputError
from rubor.trials import VERDICT_SCHEMA, Verdict, analyse


@pytest.fixture(scope="module")
def schema() -> dict[str, Any]:
    path = files("rubor.trials") / "schemas" / "verdict.schema.json"
    loaded: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return loaded


def table(kept: float, scatter: float = 0.1) -> pd.DataFrame:
    generator = np.random.default_rng(2)
    rows = []
    for number in range(10):
        after = number >= 4
        level = 0.4 * np.exp(0.3 * generator.standard_normal())
        for side in ("left", "right"):
            treated = side == "right"
            share = np.exp(scatter * generator.standard_normal()) if treated else 1.0
            rows.append(
                {
                    "session": f"s{number}",
                    "date": pd.Timestamp("2026-01-05") + pd.Timedelta(days=5 * number + 12 * after),
                    "phase": "after" if after else "before",
                    "side": side,
                    "treated": treated,
                    "response": level * share * (kept if after and treated else 1.0),
                    "response_sd": 0.02,
                    "provocation": "blush",
                }
            )
    return pd.DataFrame(rows)


@pytest.fixture(scope="module", params=[0.3, 1.0], ids=["works", "nothing there"])
def verdict(request: pytest.FixtureRequest) -> Verdict:
    return analyse(table(request.param), "split-face", "2026-01-22")


def problems(schema: dict[str, Any], document: Any) -> list[str]:
    return [error.message for error in Draft202012Validator(schema).iter_errors(document)]


def test_the_schema_is_valid_and_of_the_written_version(schema: dict[str, Any]) -> None:
    Draft202012Validator.check_schema(schema)
    assert schema["properties"]["schema"]["const"] == VERDICT_SCHEMA


def test_a_verdict_is_valid_and_every_field_is_described(
    schema: dict[str, Any], verdict: Verdict
) -> None:
    document = json.loads(json.dumps(verdict.to_json(), allow_nan=False))
    assert problems(schema, document) == []
    assert {field.name for field in fields(Verdict)} | {"schema"} == set(schema["properties"])
    assert set(schema["required"]) == set(schema["properties"])


def test_a_verdict_is_read_back_as_it_was(verdict: Verdict) -> None:
    assert Verdict.from_json(json.loads(json.dumps(verdict.to_json()))) == verdict


def test_a_missing_limit_is_null_and_comes_back_as_infinite(verdict: Verdict) -> None:
    open_below = replace(verdict, always_valid_interval_95=(-np.inf, 0.4))
    document = json.loads(json.dumps(open_below.to_json(), allow_nan=False))
    assert document["always_valid_interval_95"] == [None, 0.4]
    assert Verdict.from_json(document) == open_below


def test_a_verdict_without_interval_reasons_or_what_would_change_it_cannot_exist(
    verdict: Verdict,
) -> None:
    for lacking in (
        {"interval_95": (np.nan, np.nan)},
        {"always_valid_interval_95": (0.4, 0.1)},
        {"reasons": ()},
        {"would_change_it": ()},
        {"reduction": np.nan},
        {"verdict": "probably"},
    ):
        with pytest.raises(InputError):
            replace(verdict, **lacking)  # type: ignore[arg-type]


def test_a_document_that_lacks_a_field_or_is_of_another_version_is_refused(
    schema: dict[str, Any], verdict: Verdict
) -> None:
    whole = verdict.to_json()
    for name in whole:
        document = copy.deepcopy(whole)
        del document[name]
        assert problems(schema, document), name
        with pytest.raises(InputError):
            Verdict.from_json(document)
    with pytest.raises(InputError):
        Verdict.from_json({**whole, "schema": "rubor.verdict/99"})
