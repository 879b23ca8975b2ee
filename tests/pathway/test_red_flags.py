"""No answers at all, and nothing that is measured, can silence a red flag."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rubor.pathway import check_answers, suitability
from rubor.pathway.conditions import questions_of
from rubor.pathway.instrument_scoring import instrument, instrument_names
from rubor.pathway.measured_evidence import MeasuredEvidence
from rubor.pathway.questionnaire import Question, questionnaire
from rubor.pathway.suitability_rules import Rule, suitability_rules


def any_answer(entry: Question) -> st.SearchStrategy[Any]:
    if entry.kind in ("number", "scale"):
        return st.floats(entry.at_least, entry.at_most)
    if entry.kind == "choice":
        return st.sampled_from(sorted(entry.options))
    return st.lists(st.sampled_from(sorted(entry.options)), max_size=6)


ANY_ANSWERS = st.fixed_dictionaries(
    {}, optional={entry.id: any_answer(entry) for entry in questionnaire().questions}
)
ANY_SCORES = st.fixed_dictionaries(
    {}, optional={name: st.floats(*instrument(name).score_range) for name in instrument_names()}
)
SHARE = st.none() | st.floats(0.0, 1.0)
ANY_RECORDING = st.none() | st.builds(
    MeasuredEvidence,
    st.just(("a.mp4",)),
    st.just(()),
    st.integers(0, 20),
    SHARE,
    st.none() | st.floats(-1.0, 1.0),
)


def ways(condition: Any) -> list[dict[str, Any]]:
    """Every smallest set of answers that makes a condition hold."""
    if "any" in condition:
        return [way for part in condition["any"] for way in ways(part)]
    if "all" in condition:
        joined: list[dict[str, Any]] = [{}]
        for part in condition["all"]:
            joined = [{**one, **other} for one in joined for other in ways(part)]
        return joined
    if "score" in condition:
        return [{"scores": {condition["score"]: condition["at_least"]}}]
    name = condition["question"]
    if "below" in condition:
        return [{name: condition["below"] - 1}]
    if "above" in condition:
        return [{name: condition["above"] + 1}]
    listed = questionnaire().question(name).kind == "choices"
    return [{name: [option] if listed else option} for option in condition["has_any"]]


FLAGS = [(rule, way) for rule in suitability_rules().stop for way in ways(rule.when)]


def with_flag(answers: dict[str, Any], flag: dict[str, Any]) -> dict[str, Any]:
    """The flag among the other answers: added to a list, in place of a single choice."""
    joined = dict(answers)
    for name, value in flag.items():
        if isinstance(value, list):
            joined[name] = [*joined.get(name, []), *value]
        elif isinstance(value, dict):
            joined[name] = {**joined.get(name, {}), **value}
        else:
            joined[name] = value
    return joined


@settings(max_examples=300, deadline=None)
@given(
    answers=ANY_ANSWERS,
    scores=ANY_SCORES,
    recording=ANY_RECORDING,
    flag=st.sampled_from(FLAGS),
)
def test_nothing_silences_a_red_flag(
    answers: dict[str, Any],
    scores: dict[str, float],
    recording: MeasuredEvidence | None,
    flag: tuple[Rule, dict[str, Any]],
) -> None:
    rule, way = flag
    advice = suitability(check_answers(with_flag({**answers, "scores": scores}, way)), recording)
    assert advice.stopped
    assert rule.id in [line.rule for line in advice.of_kind("stop")]
    assert advice.lines[0].kind == "stop"
    assert not advice.of_kind("treatment")


@settings(max_examples=100, deadline=None)
@given(answers=ANY_ANSWERS, recording=ANY_RECORDING)
def test_advice_without_a_stop_waits_for_every_open_question_of_safety(
    answers: dict[str, Any], recording: MeasuredEvidence | None
) -> None:
    advice = suitability(check_answers(answers), recording)
    safety = {row.question for row in advice.missing if row.safety}
    for line in advice.of_kind("treatment"):
        assert not advice.stopped
        assert safety <= set(line.waits_for)


@settings(max_examples=100, deadline=None)
@given(answers=ANY_ANSWERS, recording=ANY_RECORDING)
def test_probability_lies_between_its_limits(
    answers: dict[str, Any], recording: MeasuredEvidence | None
) -> None:
    blush = suitability(check_answers(answers), recording).blush
    low, high = blush.could_be
    assert 0.0 < low <= high < 1.0
    assert blush.value is None or low - 1e-12 <= blush.value <= high + 1e-12


@pytest.mark.parametrize("rule", suitability_rules().stop, ids=lambda rule: rule.id)
def test_a_rule_that_stops_has_no_exceptions(rule: Rule) -> None:
    def exceptions(condition: Any) -> bool:
        parts = [*condition.get("all", []), *condition.get("any", [])]
        return "none" in condition or "derived" in condition or any(map(exceptions, parts))

    assert not exceptions(rule.when)
    assert rule.urgency in ("emergency", "today", "soon")
    assert list(questions_of(rule.when)) or "score" in rule.when
