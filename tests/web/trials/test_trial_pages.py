"""A trial from the draw to the verdict: one thing to do at a time, refused with cause and cure."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from django.test import Client
from django.utils import timezone
from tests.web.make_recording import measured_recording

from rubor.trials.begin_trial import begin_trial
from rubor.trials.trial import Conditions, Origin, Session, SideResponse
from rubor.web.people.models import Person
from rubor.web.treatments.models import Treatment
from rubor.web.trials.changes import look
from rubor.web.trials.models import Trial as TrialRow
from rubor.web.trials.next_step import next_step
from rubor.web.trials.store import ChangedElsewhereError, create, load, save

BEGIN = {
    "name": "My patch",
    "design": "split-face",
    "treatment": "botulinum_toxin",
    "regions": ["cheek"],
    "smallest_percent": "25",
}
FIRST = date(2026, 3, 2)
TREATED = FIRST + timedelta(days=24)


def begun(person: Person, **options: object) -> TrialRow:
    """A split-face trial whose side is drawn with seed 7: right."""
    trial = begin_trial(
        "My patch",
        "split-face",
        "botulinum_toxin",
        smallest_effect=0.25,
        seed=7,
        now=datetime(2026, 3, 1, 9, tzinfo=UTC),
        **options,  # type: ignore[arg-type]
    )
    return create(person.pk, trial)


def add_recordings(browser: Client, row: TrialRow, person: Person, after: bool) -> None:
    start, days = (TREATED, [21, 28, 35, 42, 49]) if after else (FIRST, [0, 5, 10, 15])
    for number, day in enumerate(days):
        recording = measured_recording(
            person,
            day=start + timedelta(days=day),
            size=0.5 + 0.02 * number,
            treated="right" if after else None,
            treated_factor=0.3 if after else 1.0,
        )
        page = browser.post(f"/trials/{row.pk}/add/{recording.pk}/", {"provocation": "blush"})
        assert page.status_code == 302, page.text


def filled(person: Person, treated_on: date, after: int = 5) -> TrialRow:
    """A trial with recordings already in it: four before, and some after, at 30 % on the right."""
    row = begun(person)
    trial = load(row).treat(treated_on, datetime(2026, 3, 30, tzinfo=UTC))
    days = [-20, -15, -10, -5, *(21 + 6 * number for number in range(after))]
    for number, day in enumerate(days):
        size = 0.5 + 0.03 * (number % 3)
        on = treated_on + timedelta(days=day)
        trial = trial.add(
            Session(
                name=on.isoformat(),
                date=on,
                phase="after" if day > 0 else "before",
                provocation="blush",
                responses={
                    "left": SideResponse(size, 0.03),
                    "right": SideResponse(size * (0.3 if day > 0 else 1.0), 0.03),
                },
                measure="peak of blood_change",
                origin=_origin(number),
                provoked=True,
                conditions=Conditions(make_up=False),
            )
        )
    save(row, trial)
    return row


def _origin(number: int) -> Origin:
    return Origin(
        file="monday.webm",
        sha256=f"{number:064x}",
        method="constructed",
        transfer="srgb",
        range="limited",
        matrix="bt601",
        width=1280,
        height=720,
        reference="background",
        skin_tone="light",
        mirrored=False,
        accepted=True,
        still_photo=False,
    )


def test_beginning_fixes_everything_and_draws_a_side(browser: Client) -> None:
    page = browser.post("/trials/new/", BEGIN)
    row = TrialRow.objects.get()
    assert page.url == f"/trials/{row.pk}/"  # type: ignore[attr-defined]
    trial = load(row)
    assert trial.assignment is not None
    assert trial.assignment.drawn[0] in ("left", "right")
    assert trial.smallest_effect == 0.25
    shown = browser.get(page.url).text  # type: ignore[attr-defined]
    assert f"your own {trial.assignment.drawn[0]} side is treated" in shown


def test_a_hidden_draw_is_shown_only_when_asked_for_and_that_stays_on_record(
    browser: Client,
) -> None:
    browser.post("/trials/new/", {**BEGIN, "blinded": "on"})
    row = TrialRow.objects.get()
    assert "side is treated" not in browser.get(f"/trials/{row.pk}/").text
    browser.post(f"/trials/{row.pk}/reveal/")
    row.refresh_from_db()
    assert "side is treated" in browser.get(f"/trials/{row.pk}/").text
    assert load(row).events[-1].kind == "revealed"


def test_a_treatment_noted_while_the_draw_was_hidden_gets_its_side_when_it_is_shown(
    browser: Client, person: Person
) -> None:
    row = begun(person, blinded=True)
    browser.post(f"/trials/{row.pk}/treated/", {"day": TREATED.isoformat()})
    assert Treatment.objects.get().side == "both"
    browser.post(f"/trials/{row.pk}/reveal/")
    assert Treatment.objects.get().side == "right"


def test_what_cannot_be_compared_is_refused_with_its_cure(browser: Client) -> None:
    page = browser.post("/trials/new/", {**BEGIN, "regions": ["nose"]})
    assert page.status_code == 400
    assert "nose" in page.text
    assert not TrialRow.objects.exists()


def test_a_second_draw_needs_a_reason(browser: Client, person: Person) -> None:
    row = begun(person)
    browser.post(f"/trials/{row.pk}/draw-again/", {"reason": " "})
    row.refresh_from_db()
    assert len(load(row).draws) == 1
    browser.post(f"/trials/{row.pk}/draw-again/", {"reason": "a wound"})
    row.refresh_from_db()
    assert [draw.reason for draw in load(row).draws] == ["first draw", "a wound"]


def test_from_the_draw_to_the_verdict(browser: Client, person: Person) -> None:
    row = begun(person)
    assert next_step(row, today=FIRST).kind == "record"
    add_recordings(browser, row, person, after=False)
    row.refresh_from_db()
    assert next_step(row, today=TREATED).kind == "treat"
    browser.post(f"/trials/{row.pk}/treated/", {"day": TREATED.isoformat()})
    row.refresh_from_db()
    assert Treatment.objects.get().side == "right"
    assert next_step(row, today=TREATED + timedelta(days=3)).kind == "wait"
    assert next_step(row, today=TREATED + timedelta(days=20)).kind == "record"
    add_recordings(browser, row, person, after=True)
    row.refresh_from_db()
    assert next_step(row, today=TREATED + timedelta(days=50)).kind == "open"

    closed = browser.get(f"/trials/{row.pk}/verdict/").text
    assert "The answer is closed" in closed
    assert "smaller" not in closed
    browser.post(f"/trials/{row.pk}/verdict/")
    opened = browser.get(f"/trials/{row.pk}/verdict/").text
    assert "It works: the blush is about" in opened
    assert "You have looked 1 time" in opened
    row.refresh_from_db()
    assert row.verdict is not None
    low, high = row.verdict["interval_95"]
    assert low < 0.7 < high


def test_looking_early_is_allowed_and_said(browser: Client, person: Person) -> None:
    row = filled(person, timezone.localdate() - timedelta(days=30), after=1)
    page = browser.get(f"/trials/{row.pk}/verdict/")
    assert "Not everything that was planned is there yet" in page.text


def test_an_answer_of_before_a_change_is_marked(browser: Client, person: Person) -> None:
    row = filled(person, TREATED)
    look(row)
    name = load(row).sessions[0].name
    browser.post(f"/trials/{row.pk}/leave-out/", {"session": name, "reason": "wrong date"})
    page = browser.get(f"/trials/{row.pk}/verdict/").text
    assert "The trial has changed since you looked" in page


def test_a_recording_that_breaks_the_comparison_is_refused_and_nothing_changes(
    browser: Client, person: Person
) -> None:
    row = begun(person)
    recording = measured_recording(
        person,
        day=FIRST,
        conditions={"medicines": [{"name": "brimonidine gel", "hours_before": 3.0}]},
    )
    page = browser.post(f"/trials/{row.pk}/add/{recording.pk}/", {"provocation": "blush"})
    assert page.status_code == 409
    assert "What helps:" in page.text
    row.refresh_from_db()
    assert load(row).sessions == ()


def test_a_file_is_offered_a_try_out_or_changed_colours_are_not(
    browser: Client, person: Person
) -> None:
    row = begun(person)
    file = measured_recording(person, day=FIRST, protocol={}, path_check={}, title="file")
    wrong = measured_recording(
        person, day=FIRST + timedelta(days=3), path_check={"ok": False}, title="wrong"
    )
    short = measured_recording(
        person, day=FIRST + timedelta(days=6), protocol={"version": "1-short"}, title="short"
    )
    page = browser.get(f"/trials/{row.pk}/").text
    assert f"/add/{file.pk}/" in page
    for one, reason in ((wrong, "changed by the browser"), (short, "try-out")):
        assert f"/add/{one.pk}/" not in page
        refused = browser.post(f"/trials/{row.pk}/add/{one.pk}/", {"provocation": "blush"})
        assert refused.status_code == 409
        assert reason in refused.text


def test_a_recording_that_is_not_for_the_trial_is_not_offered_again(
    browser: Client, person: Person
) -> None:
    row = begun(person)
    recording = measured_recording(person, day=FIRST)
    assert f"/add/{recording.pk}/" in browser.get(f"/trials/{row.pk}/").text
    browser.post(f"/trials/{row.pk}/pass-over/{recording.pk}/")
    assert f"/add/{recording.pk}/" not in browser.get(f"/trials/{row.pk}/").text
    browser.post(f"/trials/{row.pk}/pass-over/{recording.pk}/")
    assert f"/add/{recording.pk}/" in browser.get(f"/trials/{row.pk}/").text


def test_the_same_recording_is_not_added_twice(browser: Client, person: Person) -> None:
    row = begun(person)
    recording = measured_recording(person, day=FIRST)
    url = f"/trials/{row.pk}/add/{recording.pk}/"
    assert browser.post(url, {"provocation": "blush"}).status_code == 302
    assert browser.post(url, {"provocation": "blush"}).status_code == 409
    row.refresh_from_db()
    assert len(load(row).sessions) == 1


def test_of_two_tabs_only_the_first_changes_a_trial(person: Person) -> None:
    row = begun(person)
    other = TrialRow.objects.get(pk=row.pk)
    save(row, load(row).reveal(timezone.now()))
    with pytest.raises(ChangedElsewhereError):
        save(other, load(other))


def test_a_treatment_to_come_is_not_noted(browser: Client, person: Person) -> None:
    row = begun(person)
    day = timezone.localdate() + timedelta(days=2)
    page = browser.post(f"/trials/{row.pk}/treated/", {"day": day.isoformat()}, follow=True)
    assert "still to come" in page.text
    assert not Treatment.objects.exists()


def test_a_wrong_day_of_treatment_is_put_right_in_both_places(
    browser: Client, person: Person
) -> None:
    row = begun(person)
    browser.post(f"/trials/{row.pk}/treated/", {"day": "2026-03-20"})
    correction = {"wrong": "2026-03-20", "day": "2026-03-19", "reason": "slip"}
    browser.post(f"/trials/{row.pk}/correct/", correction)
    row.refresh_from_db()
    assert load(row).treated_on == (date(2026, 3, 19),)
    assert Treatment.objects.get().treated_on == date(2026, 3, 19)


def test_another_persons_trial_is_not_found(
    browser: Client, person: Person, other_person: Person
) -> None:
    row = begun(other_person)
    recording = measured_recording(person, day=FIRST)
    for address in ("", "verdict/", "delete/", f"add/{recording.pk}/", "verdict/report.pdf"):
        assert browser.get(f"/trials/{row.pk}/{address}").status_code == 404
    for address in ("treated/", "reveal/", "end/", "leave-out/", "draw-again/", "correct/"):
        assert browser.post(f"/trials/{row.pk}/{address}").status_code == 404


def test_another_persons_recording_cannot_be_added(
    browser: Client, person: Person, other_person: Person
) -> None:
    row = begun(person)
    recording = measured_recording(other_person, day=FIRST)
    assert browser.get(f"/trials/{row.pk}/add/{recording.pk}/").status_code == 404


def test_deleting_a_trial_keeps_its_recordings(browser: Client, person: Person) -> None:
    row = begun(person)
    recording = measured_recording(person, day=FIRST)
    browser.post(f"/trials/{row.pk}/add/{recording.pk}/", {"provocation": "blush"})
    assert "Delete the trial?" in browser.get(f"/trials/{row.pk}/delete/").text
    browser.post(f"/trials/{row.pk}/delete/")
    assert not TrialRow.objects.exists()
    recording.refresh_from_db()


def test_the_planner_simulates_trials_of_the_plan(browser: Client) -> None:
    plan = {
        "design": "split-face",
        "before": "4",
        "after": "10",
        "reduction_percent": "50",
        "smallest_percent": "25",
    }
    page = browser.get("/trials/planner/", plan)
    assert page.status_code == 200
    assert "of 100 such trials the answer would be: it works" in page.text


def test_the_downloads_of_an_opened_answer(browser: Client, person: Person) -> None:
    row = filled(person, TREATED)
    assert browser.get(f"/trials/{row.pk}/verdict/report.pdf").status_code == 404
    look(row)
    for name, start in (
        ("report.pdf", b"%PDF"),
        ("report.html", b"<!doctype html>"),
        ("responses.csv", b"session,"),
        ("verdict.json", b"{"),
    ):
        answer = browser.get(f"/trials/{row.pk}/verdict/{name}")
        assert answer.content.lower().startswith(start.lower()), name
        assert "attachment" in answer.headers["Content-Disposition"]


def test_the_list_costs_the_same_for_many_trials(
    browser: Client, person: Person, django_assert_max_num_queries: object
) -> None:
    for _ in range(12):
        begun(person)
    with django_assert_max_num_queries(8):  # type: ignore[operator]
        assert browser.get("/trials/").status_code == 200
