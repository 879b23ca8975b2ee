"""Redness at rest is a contrast within the face: it does not depend on light, camera or person."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import rubor
from rubor.measurement.region_series import ColourSeries
from rubor.measurement.resting_redness import RestingRedness, resting_redness
from rubor.vision.reference_face import REGIONS, reference_face

FACE = reference_face()
CENTRAL = {"cheek_left", "cheek_right", "nose", "chin"}


def found_in(
    redder: dict[str, float],
    *,
    white_balance: float = 0.0,
    noise: float = 0.003,
    hidden: tuple[str, ...] = (),
    later: float = 0.0,
) -> RestingRedness:
    """Twenty frames, the first ten at rest, in which regions are redder than others."""
    draw = np.random.default_rng(1)
    of_cell = [REGIONS[number] for number in FACE.cell_region]
    index = 0.3 + white_balance + np.array([redder.get(name, 0.0) for name in of_cell])
    index = index + draw.normal(0.0, noise, (20, len(of_cell)))
    index[10:] += later
    rgb = np.stack([0.2 * 10.0**index, np.full_like(index, 0.2), np.full_like(index, 0.15)], axis=2)
    valid = np.tile([name not in hidden for name in of_cell], (20, 1))
    rgb[~valid] = np.nan
    cells = ColourSeries(FACE.cell_names, rgb.astype(np.float32), valid, valid.astype(np.float32))
    return resting_redness(cells, slice(0, 10))


def test_a_face_of_one_colour_has_next_to_no_contrast() -> None:
    found = found_in({})
    assert found.central == pytest.approx(0.0, abs=0.003)
    assert found.reason is None


def test_red_cheeks_and_nose_show_by_how_much(rise: float = 0.05) -> None:
    found = found_in(dict.fromkeys(CENTRAL, rise))
    assert found.central == pytest.approx(rise, abs=0.003)
    assert found.central_a_star is not None and 1.0 < found.central_a_star < 6.0
    assert found.regions["forehead"] == pytest.approx(0.0, abs=0.003)
    assert found.regions["nose"] == pytest.approx(rise, abs=0.003)


def test_white_balance_and_what_comes_after_rest_do_not_count() -> None:
    redder = dict.fromkeys(CENTRAL, 0.04)
    plain = found_in(redder)
    other = found_in(redder, white_balance=0.2, later=0.1)
    assert plain.central is not None
    assert other.central == pytest.approx(plain.central, abs=1e-6)


def test_one_red_cheek_is_the_persons_left_or_right() -> None:
    found = found_in({"cheek_left": 0.06})
    assert found.left_less_right == pytest.approx(0.06, abs=0.003)
    assert found_in({}, hidden=("cheek_left",)).left_less_right is None


def test_too_little_of_the_face_gives_a_reason_and_no_number() -> None:
    found = found_in({}, hidden=tuple(set(REGIONS) - {"chin"}))
    assert found.central is None
    assert "areas of the face" in str(found.reason)


def test_a_photo_has_a_resting_redness_too(shared: Path) -> None:
    photo = rubor.measure(shared / "videos" / "face_even_light.jpg", mirrored=False)
    found = photo.summary["resting_redness"]
    assert found["central"] is not None
    assert 0.0 < found["central"] < 0.4
    assert len(found["cells"]) > 80
