"""The six steps: ordered, at their angles in the skin model, and found by name or angle."""

from __future__ import annotations

import itertools
import runpy
from pathlib import Path

import numpy as np
import pytest

from rubor.errors import InputError
from rubor.optics import individual_typology_angle_deg, linear_rgb_to_lab, srgb_decode
from rubor.optics.skin_tone import nearest_skin_tone, skin_tone_named, skin_tones

BANDS_DEG = {
    "very-light": (55.0, 90.0),
    "light": (41.0, 55.0),
    "intermediate": (28.0, 41.0),
    "tan": (10.0, 28.0),
    "brown": (-30.0, 10.0),
    "dark": (-90.0, -30.0),
}


def test_each_step_lies_in_its_band_and_its_patch_has_its_angle() -> None:
    for tone in skin_tones():
        low, high = BANDS_DEG[tone.name]
        assert low < tone.ita_deg <= high
        linear = srgb_decode(np.array(tone.patch) / 255.0)
        shown = float(individual_typology_angle_deg(linear_rgb_to_lab(linear)))
        assert shown == pytest.approx(tone.ita_deg, abs=2.0), tone.name


def test_steps_darken_and_hold_more_melanin() -> None:
    for lighter, darker in itertools.pairwise(skin_tones()):
        assert lighter.ita_deg > darker.ita_deg
        assert lighter.melanin_fraction < darker.melanin_fraction
        assert all(a > b for a, b in zip(lighter.patch, darker.patch, strict=True))


def test_a_declared_step_is_unsure_enough_to_reach_towards_its_neighbour() -> None:
    for lighter, darker in itertools.pairwise(skin_tones()):
        apart = lighter.ita_deg - darker.ita_deg
        assert max(lighter.ita_sd_deg, darker.ita_sd_deg) > apart / 2.0


def test_steps_are_found_by_name_and_by_angle() -> None:
    for tone in skin_tones():
        assert skin_tone_named(tone.name) is tone
        assert nearest_skin_tone(tone.ita_deg + 1.0) is tone
    with pytest.raises(InputError, match="olive") as caught:
        skin_tone_named("olive")
    assert "very-light" in caught.value.cure


def test_the_picture_of_the_steps_is_what_its_script_makes() -> None:
    root = Path(__file__).parents[2]
    script = runpy.run_path(str(root / "scripts" / "make_skin_tone_picture.py"))
    shown = (root / "docs" / "images" / "skin-tones.svg").read_text(encoding="utf-8")
    assert shown == script["picture"](), "run scripts/make_skin_tone_picture.py"
