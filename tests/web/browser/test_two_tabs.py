"""The same thing done in two tabs is done once, and the second tab is told."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

STORED = """
from rubor.web.trials.models import Trial
from rubor.web.treatments.models import Treatment
row = Trial.objects.get(pk={trial!r})
treatments = Treatment.objects.filter(trial=row)
answer = [row.recordings.count(), len(row.document["sessions"]), treatments.count()]
"""


def test_a_recording_and_a_treatment_are_put_into_a_trial_once(
    open_page: Callable[..., Any], full_copy: Any
) -> None:
    page = open_page(full_copy)
    page.expected_errors += ["status of 409"]
    keys = full_copy.keys
    trial = f"{full_copy.address}/trials/{keys['closed']}/"
    other = page.context.new_page()
    for tab in (page, other):
        tab.goto(f"{trial}add/{keys['addable']}/")
    for tab in (page, other):
        tab.get_by_role("button", name="Add it to the trial").click()
    page.wait_for_selector("text=The recording is in the trial")
    said = other.locator("main [role=alert]").inner_text()
    assert "already" in said, said

    yesterday = (date.today() - timedelta(days=1)).isoformat()
    for tab in (page, other):
        tab.goto(trial)
        tab.get_by_label("Day of the treatment").fill(yesterday)
    for tab in (page, other):
        tab.get_by_role("button", name="Note the treatment").click()
    page.wait_for_selector("text=The treatment is noted")
    assert other.locator(".messages .error").is_visible()
    assert full_copy.stored(STORED.format(trial=keys["closed"])) == [2, 2, 1]
