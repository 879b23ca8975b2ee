"""A change of the smile counts against the person's own baseline, never one side against the other."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from importlib.resources import files
from typing import Any

import jsonschema
import pytest

from rubor.errors import InputError
from rubor.pathway.smile import OneSmile, SideExcursion, Smile, SmileFile
from rubor.pathway.smile_change import smile_change
from rubor.pathway.smile_json import smile_from_json, smile_to_json
from rubor.pathway.smile_words import headline
from rubor.pathway.true_scale import TrueScale


def side(excursion_mm: float, repeat_sd_mm: float = 0.2) -> SideExcursion:
    error = round(1.96 * repeat_sd_mm, 2)
    interval = (excursion_mm - 2.0, excursion_mm + 2.0)
    return SideExcursion(excursion_mm, 6.0, 6.0, repeat_sd_mm, error, 0.3, interval, True)


def smile(
    left: float,
    right: float,
    name: str = "now",
    *,
    eyes_mm: float = 90.0,
    repeat_sd_mm: float = 0.2,
    on: date | None = None,
) -> Smile:
    scale = TrueScale(0.2, 0.05, "iris", eyes_mm, (), "the iris of adults", "moderate")
    sides = side(left, repeat_sd_mm), side(right, repeat_sd_mm)
    file = SmileFile(f"{name}.mp4", name.encode().hex().ljust(64, "0")[:64])
    found = OneSmile(0, 1.0, 2.0, left, right, True)
    return Smile(
        "video",
        on,
        (file,),
        False,
        scale,
        *sides,
        round(left - right, 2),
        "frames",
        (found,),
        0,
        (),
        (),
    )


def rules_of(change: Any) -> set[str]:
    return {one.rule.removeprefix("smile.") for one in change.advice} - {"schedule"}


@pytest.mark.parametrize(
    ("left", "right", "found_left", "rules"),
    [
        (12.0, 10.0, "within the error of measuring", {"within_error"}),
        (10.6, 10.0, "within the error of measuring", {"within_error"}),
        (10.4, 10.0, "real change", {"loss"}),
        (8.0, 10.0, "noticeable change", {"loss", "noticeable_loss", "uneven"}),
        (8.0, 6.0, "noticeable change", {"loss", "noticeable_loss", "both_less"}),
        (14.0, 10.0, "real change", {"gain", "uneven"}),
    ],
)
def test_each_size_of_change_has_its_words_and_its_advice(
    left: float, right: float, found_left: str, rules: set[str]
) -> None:
    change = smile_change(smile(left, right), [smile(12.0, 10.0, "before")])
    assert change.left.found == found_left
    assert change.left.change_mm == pytest.approx(left - 12.0, abs=0.01)
    assert rules_of(change) == rules


def test_the_interval_is_the_published_one_where_the_own_error_is_smaller() -> None:
    change = smile_change(smile(12.0, 10.0), [smile(12.0, 10.0, "before")])
    low, high = change.left.interval_95_mm
    # 1.3 mm, and how exactly the landmarks hit the eye corners.
    assert 1.30 <= (high - low) / 2.0 < 1.40
    assert change.error_from.startswith("published")


def test_a_large_own_error_makes_a_change_uncertain() -> None:
    change = smile_change(
        smile(9.5, 10.0, repeat_sd_mm=1.2), [smile(12.0, 10.0, "before", repeat_sd_mm=1.2)]
    )
    assert change.left.found == "within the error of measuring"
    assert change.error_from.startswith("own")
    # 2.5 mm less is not called "as before".
    assert change.cannot_be_told
    assert rules_of(change) == {"not_sure"}
    assert "cannot be told" in headline(smile(9.5, 10.0), change)


def test_a_small_change_with_a_large_error_is_as_before() -> None:
    before = smile(12.0, 10.0, "before", repeat_sd_mm=1.2)
    change = smile_change(smile(11.0, 10.0, repeat_sd_mm=1.2), [before])
    assert not change.cannot_be_told
    assert "as before" in headline(smile(11.0, 10.0), change)


def test_several_baselines_are_surer_than_one() -> None:
    baselines = [smile(12.0, 10.0, name) for name in ("one", "two", "three")]
    several = smile_change(smile(10.0, 10.0), baselines).left.interval_95_mm
    one = smile_change(smile(10.0, 10.0), baselines[:1]).left.interval_95_mm
    assert several[1] - several[0] < one[1] - one[0]


def test_baselines_that_differ_widen_the_interval() -> None:
    alike = [smile(12.0, 10.0, name) for name in ("one", "two", "three")]
    apart = [smile(value, 10.0, str(value)) for value in (9.0, 12.0, 15.0)]
    narrow = smile_change(smile(9.0, 10.0), alike).left
    wide = smile_change(smile(9.0, 10.0), apart).left
    assert narrow.found == "noticeable change"
    assert wide.found == "within the error of measuring"


def test_a_difference_that_was_there_before_is_no_change() -> None:
    change = smile_change(smile(14.0, 9.0), [smile(14.0, 9.0, "before")])
    assert change.difference.found == "within the error of measuring"
    assert change.difference.change_mm == 0.0


def test_a_wrong_scale_of_one_recording_does_not_look_like_a_change() -> None:
    """The iris was read 8 % too small in one of them; the head is the same."""
    change = smile_change(
        smile(12.0 * 1.08, 10.0 * 1.08, eyes_mm=90.0 * 1.08), [smile(12.0, 10.0, "before")]
    )
    assert change.left.change_mm == pytest.approx(0.0, abs=0.02)
    assert 90.0 < change.eye_corners_mm < 90.0 * 1.08


@pytest.mark.parametrize(
    ("baselines", "message"),
    [
        ([], "no baseline"),
        ([smile(12.0, 10.0, "now")], "part of both"),
        ([smile(12.0, 10.0, "one"), smile(12.0, 10.0, "one")], "twice"),
        ([replace(smile(12.0, 10.0, "one"), kind="photos")], "from photos"),
        ([smile(12.0, 10.0, "one", on=date(2026, 5, 1))], "recorded after"),
        ([smile(12.0, 10.0, "one", eyes_mm=72.0)], "the head of one.mp4"),
    ],
)
def test_a_baseline_that_does_not_fit_is_refused_with_a_cure(
    baselines: list[Smile], message: str
) -> None:
    with pytest.raises(InputError, match=message) as caught:
        smile_change(smile(12.0, 10.0, on=date(2026, 4, 1)), baselines)
    assert caught.value.cure


def test_a_smile_goes_through_json_and_fits_its_schema() -> None:
    now, before = smile(8.0, 10.0, on=date(2026, 4, 1)), smile(12.0, 10.0, "before")
    path = files("rubor.pathway") / "schemas" / "smile.schema.json"
    schema = json.loads(path.read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    for change in (None, smile_change(now, [before])):
        document = json.loads(json.dumps(smile_to_json(now, change)))
        jsonschema.validate(document, schema)
        assert smile_from_json(document) == now


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"schema": "rubor.plan/1"}, "not a smile"),
        ({"left": {"excursion_mm": 3.0}}, "damaged"),
        ({"recorded_on": "yesterday"}, "damaged"),
        ({"more": 1}, "was changed"),
    ],
)
def test_a_document_of_another_sort_is_refused(changed: dict[str, Any], message: str) -> None:
    document = json.loads(json.dumps(smile_to_json(smile(12.0, 10.0))))
    with pytest.raises(InputError, match=message):
        smile_from_json(document | changed)
