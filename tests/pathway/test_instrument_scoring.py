"""Scoring of scales by their published rules, without any of their words."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

import pytest

from rubor.errors import InputError
from rubor.pathway.instrument_scoring import instrument, instrument_names, load_items, score
from rubor.treatments.catalogue import STRENGTHS


@pytest.mark.parametrize("name", instrument_names())
def test_each_scale_names_rights_source_and_strength(name: str) -> None:
    scale = instrument(name)
    assert scale.rights and len(scale.source) > 10 and scale.strength in STRENGTHS


# Hongbo 2005 J Invest Dermatol 125:659: 0-1, 2-5, 6-10, 11-20, 21-30.
@pytest.mark.parametrize(
    ("total", "band"),
    [
        (0, "no effect"),
        (1, "no effect"),
        (2, "small effect"),
        (5, "small effect"),
        (6, "moderate effect"),
        (10, "moderate effect"),
        (11, "very large effect"),
        (20, "very large effect"),
        (21, "extremely large effect"),
        (30, "extremely large effect"),
    ],
)
def test_the_bands_of_the_dlqi(total: int, band: str) -> None:
    responses = [min(3, max(0, total - 3 * number)) for number in range(10)]
    assert score("dlqi", responses).value == total
    assert score("dlqi", responses).band == band


# Connor 2000: 19 and more screens positive; Leary and Meadows 1991: 14 to 70; COPS: 40 and more.
def test_ranges_and_cut_offs() -> None:
    assert instrument("spin").score_range == (0, 68)
    assert instrument("bps").score_range == (14, 70)
    assert instrument("cops").score_range == (0, 72)
    assert instrument("fea_fear_of_blushing").cut_off == 3.6
    assert instrument("dlqi").smallest_change == 4
    assert score("spin", [1] * 17).reaches_cut_off is False
    assert score("spin", [1] * 15 + [2] * 2).reaches_cut_off is True
    assert score("cops", [5] * 8 + [0]).reaches_cut_off is True
    assert score("bps", [1] * 14).reaches_cut_off is None


def test_reversed_items_count_the_other_way() -> None:
    lowest_fear = [5 if number in (2, 4, 7, 10) else 1 for number in range(1, 13)]
    assert score("bfne", lowest_fear).value == 12


@pytest.mark.parametrize(
    ("name", "responses", "words"),
    [
        ("dlqi", [0] * 9, "10 items, not 9"),
        ("dlqi", [0] * 9 + [4], "from 0 to 3"),
        ("fea_fear_of_blushing", [3], "not known to Rubor"),
        ("salzburg", [1], "No scale is called"),
    ],
)
def test_impossible_responses_are_refused(name: str, responses: list[int], words: str) -> None:
    with pytest.raises(InputError, match=words):
        score(name, responses)


def test_a_licensed_site_loads_its_own_words(tmp_path: Path) -> None:
    path = tmp_path / "dlqi.toml"
    items = ", ".join(f'"item {number}"' for number in range(1, 11))
    path.write_text(
        f'instrument = "dlqi"\nlicence = "granted to this clinic"\nitems = [{items}]\n',
        encoding="utf-8",
    )
    assert len(load_items(path).items) == 10
    path.write_text(f'instrument = "dlqi"\nitems = [{items}]\n', encoding="utf-8")
    with pytest.raises(InputError, match="who has granted"):
        load_items(path)
    path.write_text('instrument = "dlqi"\nlicence = "yes"\nitems = ["one"]\n', encoding="utf-8")
    with pytest.raises(InputError, match="1 items; 'dlqi' has 10"):
        load_items(path)


def test_no_list_of_items_ships() -> None:
    path = files("rubor.pathway") / "data" / "instruments.toml"
    assert "items = [" not in path.read_text(encoding="utf-8").replace("reversed_items = [", "")
