"""The planner: how likely a trial would find an effect, before anyone is injected."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from rubor.errors import InputError
from rubor.web.people.middleware import PersonRequest
from rubor.web.people.with_person import with_person
from rubor.web.trials.forms import PlannerForm
from rubor.web.trials.store import load

__all__ = ["planner"]

_TRIALS = 1000
_SEED = 1


@with_person
@require_safe
def planner(request: PersonRequest) -> HttpResponse:
    """Simulated trials of the plan, analysed as one's own would be; with one's own scatter if known."""
    initial = {"smallest_percent": round(100 * request.person.smallest_effect)}
    asked = "design" in request.GET
    form = PlannerForm(request.GET if asked else None, initial=initial)
    answer: dict[str, Any] | None = None
    problem: InputError | None = None
    noise_from = _own_noise(request)
    if asked and form.is_valid():
        try:
            answer = _answer(form.cleaned_data, noise_from)
        except InputError as error:
            problem = error
    return render(
        request,
        "trials/planner.html",
        {"form": form, "answer": answer, "problem": problem, "own_noise": noise_from},
        status=400 if problem or (asked and form.errors) else 200,
    )


def _own_noise(request: PersonRequest) -> Any:
    """The scatter of the latest trial with enough recordings before its treatment."""
    from rubor.trials.measured_noise import measured_noise

    for row in request.person.trials.all()[:5]:
        try:
            return measured_noise(load(row))
        except InputError:
            continue
    return None


def _answer(plan: dict[str, Any], noise: Any) -> dict[str, Any]:
    from rubor.trials.power import Question, recordings_for_power, trial_power
    from rubor.trials.simulated_trials import TrialNoise

    question = Question(
        design=plan["design"],
        before=plan["before"],
        after=plan["after"],
        reduction=plan["reduction_percent"] / 100.0,
        smallest_meaningful=plan["smallest_percent"] / 100.0,
        noise=noise if noise is not None else TrialNoise(),
    )
    power = trial_power(question, trials=_TRIALS, seed=_SEED)
    enough, reached = recordings_for_power(question, trials=_TRIALS // 2, seed=_SEED)
    return {
        "power": power,
        "rows": {
            "works": round(100 * power.works),
            "looking": round(100 * power.works_at_any_look),
            "nothing": round(100 * power.no_meaningful_effect),
            "worse": round(100 * power.worse),
            "not_yet": round(100 * power.not_enough_yet),
        },
        "enough": enough,
        "reached": round(100 * reached),
        "alternating": plan["design"] == "alternating",
    }
