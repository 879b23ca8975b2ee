"""`rubor treatments` lists, tells and compares, with the source of every number."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

Run = Callable[..., Any]


def test_it_lists_all_with_what_they_act_on(run: Run) -> None:
    ended = run("treatments")
    assert (ended.code, ended.err) == (0, "")
    assert "botulinum_toxin" in ended.out and "psychological_treatment" in ended.out
    assert "A course of light, then botulinum toxin" in ended.out


def test_one_treatment_shows_claims_apart_and_a_source_below_each_line(run: Run) -> None:
    out = run("treatments", "botulinum_toxin").out
    published, claimed = out.index("\nPublished"), out.index("\nClaimed by clinics, not published")
    assert published < out.index("mean reduction 44 %") < claimed < out.index("responders 33 %")
    lines = out[: out.index("\nCost")].splitlines()
    for number, line in enumerate(lines):
        if line.startswith("- "):
            assert lines[number + 1].startswith("  ["), line
    assert "per month free of blushing" in out


def test_the_price_of_a_clinic_takes_the_place_of_the_usual(run: Run) -> None:
    out = run("treatments", "botulinum_toxin", "--price", "350").out
    assert "GBP 350 per session; year of the price: as given" in out
    assert "per year: GBP 1300 (" in out
    assert "the price that was given; own" in out


def test_comparison_prints_a_table_and_writes_a_figure(run: Run, tmp_path: Path) -> None:
    figure = tmp_path / "two.svg"
    ended = run(
        "treatments", "brimonidine", "intense_pulsed_light", "--compare", "--figure", figure
    )
    assert ended.code == 0
    assert "Responders (published; criteria differ)" in ended.out
    assert "(control 9 to 33 %)" in ended.out
    assert "<svg" in figure.read_text(encoding="utf-8")


def test_json_keeps_the_fields_apart(run: Run) -> None:
    document = json.loads(run("treatments", "intense_pulsed_light", "--json").out)
    entry = document["treatments"][0]
    assert entry["published"]["mean_reduction"][0]["value"] == 0.39
    assert entry["published"]["responder_fraction"][0]["value"] == 0.73
    assert entry["claimed"]["responder_fraction"] and not entry["claimed"]["mean_reduction"]
    assert entry["cost_estimate"]["per_year"]["interval_95"][0] > 0


def test_json_fits_its_schema_whatever_is_asked_for(run: Run) -> None:
    path = files("rubor.treatments") / "schemas" / "treatments.schema.json"
    schema = json.loads(path.read_text(encoding="utf-8"))
    Draft202012Validator.check_schema(schema)
    validator = Draft202012Validator(schema)
    for names in ((), ("make_up",), ("botulinum_toxin", "--price", "350")):
        document = json.loads(run("treatments", *names, "--json").out)
        assert [error.message for error in validator.iter_errors(document)] == []
        for name in document["treatments"][0]:
            first = {key: value for key, value in document["treatments"][0].items() if key != name}
            assert list(validator.iter_errors({**document, "treatments": [first]})), name


def test_an_unknown_treatment_is_refused(run: Run) -> None:
    ended = run("treatments", "botulinum")
    assert ended.code == 1
    assert ended.out == ""
    assert "Did you mean botulinum_toxin" in ended.err


def test_a_price_needs_one_treatment_and_must_be_a_price(run: Run) -> None:
    assert run("treatments", "--price", "350").code == 2
    assert run("treatments", "botulinum_toxin", "--price", "cheap").code == 2
    assert "cannot be" in run("treatments", "botulinum_toxin", "--price", "500-300").err


def test_a_figure_is_an_svg(run: Run, tmp_path: Path) -> None:
    ended = run("treatments", "--figure", tmp_path / "all.png")
    assert ended.code == 2
    assert "does not end in .svg" in ended.err
    assert not list(tmp_path.iterdir())


@pytest.mark.skipif(sys.platform == "win32", reason="needs a pseudo-terminal")
def test_on_a_narrow_terminal_the_comparison_breaks_no_word() -> None:
    inner, outer = os.openpty()
    command = [sys.executable, "-m", "rubor", "treatments", "botulinum_toxin", "--compare"]
    environment = {**os.environ, "COLUMNS": "90", "NO_COLOR": "1"}
    with subprocess.Popen(command, stdout=outer, stderr=outer, env=environment) as ended:
        os.close(outer)
        shown = b""
        while ended.poll() is None or shown[-1:] != b"\n":
            try:
                shown += os.read(inner, 4096)
            except OSError:  # the other end is closed: all was read
                break
    os.close(inner)
    lines = shown.decode().splitlines()
    assert lines[0] == "Botulinum toxin, injected into the skin"
    assert "  Mean reduction (published): resting redness 44 %" in lines
    assert "…" not in shown.decode()
