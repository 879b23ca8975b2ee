"""A trial is answered by what it fixed beforehand, and names what was done to it."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from jsonschema import Draft202012Validator

from rubor.errors import InputError
from rubor.trials.analyse import analyse
from rubor.trials.assignment import draw_pairs, draw_side, draw_start_date
from rubor.trials.compared_area import compared_regions
from rubor.trials.measured_noise import measured_noise
from rubor.trials.simulated_trials import TrialNoise
from rubor.trials.trial import Session, SideResponse, Trial
from rubor.trials.trial_answer import answer_table, answer_trial, write_answer
from rubor.trials.trial_table import shared_errors_once, trial_responses

MakeSession = Callable[..., Session]
NOW = datetime(2026, 9, 1, 12, 0, tzinfo=UTC)
TREATED_ON = date(2026, 2, 1)
# Days before and after the treatment on which there is a recording.
BEFORE, AFTER = (-28, -21, -14, -7), (16, 23, 30, 40, 50)


def responses_of(left: float, right: float, sd: float = 0.02) -> dict[str, SideResponse]:
    return {
        "left": SideResponse(left, sd),
        "right": SideResponse(right, sd),
        "whole": SideResponse((left + right) / 2.0, sd),
    }


@pytest.fixture
def treated_patch(
    split_face: Trial, session_on: MakeSession, made_at: datetime
) -> Callable[..., Trial]:
    """`treated_patch(reduction)`: four recordings before, five after; the right side is treated."""

    def make(reduction: float, provocation: str = "blush", cycles: int = 1) -> Trial:
        random = np.random.default_rng(4)
        trial = split_face
        for cycle in range(cycles):
            treated_on = TREATED_ON + timedelta(days=150 * cycle)
            trial = trial.treat(treated_on, made_at)
            for days in (*(BEFORE if cycle == 0 else ()), *AFTER):
                level = 0.4 * np.exp(0.25 * random.standard_normal())
                side = np.exp(0.08 * random.standard_normal())
                kept = 1.0 - reduction if days > 0 else 1.0
                trial = trial.add(
                    session_on(
                        (treated_on + timedelta(days=days)).isoformat(),
                        phase="after" if days > 0 else "before",
                        provocation=provocation,
                        responses=responses_of(level, level * side * kept),
                    )
                )
        return trial

    return make


def test_an_effect_is_found(treated_patch: Callable[..., Trial]) -> None:
    answer = answer_trial(treated_patch(0.6), NOW)
    assert answer.verdict.verdict == "works"
    assert answer.verdict.claim == "caused"
    low, high = answer.verdict.interval_95
    assert low < 0.6 < high


def test_it_is_the_same_verdict_as_of_the_table_alone(
    treated_patch: Callable[..., Trial],
) -> None:
    trial = treated_patch(0.6)
    table = trial_responses(trial)
    alone = analyse(table, "split-face", TREATED_ON, provocation="blush", cycle=1)
    assert answer_trial(trial, NOW).verdict == alone


def test_the_smallest_effect_is_that_of_the_trial(treated_patch: Callable[..., Trial]) -> None:
    strict = replace(treated_patch(0.6), smallest_effect=0.9)
    assert answer_trial(strict, NOW).verdict.smallest_meaningful == 0.9


def test_a_second_draw_and_a_recording_left_out_are_named(
    split_face: Trial, treated_patch: Callable[..., Trial], made_at: datetime
) -> None:
    again = draw_side(9, made_at, "a wound on that side")
    trial = replace(treated_patch(0.6), draws=(*split_face.draws, again))
    trial = trial.leave_out(trial.sessions[0].name, "somebody spoke to me", made_at)
    reasons = " ".join(answer_trial(trial, NOW).verdict.reasons)
    assert "drawn again on 2026-01-05: a wound on that side" in reasons
    assert "somebody spoke to me" in reasons


def test_a_draw_after_the_treatment_decided_nothing(treated_patch: Callable[..., Trial]) -> None:
    trial = replace(treated_patch(0.6), draws=(draw_side(7, NOW),))
    verdict = answer_trial(trial, NOW).verdict
    assert (verdict.verdict, verdict.claim) == ("works", "changed")
    assert "drawn on 2026-09-01, after the treatment of 2026-02-01" in " ".join(verdict.reasons)


def test_blush_and_flush_have_verdicts_of_their_own(
    treated_patch: Callable[..., Trial], session_on: MakeSession
) -> None:
    trial = treated_patch(0.6)
    for number, days in enumerate((*BEFORE, *AFTER)):
        trial = trial.add(
            session_on(
                (TREATED_ON + timedelta(days=days)).isoformat(),
                name=f"flush {number}",
                phase="after" if days > 0 else "before",
                provocation="flush",
                responses=responses_of(0.5 + 0.02 * (number % 3), 0.5),
            )
        )
    answer = answer_trial(trial, NOW)
    assert (answer.verdict.provocation, answer.verdict.verdict) == ("blush", "works")
    (flush,) = answer.further
    assert flush.provocation == "flush"
    assert flush.reduction < 0.2
    assert set(answer.responses["provocation"]) == {"blush"}


def test_each_treatment_has_its_verdict_unless_they_are_pooled(
    treated_patch: Callable[..., Trial],
) -> None:
    trial = treated_patch(0.6, cycles=2)
    answer = answer_trial(trial, NOW)
    assert [answer.verdict.cycle, *(one.cycle for one in answer.further)] == [2, 1]
    pooled = answer_trial(trial, NOW, pool_cycles=True)
    assert pooled.verdict.cycle is None and pooled.further == ()
    assert pooled.verdict.recordings_after == 10


def test_a_recording_in_which_nothing_was_provoked_does_not_count(
    treated_patch: Callable[..., Trial], session_on: MakeSession
) -> None:
    trial = treated_patch(0.6)
    quiet = session_on(
        "2026-03-05", phase="after", provoked=False, responses=responses_of(0.0, 0.0)
    )
    with_quiet = answer_trial(trial.add(quiet), NOW).verdict
    assert with_quiet.recordings_after == answer_trial(trial, NOW).verdict.recordings_after
    assert any("nothing was provoked" in reason for reason in with_quiet.reasons)


def test_a_drawn_start_lets_a_change_be_caused(
    before_after: Trial, session_on: MakeSession, made_at: datetime
) -> None:
    days = [date(2026, 1, 11) + timedelta(weeks=3 * number) for number in range(3)]
    seed = next(
        seed for seed in range(99) if draw_start_date(days, seed, made_at).drawn == ("2026-02-01",)
    )
    trial = replace(before_after, draws=(draw_start_date(days, seed, made_at),))
    trial = trial.treat(TREATED_ON, made_at)
    for days_after in (*BEFORE, *AFTER):
        kept = 0.3 if days_after > 0 else 1.0
        trial = trial.add(
            session_on(
                (TREATED_ON + timedelta(days=days_after)).isoformat(),
                phase="after" if days_after > 0 else "before",
                responses=responses_of(0.4 * kept, 0.4 * kept),
            )
        )
    verdict = answer_trial(trial, NOW).verdict
    assert verdict.claim == "caused"
    assert verdict.randomisation_p is not None
    assert answer_trial(replace(trial, draws=()), NOW).verdict.claim == "changed"


def test_without_a_treatment_there_is_nothing_to_compare(
    split_face: Trial, session_on: MakeSession
) -> None:
    with pytest.raises(InputError, match="No treatment has been noted"):
        answer_trial(split_face.add(session_on("2026-01-10")), NOW)


# --- errors that both sides share -----------------------------------------------------------------


def test_a_drift_of_the_light_is_counted_once(split_face: Trial, session_on: MakeSession) -> None:
    session = session_on("2026-01-10", responses=responses_of(0.4, 0.4, 0.06), covariance=0.003)
    trial = split_face.add(session)
    table = shared_errors_once(trial_responses(trial), trial)
    treated, untreated = (
        float(table.loc[table["treated"] == which, "response_sd"].iloc[0])
        for which in (True, False)
    )
    assert treated == 0.06
    assert untreated == pytest.approx((0.06**2 - 0.003) ** 0.5)
    # Never less than the variance that "treated less k times untreated" truly has.
    for kept in np.linspace(0.0, 2.0, 21):
        true = 0.06**2 * (1.0 + kept**2) - 2.0 * kept * 0.003
        assert treated**2 + kept**2 * untreated**2 >= true - 1e-12


def test_errors_that_share_everything_leave_some(
    split_face: Trial, session_on: MakeSession
) -> None:
    session = session_on("2026-01-10", responses=responses_of(0.4, 0.4, 0.06), covariance=0.0036)
    trial = split_face.add(session)
    assert (shared_errors_once(trial_responses(trial), trial)["response_sd"] > 0.0).all()


# --- tables and files -----------------------------------------------------------------------------


def test_a_table_needs_no_trial(treated_patch: Callable[..., Trial]) -> None:
    table = trial_responses(treated_patch(0.6))
    answer = answer_table(table, "split-face", [TREATED_ON], NOW)
    assert answer.verdict.verdict == "works"
    assert answer.trial is None


def test_the_files_are_written_and_follow_the_schema(
    treated_patch: Callable[..., Trial], tmp_path: Path
) -> None:
    answer = answer_trial(treated_patch(0.6), NOW)
    written = write_answer(answer, tmp_path)
    assert [path.name for path in written] == ["verdict.json", "follow-up.ics"]
    document = json.loads((tmp_path / "verdict.json").read_text(encoding="utf-8"))
    schema = json.loads(
        (files("rubor.trials") / "schemas" / "verdict.schema.json").read_text(encoding="utf-8")
    )
    assert [error.message for error in Draft202012Validator(schema).iter_errors(document)] == []


def test_the_calendar_says_nothing_of_health(
    treated_patch: Callable[..., Trial], tmp_path: Path
) -> None:
    write_answer(answer_trial(treated_patch(0.6), NOW), tmp_path)
    text = (tmp_path / "follow-up.ics").read_text(encoding="utf-8").lower()
    for word in ("blush", "flush", "red", "face", "toxin", "treat", "skin", "inject", "patch"):
        assert word not in text.replace("rubor", "")


def test_a_moved_date_keeps_its_entry_and_counts_up(
    treated_patch: Callable[..., Trial], tmp_path: Path, session_on: MakeSession
) -> None:
    def entry(name: str) -> str:
        lines = (tmp_path / "follow-up.ics").read_text(encoding="utf-8").splitlines()
        return next(line for line in lines if line.startswith(name))

    trial = treated_patch(0.6)
    write_answer(answer_trial(trial, NOW), tmp_path)
    uid = entry("UID")
    write_answer(answer_trial(trial, NOW + timedelta(days=1)), tmp_path)
    assert (entry("UID"), entry("SEQUENCE")) == (uid, "SEQUENCE:0")
    later = session_on("2026-07-20", phase="after", responses=responses_of(0.4, 0.17))
    write_answer(answer_trial(trial.add(later), NOW), tmp_path)
    assert (entry("UID"), entry("SEQUENCE")) == (uid, "SEQUENCE:1")


def test_an_earlier_calendar_goes_when_there_is_no_effect_to_wear_off(
    treated_patch: Callable[..., Trial], tmp_path: Path
) -> None:
    (tmp_path / "follow-up.ics").write_text("old", encoding="utf-8")
    write_answer(answer_trial(treated_patch(0.0), NOW), tmp_path)
    assert not (tmp_path / "follow-up.ics").exists()


def test_further_verdicts_get_files_of_their_own(
    treated_patch: Callable[..., Trial], tmp_path: Path
) -> None:
    written = write_answer(answer_trial(treated_patch(0.6, cycles=2), NOW), tmp_path)
    assert "verdict-blush-cycle-1.json" in [path.name for path in written]


@pytest.mark.parametrize("change", [{"date": pd.NaT}, {"response": float("nan")}])
def test_a_broken_table_is_refused_in_plain_words(
    treated_patch: Callable[..., Trial], change: dict[str, Any]
) -> None:
    table = trial_responses(treated_patch(0.6)).assign(**change)
    with pytest.raises(InputError):
        answer_table(table, "split-face", [TREATED_ON], NOW)


# --- alternating ----------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["pairs of sides", "pairs of days"])
def test_an_alternating_trial_is_answered_by_its_own_draws(
    alternating: Trial, session_on: MakeSession, made_at: datetime, kind: str
) -> None:
    between = kind == "pairs of sides"
    draw = draw_pairs(kind, 8, 3, made_at)  # type: ignore[arg-type]
    trial = replace(
        alternating, draws=(draw,), compared=compared_regions(["cheek"], between_sides=between)
    )
    random = np.random.default_rng(2)
    for occasion, drawn in enumerate(draw.drawn, start=1):
        level = 0.4 * np.exp(0.1 * random.standard_normal())
        uneven = np.exp(0.1 * random.standard_normal())
        kept = {side: 0.4 if drawn in (side, "treated") else 1.0 for side in ("left", "right")}
        trial = trial.add(
            session_on(
                (date(2026, 3, 1) + timedelta(days=2 * occasion)).isoformat(),
                phase="after",
                occasion=occasion,
                responses=responses_of(level * kept["left"], level * uneven * kept["right"]),
            )
        )
    verdict = answer_trial(trial, NOW).verdict
    assert verdict.claim == "caused"
    assert verdict.randomisation_p is not None and verdict.randomisation_p < 0.05
    low, high = verdict.interval_95
    assert low < 0.6 < high
    assert verdict.verdict == "works"


# --- planning from what was recorded ----------------------------------------------------------------


def test_the_scatter_of_the_baseline_is_measured_without_that_of_the_measurement(
    split_face: Trial, session_on: MakeSession
) -> None:
    random = np.random.default_rng(5)
    trial, error = split_face, 0.03
    for number in range(60):
        level = 0.4 * np.exp(0.3 * random.standard_normal())
        uneven = np.exp(0.2 * random.standard_normal() + 0.1)
        errors = error * random.standard_normal(2)
        trial = trial.add(
            session_on(
                (date(2025, 1, 1) + timedelta(days=3 * number)).isoformat(),
                responses=responses_of(level + errors[0], level * uneven + errors[1], error),
            )
        )
    noise = measured_noise(trial)
    # 60 recordings tell a standard deviation to within 20 %, at 95 %.
    assert noise.side_sd == pytest.approx(0.2, rel=0.2)
    assert noise.level_sd == pytest.approx(np.hypot(0.3, 0.1), rel=0.2)
    assert noise.response_sd == pytest.approx(error)


def test_two_recordings_do_not_tell_a_scatter(split_face: Trial, session_on: MakeSession) -> None:
    trial = split_face.add(session_on("2026-01-10")).add(session_on("2026-01-17"))
    with pytest.raises(InputError, match="do not tell this person's scatter"):
        measured_noise(trial)


def test_a_scatter_of_few_recordings_is_drawn_towards_the_usual_one(
    split_face: Trial, session_on: MakeSession
) -> None:
    """Three recordings that happen to agree do not promise that the next ones will."""
    trial = split_face
    for day in ("2026-01-10", "2026-01-17", "2026-01-24"):
        trial = trial.add(session_on(day, responses=responses_of(0.4, 0.4, 0.01)))
    assert 0.10 < measured_noise(trial).side_sd < TrialNoise().side_sd
