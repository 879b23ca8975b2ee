"""How the effect of a treatment comes and goes, as its trial's opened answer has it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from math import log
from typing import TYPE_CHECKING, Any, Final

from django.utils.formats import number_format
from django.utils.translation import gettext as _

from rubor.web.trials.models import Trial as TrialRow

if TYPE_CHECKING:
    from rubor.treatments.priors import Prior
    from rubor.trials import Verdict

__all__ = ["OpenedAnswer", "measured_duration", "opened_answer", "wear_off_chart"]

# Half the width of an 80 % interval in standard deviations.
_REACH_80: Final = 1.2815515655446004


@dataclass(frozen=True)
class OpenedAnswer:
    """The answer of a trial that the person has opened.

    Attributes:
        row: the trial.
        verdict: as it was when it was opened last.
        stale: whether the trial has changed since.
    """

    row: TrialRow
    verdict: Verdict
    stale: bool

    @property
    def tone(self) -> str:
        """Class of the page's colour."""
        from rubor.web.trials.verdict_words import tone_class

        return tone_class(self.verdict)

    @property
    def headline(self) -> str:
        """The verdict as one sentence."""
        from rubor.web.trials.verdict_words import headline_words

        return headline_words(self.verdict)

    @property
    def reduction(self) -> str:
        """The reduction with the interval that holds however often one looks."""
        from rubor.report.trial_words import share
        from rubor.web.trials.verdict_words import interval_words

        if self.verdict.verdict == "invalid":
            return ""
        words = {
            "value": share(abs(self.verdict.reduction)),
            "interval": interval_words(*self.verdict.always_valid_interval_95),
        }
        if self.verdict.reduction < 0.0:
            return (
                _("%(value)s larger (reduction, 95 %% however often one looks: %(interval)s)")
                % words
            )
        return _("%(value)s smaller (95 %%, however often one looks: %(interval)s)") % words

    @property
    def duration(self) -> list[str]:
        """How long the effect lasts, and when to think of another treatment."""
        from rubor.web.trials.verdict_words import duration_words

        return duration_words(self.verdict)

    @property
    def duration_short(self) -> str:
        """Months until half of it is gone, with its interval; empty where not known."""
        wear_off = self.verdict.wear_off
        if wear_off is None or self.verdict.verdict != "works":
            return ""
        low, high = wear_off.duration_interval_80
        return _("%(months)s months (80 %%: %(low)s to %(high)s)") % {
            "months": number_format(wear_off.duration_months, 1),
            "low": number_format(low, 1),
            "high": number_format(high, 1),
        }


def opened_answer(row: TrialRow | None) -> OpenedAnswer | None:
    """The answer of a trial; None while it is closed."""
    from rubor.trials import Verdict

    if row is None or row.verdict is None or not row.looks:
        return None
    return OpenedAnswer(
        row, Verdict.from_json(row.verdict), row.looks[-1]["version"] != row.version
    )


def wear_off_chart(answer: OpenedAnswer) -> dict[str, Any] | None:
    """What `js/trials/verdict.js` draws the course from; None where there is none of now."""
    from rubor.trials.trial_answer import TrialAnswer
    from rubor.trials.trial_table import trial_responses
    from rubor.web.trials.store import load
    from rubor.web.trials.verdict_chart import chart

    if answer.stale or answer.verdict.wear_off is None:
        return None
    trial = load(answer.row)
    responses = trial_responses(trial)
    if answer.verdict.provocation is not None:
        responses = responses[responses["provocation"] == answer.verdict.provocation]
    drawn = chart(
        TrialAnswer(answer.verdict, (), responses, trial, trial.treated_on, datetime.now(UTC), ())
    )
    course: dict[str, Any] | None = drawn["wear_off"]
    return course


def measured_duration(answer: OpenedAnswer | None) -> Prior | None:
    """How long the effect lasts in this person, for costs; None where it was not measured."""
    from rubor.treatments.priors import Prior

    if answer is None or answer.verdict.verdict != "works" or answer.verdict.wear_off is None:
        return None
    wear_off = answer.verdict.wear_off
    low, high = wear_off.duration_interval_80
    return Prior(
        "lognormal",
        wear_off.duration_months,
        max(log(high / low) / (2.0 * _REACH_80), 1e-9),
        _("your own trial"),
        "own",
    )
