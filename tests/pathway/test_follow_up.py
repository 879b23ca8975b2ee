"""When to look again after a treatment, what to record, and when to stop."""

from __future__ import annotations

import itertools
import json
import re
from datetime import UTC, date, datetime, timedelta
from importlib.resources import files

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from rubor.errors import InputError
from rubor.pathway import (
    follow_up_calendar,
    follow_up_entries,
    follow_up_schedule,
    follow_up_task,
    follow_up_to_json,
)
from rubor.treatments import catalogue
from rubor.trials.calendar import next_sequence
from rubor.trials.comparison_rules import comparison_rules

TREATED = date(2026, 3, 1)
MADE = datetime(2026, 3, 1, tzinfo=UTC)
TREATMENTS = [entry.id for entry in catalogue()]

# Words that would tell a family or an employer what an entry is about.
TELLING = re.findall(
    r"\S+",
    """
    blush flush redness red rubor face facial skin smile photo record video camera treat treatment
    therapy toxin botox injection needle laser light cream gel tablet medicine medical drug dose
    doctor clinic nurse patient prescriber surgery operation health illness disease symptom side
    effect bruise diary check-up checkup visit appointment anxiety fear follow-up
    """,
)


def weeks(treatment: str, **choices: date | bool) -> list[int]:
    schedule = follow_up_schedule(treatment, TREATED, **choices)  # type: ignore[arg-type]
    return [visit.week for visit in schedule.visits]


def test_after_toxin_come_weeks_2_4_8_12_and_every_4_to_the_end_of_the_published_duration() -> None:
    assert weeks("botulinum_toxin") == [2, 4, 8, 12, 16, 20, 24, 28]


@pytest.mark.parametrize("treatment", TREATMENTS)
def test_every_treatment_has_visits_each_with_something_to_record(treatment: str) -> None:
    schedule = follow_up_schedule(treatment, TREATED)
    assert len(schedule.visits) >= 2
    assert not schedule.may_stop
    assert schedule.source and schedule.strength and schedule.stop_rule
    assert [visit.number for visit in schedule.visits] == list(range(1, len(schedule.visits) + 1))
    for visit in schedule.visits:
        assert visit.due == TREATED + timedelta(weeks=visit.week)
        assert "side_effect_diary" in visit.tasks
        assert all(follow_up_task(task).text for task in visit.tasks)


@given(
    st.sampled_from(TREATMENTS),
    st.dates(date(2000, 1, 1), date(2100, 1, 1)),
    st.integers(0, 1000),
    st.booleans(),
)
def test_visits_never_overlap_and_none_is_due_after_the_end(
    treatment: str, treated_on: date, days: int, side_effect_open: bool
) -> None:
    until = treated_on + timedelta(days=days)
    visits = follow_up_schedule(
        treatment, treated_on, until=until, side_effect_open=side_effect_open
    ).visits
    for visit in visits:
        assert treated_on < visit.first <= visit.due <= visit.last
        assert visit.due <= until
    assert all(one.last < next_.first for one, next_ in itertools.pairwise(visits))


def test_a_later_end_adds_visits_every_4_weeks() -> None:
    assert weeks("botulinum_toxin", until=TREATED + timedelta(weeks=40))[-3:] == [32, 36, 40]
    assert weeks("botulinum_toxin", until=TREATED + timedelta(weeks=5)) == [2, 4]


def test_the_visits_for_the_verdict_lie_within_the_window_of_a_trial() -> None:
    window = comparison_rules().windows["botulinum_toxin"]
    visits = {v.week: v for v in follow_up_schedule("botulinum_toxin", TREATED).visits}
    assert (visits[2].first - TREATED).days >= window.start_days
    assert (visits[4].due - TREATED).days == window.primary_days
    assert (visits[8].last - TREATED).days <= window.end_days


def test_the_smile_is_looked_at_in_weeks_2_and_4_and_as_long_as_a_side_effect_is_there() -> None:
    usual = follow_up_schedule("botulinum_toxin", TREATED).visits
    assert [visit.week for visit in usual if "smile_check" in visit.tasks] == [2, 4]
    assert usual[0].tasks[0] == "smile_check"
    still = follow_up_schedule("botulinum_toxin", TREATED, side_effect_open=True).visits
    assert all("smile_check" in visit.tasks for visit in still)


def test_when_the_response_is_back_later_visits_fall_away_but_the_first_four_stay() -> None:
    back = TREATED + timedelta(weeks=17)
    schedule = follow_up_schedule("botulinum_toxin", TREATED, response_back_on=back)
    assert [visit.week for visit in schedule.visits] == [2, 4, 8, 12, 16]
    assert schedule.may_stop
    early = follow_up_schedule(
        "botulinum_toxin", TREATED, response_back_on=TREATED + timedelta(weeks=8)
    )
    assert [visit.week for visit in early.visits] == [2, 4, 8, 12]


def test_an_open_side_effect_keeps_the_visits_going() -> None:
    schedule = follow_up_schedule(
        "botulinum_toxin",
        TREATED,
        response_back_on=TREATED + timedelta(weeks=17),
        side_effect_open=True,
    )
    assert not schedule.may_stop
    assert schedule.visits[-1].week == 28


def test_days_in_the_wrong_order_and_unknown_treatments_are_refused() -> None:
    with pytest.raises(InputError, match="before the treatment"):
        follow_up_schedule("botulinum_toxin", TREATED, until=date(2026, 2, 1))
    with pytest.raises(InputError, match="before the treatment"):
        follow_up_schedule("botulinum_toxin", TREATED, response_back_on=date(2026, 2, 1))
    with pytest.raises(InputError, match="No treatment is called"):
        follow_up_schedule("leeches", TREATED)


@pytest.mark.parametrize("treatment", TREATMENTS)
def test_the_calendar_tells_nobody_what_it_is_about(treatment: str) -> None:
    schedule = follow_up_schedule(treatment, TREATED)
    text = follow_up_calendar(schedule, MADE, key=f"person-1/{treatment}").replace("\r\n ", "")
    shown = "\n".join(
        line for line in text.split("\r\n") if not line.startswith(("UID:", "PRODID:"))
    ).lower()
    found = [word for word in TELLING if re.search(rf"\b{re.escape(word)}", shown)]
    assert not found
    assert text.count("BEGIN:VEVENT") == len(schedule.visits)
    assert "person-1" not in text


def test_an_entry_keeps_its_name_when_its_days_change() -> None:
    def names(text: str) -> list[str]:
        return re.findall(r"UID:(\S+)", text)

    first = follow_up_schedule("botulinum_toxin", TREATED)
    moved = follow_up_schedule("botulinum_toxin", TREATED + timedelta(days=3))
    before = follow_up_calendar(first, MADE, key="one")
    sequence = next_sequence(before, follow_up_entries(moved, "one"))
    after = follow_up_calendar(moved, MADE, sequence=sequence, key="one")
    assert sequence == 1
    assert names(before) == names(after)
    assert len(set(names(before))) == len(first.visits)
    assert not set(names(before)) & set(names(follow_up_calendar(first, MADE, key="two")))


def test_json_is_as_its_schema_says() -> None:
    path = files("rubor.pathway") / "schemas" / "follow-up.schema.json"
    schema = Draft202012Validator(json.loads(path.read_text(encoding="utf-8")))
    for treatment in TREATMENTS:
        schema.validate(follow_up_to_json(follow_up_schedule(treatment, TREATED)))
