"""`rubor skin-tones` shows what `rubor measure --skin-tone` takes."""

from __future__ import annotations

import json
from typing import get_args

from typer.testing import CliRunner

from rubor.cli import app
from rubor.cli.measure_command import SkinToneName
from rubor.optics.skin_tone import skin_tones

NAMES = [tone.name for tone in skin_tones()]


def test_every_step_is_shown_with_its_angle() -> None:
    shown = CliRunner().invoke(app, ["skin-tones"])
    assert shown.exit_code == 0
    for tone in skin_tones():
        assert tone.name in shown.stdout
        assert f"{tone.ita_deg:.0f} ±" in shown.stdout
    assert shown.stdout.count("poorly") == 1


def test_a_program_can_read_it() -> None:
    steps = json.loads(CliRunner().invoke(app, ["skin-tones", "--json"]).stdout)
    assert [step["name"] for step in steps] == NAMES


def test_measure_takes_exactly_these() -> None:
    assert list(get_args(SkinToneName)) == NAMES


def test_measure_refuses_another() -> None:
    refused = CliRunner().invoke(app, ["measure", "a.mp4", "--out", "x", "--skin-tone", "pink"])
    assert refused.exit_code == 2
    assert "very-light" in refused.output
