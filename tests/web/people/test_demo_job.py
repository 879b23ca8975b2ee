"""The simulated person can be looked at on every page: recordings, a trial, a treatment, a diary."""

from __future__ import annotations

import pytest

from rubor.pathway import side_effect
from rubor.web.people.demo_job import _DIARY


def test_the_diary_of_the_simulated_person_names_side_effects_that_exist() -> None:
    for _, kind, noted in _DIARY:
        if kind == "side effect":
            assert "botulinum_toxin" in side_effect(noted["effect"]).treatments


@pytest.mark.slow
def test_the_simulated_person_comes_with_everything(db: None) -> None:
    from rubor.web.jobs.models import Job
    from rubor.web.people.demo_job import ask_for_demo, run

    person = ask_for_demo()
    run(Job.objects.get(), lambda done, total, unit: None)
    assert person.recordings.filter(state="measured").count() == 7
    assert person.trials.count() == person.treatments.count() == 1
    assert person.entries.count() == len(_DIARY)
