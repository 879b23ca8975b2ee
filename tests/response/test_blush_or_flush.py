"""A probability from kinetics, trigger and spread; a label only where the evidence carries it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rubor.measurement.events import Event
from rubor.response import BlushOrFlush, Episode, Estimate, blush_or_flush
from rubor.response.blush_or_flush import cut_offs


def episode(
    rise_s: float | None, half_s: float | None, plateau_s: float = 20.0, elsewhere: float = 0.7
) -> Episode:
    """An episode from 60 s on."""
    end_s = 60.0 + (rise_s or 0.0) + plateau_s + 3.3 * (half_s or 0.0)
    cheeks = {name: Estimate(0.4, 0.02) for name in ("cheek_left", "cheek_right")}
    others = {name: Estimate(0.4 * elsewhere, 0.02) for name in ("forehead", "chin")}
    return Episode(
        onset_s=None if rise_s is None else Estimate(60.0, 0.2),
        rise_time_s=None if rise_s is None else Estimate(rise_s, 0.05 * rise_s),
        peak=Estimate(0.4, 0.02),
        plateau_start_s=60.0 + (rise_s or 0.0),
        plateau_end_s=60.0 + (rise_s or 0.0) + plateau_s,
        half_recovery_s=None if half_s is None else Estimate(half_s, 0.05 * half_s),
        recovering_for_s=100.0,
        end_s=end_s,
        recovered=half_s is not None,
        area=Estimate(8.0, 1.0),
        regions={**cheeks, **others},
        regions_involved=(*cheeks, *others),
        cells_involved=(),
        left=Estimate(0.4, 0.02),
        right=Estimate(0.4, 0.02),
        noise_sd=0.02,
        notes=(),
    )


def odds(answer: BlushOrFlush, name: str) -> float:
    return next(piece.odds_ln for piece in answer.evidence if piece.name == name)


STIMULUS = (Event(55.0, "stimulus_start"), Event(80.0, "stimulus_end"))
HEAT = (Event(30.0, "heat"),)


def test_seconds_after_a_social_stimulus_are_a_blush() -> None:
    answer = blush_or_flush(episode(4.0, 10.0), STIMULUS)
    assert answer.label == "blush"
    assert answer.blush_probability > 0.95
    assert "after a social stimulus" in answer.evidence[3].finding


def test_minutes_after_heat_are_a_flush() -> None:
    answer = blush_or_flush(episode(90.0, 150.0, plateau_s=120.0, elsewhere=1.0), HEAT)
    assert answer.label == "flush"
    assert answer.blush_probability < 0.05


@pytest.mark.parametrize(("rise_s", "half_s"), [(32.0, 50.0), (40.0, 25.0), (25.0, 45.0)])
def test_what_lies_between_is_undetermined(rise_s: float, half_s: float) -> None:
    assert blush_or_flush(episode(rise_s, half_s, plateau_s=60.0), ()).label == "undetermined"


def test_times_of_a_blush_after_heat_contradict_each_other_and_get_no_name() -> None:
    answer = blush_or_flush(episode(4.0, 10.0), HEAT)
    assert odds(answer, "trigger") < 0.0 < odds(answer, "rise_time")
    assert answer.label == "undetermined"


def test_a_trigger_alone_names_nothing() -> None:
    unseen = replace(episode(None, None), recovering_for_s=0.0, end_s=60.0, plateau_start_s=60.0)
    answer = blush_or_flush(unseen, STIMULUS)
    assert answer.label == "undetermined"


def test_no_marks_say_nothing_and_marks_that_do_not_explain_it_speak_against_a_blush() -> None:
    without = blush_or_flush(episode(20.0, 30.0), ())
    assert all(piece.name != "trigger" for piece in without.evidence)
    late = blush_or_flush(episode(20.0, 30.0), (Event(200.0, "stimulus_start"),))
    assert odds(late, "trigger") < 0.0
    assert late.blush_probability < without.blush_probability


def test_a_stimulus_that_still_lasts_explains_a_late_rise() -> None:
    long = (Event(10.0, "stimulus_start"), Event(90.0, "stimulus_end"))
    over = (Event(10.0, "stimulus_start"), Event(20.0, "stimulus_end"))
    assert odds(blush_or_flush(episode(6.0, 10.0), long), "trigger") > 0.0
    assert odds(blush_or_flush(episode(6.0, 10.0), over), "trigger") < 0.0


def test_a_recovery_that_was_not_seen_counts_by_how_long_it_was_waited_for() -> None:
    waited = replace(episode(30.0, None), recovering_for_s=300.0)
    answer = blush_or_flush(waited, ())
    assert odds(answer, "half_recovery") < 0.0
    assert "not half gone" in answer.evidence[1].finding


@settings(max_examples=60, deadline=None)
@given(st.floats(0.5, 400.0), st.floats(0.5, 400.0))
def test_a_slower_rise_never_makes_a_blush_more_likely(one_s: float, other_s: float) -> None:
    slower, faster = max(one_s, other_s), min(one_s, other_s)
    assert (
        odds(blush_or_flush(episode(slower, 30.0), ()), "rise_time")
        <= odds(blush_or_flush(episode(faster, 30.0), ()), "rise_time") + 1e-9
    )


@settings(max_examples=60, deadline=None)
@given(st.floats(0.5, 400.0), st.floats(0.5, 400.0), st.floats(0.0, 1.5))
def test_no_single_piece_says_more_than_its_limit(
    rise_s: float, half_s: float, share: float
) -> None:
    answer = blush_or_flush(episode(rise_s, half_s, elsewhere=share), STIMULUS)
    assert 0.0 < answer.blush_probability < 1.0
    for piece in answer.evidence:
        rule = cut_offs()[piece.name]
        assert abs(piece.odds_ln) <= rule.get("most", 1.5) + 1e-9


def test_every_constant_has_a_source_and_says_that_it_is_provisional() -> None:
    rules = cut_offs()
    assert rules["version"].startswith("provisional")
    for name in ("rise_time", "half_recovery", "duration", "trigger", "spread", "label"):
        assert rules[name]["source"]
        assert "provisional" in rules[name]["strength"]
    assert blush_or_flush(episode(4.0, 10.0), ()).cut_offs == rules["version"]
