"""From a table of responses to a verdict."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Final, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from rubor._version import __version__
from rubor.errors import InputError
from rubor.treatments import Prior, treatment_names, treatment_priors
from rubor.trials.alternating import alternating_pairs, compare_pairs
from rubor.trials.before_after import (
    UntreatedCourse,
    compare_phases,
    course_series,
    start_date_p,
    usual_course,
)
from rubor.trials.comparison import MINIMUM_PER_PHASE, Comparison
from rubor.trials.comparison_rules import Window, comparison_rules, usual_window
from rubor.trials.effect_sizes import EffectSize, log_response_ratio
from rubor.trials.non_overlap import (
    NonOverlap,
    non_overlap_of_all_pairs,
    tau,
    tau_baseline_corrected,
)
from rubor.trials.phase_ratios import PhaseRatios, Series
from rubor.trials.posterior import reduction_posterior
from rubor.trials.recordings_needed import recordings_needed
from rubor.trials.reduction_limits import reduction_limits
from rubor.trials.response_table import (
    Design,
    Recordings,
    check_responses,
    face_recordings,
    pair_sides,
)
from rubor.trials.split_face import compare_sides, side_series
from rubor.trials.verdict import Verdict, settled
from rubor.trials.verdict_rules import VerdictWord, decide
from rubor.trials.verdict_words import reasons, would_change_it
from rubor.trials.wear_off import WearOff, estimate_wear_off

__all__ = ["METHOD", "NO_COURSE", "Day", "analyse", "analyse_each"]

FloatArray = npt.NDArray[np.float64]
Day = date | str | pd.Timestamp

METHOD: Final = "trial-1"
"""Changes whenever the same table would give another verdict."""

NO_COURSE: Final = UntreatedCourse(None, None, None)
"""Takes nothing off a before-after change."""

_USUAL_TREATMENT: Final = "botulinum_toxin"
_LIKELY: Final = 0.5


@dataclass(frozen=True)
class _Compared:
    """One trial, compared: what the verdict and what follows from it need."""

    comparison: Comparison
    before: FloatArray
    after: FloatArray
    whole: Series | None
    notes: tuple[str, ...]


def analyse(
    responses: pd.DataFrame,
    design: str,
    treated_on: Day | Sequence[Day] | None = None,
    *,
    treatment: str | None = None,
    smallest_meaningful: float | None = None,
    window: Window | None = None,
    prior: Prior | Literal["usual", "off"] = "usual",
    course: UntreatedCourse | None = None,
    provocation: str | None = None,
    cycle: int | None = None,
    pool_cycles: bool = False,
    start_candidates: Sequence[Day] = (),
    broken: Sequence[str] = (),
    notes: Sequence[str] = (),
) -> Verdict:
    """Analyse one trial.

    Args:
        responses: one row per recording and side, columns as in
            `rubor.trials.response_table.check_responses`.
        design: `split-face`, `before-after` or `alternating`.
        treated_on: day of the treatment, or of each one in order; not for alternating trials.
        treatment: name in `rubor.treatments`; None: botulinum toxin, and none for alternating trials.
            Of a treatment without priors nothing is believed beforehand.
        smallest_meaningful: the smallest reduction that matters; None: 0.25.
        window: days after the treatment that count for the verdict; None: the treatment's own. Later
            ones feed the wear-off.
        prior: of the reduction: the treatment's own, `off`, or another. It moves
            `probability_meaningful` and the thirds, never the intervals.
        course: what is taken off a before-after change as expected anyway; None: the usual one,
            `NO_COURSE`: nothing.
        provocation: which one to analyse, where the table has several.
        cycle: which treatment to analyse; None: the last one.
        pool_cycles: analyse all treatments as one.
        start_candidates: dates among which `treated_on` was drawn (before-after).
        broken: reasons found elsewhere why the comparison does not stand; the verdict is `invalid`.
        notes: sentences that the verdict shall name, such as a second draw.

    Returns:
        The verdict.

    Raises:
        InputError: what is missing in the table, and what to do.

    >>> rows = []
    >>> for i, phase in enumerate(["before"] * 4 + ["after"] * 4):
    ...     day = f"2026-0{1 + i // 4}-{5 + 6 * (i % 4):02}"
    ...     for side in ("left", "right"):
    ...         share = 0.4 if phase == "after" and side == "left" else 1.0
    ...         rows.append((f"s{i}", day, phase, side, side == "left", 0.4 * share, 0.02))
    >>> columns = ["session", "date", "phase", "side", "treated", "response", "response_sd"]
    >>> table = pd.DataFrame(rows, columns=columns)
    >>> verdict = analyse(table, "split-face", "2026-01-24", window=Window(10, 28, 56))
    >>> verdict.verdict, round(verdict.reduction, 2)
    ('works', 0.6)
    """
    table = check_responses(responses, design)
    checked: Design = design  # type: ignore[assignment]
    smallest = (
        comparison_rules().smallest_effect if smallest_meaningful is None else smallest_meaningful
    )
    if not 0.0 < smallest < 1.0:
        raise InputError(
            f"A smallest reduction that matters of {smallest:g} is not a share of the response.",
            "Give a number between 0 and 1, such as 0.25.",
        )
    name = treatment or (None if checked == "alternating" else _USUAL_TREATMENT)
    rows, provoked_by = _one_provocation(table.rows, provocation)
    rows, number, cycle_notes = _one_cycle(rows, cycle, pool_cycles)
    belief = _prior(prior, name)
    if checked == "alternating":
        compared = _alternating(rows)
        days: dict[int, date] = {}
    else:
        days = _days_of_treatment(treated_on, rows)
        chosen = window or usual_window(name or "")
        course_used = usual_course() if course is None else course
        candidates = [_day(one) for one in start_candidates]
        compared = _phases(rows, checked, days, chosen, course_used, candidates)
    comparison = replace(compared.comparison, broken=(*broken, *compared.comparison.broken))
    reduction = reduction_limits(comparison.contrast)
    posterior = reduction_posterior(comparison.contrast, belief)
    enough = np.array([min(comparison.before, comparison.after) >= MINIMUM_PER_PHASE])
    word: VerdictWord = (
        "invalid" if comparison.broken else decide(comparison.contrast, smallest, belief, enough)[0]
    )
    needed = recordings_needed(comparison, reduction, smallest) if word == "not enough yet" else 0
    wear_off, wear_off_note = _wear_off(
        compared, days.get(number or min(days, default=1)), name, posterior.above(smallest), word
    )
    verdict = Verdict(
        verdict=word,
        claim=comparison.claim,
        design=checked,
        provocation=provoked_by,
        cycle=number,
        recordings_before=comparison.before,
        recordings_after=comparison.after,
        reduction=reduction.value,
        interval_95=reduction.interval_95,
        always_valid_interval_95=reduction.always_valid_interval_95,
        between_sd=comparison.between_sd,
        randomisation_p=comparison.randomisation_p,
        randomisation_note=comparison.randomisation_note,
        probability_meaningful=posterior.above(smallest),
        smallest_meaningful=smallest,
        prior=_prior_in_words(belief),
        thirds=posterior.thirds(),
        recordings_needed=needed,
        wear_off=wear_off,
        non_overlap=_non_overlap(compared.before, compared.after),
        effect_sizes=_effect_sizes(compared.before, compared.after),
        reasons=(
            *reasons(word, comparison, reduction, posterior, smallest),
            *compared.notes,
            *table.left_out,
            *cycle_notes,
            *wear_off_note,
            *notes,
        ),
        would_change_it=would_change_it(word, comparison, needed, smallest),
        versions={"rubor": __version__, "method": METHOD},
    )
    return settled(verdict)


def analyse_each(
    responses: pd.DataFrame,
    design: str,
    treated_on: Day | Sequence[Day] | None = None,
    **options: object,
) -> tuple[Verdict, ...]:
    """Analyse each provocation and each cycle by itself.

    Args:
        responses: as in `analyse`.
        design: as in `analyse`.
        treated_on: as in `analyse`.
        options: the other arguments of `analyse`, but `provocation` and `cycle`.

    Returns:
        A verdict for each provocation and cycle with follow-up recordings, in their order.

    Raises:
        InputError: as `analyse`.
    """
    rows = check_responses(responses, design).rows
    later = rows[rows["phase"] == "after"] if design != "alternating" else rows
    found = {
        (None if pd.isna(provocation) else str(provocation), int(cycle))
        for provocation, cycle in zip(later["provocation"], later["cycle"], strict=True)
    }
    if not found:
        raise InputError(
            "There is no recording after the treatment yet.", "Add follow-up recordings first."
        )
    return tuple(
        analyse(
            responses,
            design,
            treated_on,
            provocation=provocation,
            cycle=cycle,
            **options,  # type: ignore[arg-type]
        )
        for provocation, cycle in sorted(found, key=lambda one: (one[0] or "", one[1]))
    )


# --- which recordings ------------------------------------------------------------------------------


def _one_provocation(rows: pd.DataFrame, wanted: str | None) -> tuple[pd.DataFrame, str | None]:
    present = [str(one) for one in dict.fromkeys(rows["provocation"]) if not pd.isna(one)]
    if wanted is None:
        if len(present) > 1:
            raise InputError(
                f"The table has several provocations: {', '.join(present)}. Each has its own verdict.",
                "Choose one with `provocation`, or use `analyse_each`.",
            )
        return rows, present[0] if present else None
    if wanted not in present:
        raise InputError(
            f"The table has no recordings of the provocation '{wanted}'.",
            f"It has {', '.join(present) or 'no column `provocation`'}.",
        )
    return rows[rows["provocation"] == wanted].reset_index(drop=True), wanted


def _one_cycle(
    rows: pd.DataFrame, wanted: int | None, pooled: bool
) -> tuple[pd.DataFrame, int | None, tuple[str, ...]]:
    cycles = sorted(rows["cycle"].unique())
    if pooled or len(cycles) == 1:
        note = (f"{len(cycles)} treatments are pooled, as asked.",) if len(cycles) > 1 else ()
        return rows, None if len(cycles) > 1 else int(cycles[0]), note
    number = int(cycles[-1] if wanted is None else wanted)
    if number not in cycles:
        raise InputError(
            f"The table has no cycle {number}.", f"It has {', '.join(str(one) for one in cycles)}."
        )
    own = rows["cycle"] == number
    earlier = rows["phase"] == "before"
    if (own & earlier).any() or not earlier.any():
        return rows[own].reset_index(drop=True), number, ()
    # A later treatment is compared with the baseline before any treatment.
    first = rows.loc[earlier, "cycle"].min()
    kept = rows[(own & ~earlier) | (earlier & (rows["cycle"] == first))]
    instead = f"Treatment {number} has no baseline of its own; that before the first one is used."
    return kept.reset_index(drop=True), number, (instead,)


def _day(value: Day) -> date:
    try:
        stamp = pd.Timestamp(value)
    except (ValueError, TypeError) as error:
        raise InputError(
            f"'{value}' is not a day.", "Give the date of the treatment as 2026-03-14."
        ) from error
    if pd.isna(stamp):
        raise InputError("The date of the treatment is empty.", "Give it as 2026-03-14.")
    return stamp.date()


def _days_of_treatment(
    treated_on: Day | Sequence[Day] | None, rows: pd.DataFrame
) -> dict[int, date]:
    """Day of each cycle's treatment."""
    if treated_on is None:
        raise InputError(
            "The date of the treatment is missing, so that it is not known which recordings count.",
            "Give `treated_on` (--treated-on), as 2026-03-14.",
        )
    given = [treated_on] if isinstance(treated_on, (str, date)) else list(treated_on)
    days = {number + 1: _day(one) for number, one in enumerate(given)}
    later = sorted(rows.loc[rows["phase"] == "after", "cycle"].unique())
    lacking = [int(number) for number in later if int(number) not in days]
    if lacking:
        raise InputError(
            f"The date of treatment {lacking[0]} is missing.",
            "Give the dates of all treatments in order.",
        )
    return days


def _days_since(rows: pd.DataFrame, days: dict[int, date]) -> npt.NDArray[np.int64]:
    """Days since the treatment of each row's own cycle; checks that phases and days agree."""
    own = pd.to_datetime(rows["cycle"].map(lambda number: days.get(int(number), days[min(days)])))
    since = (rows["date"] - own).dt.days
    early = rows[(rows["phase"] == "after") & (since < 0)]
    late = rows[(rows["phase"] == "before") & (since > 0)]
    for wrong, side in ((early, "before"), (late, "after")):
        if not wrong.empty:
            first = wrong.iloc[0]
            raise InputError(
                f"Session {first['session']} of {first['date'].date()} is marked '{first['phase']}' but"
                f" lies {side} the treatment.",
                "Correct the date, the phase or `treated_on` (--treated-on).",
            )
    return np.asarray(since, dtype=np.int64)


def _phases(
    rows: pd.DataFrame,
    design: Design,
    days: dict[int, date],
    window: Window,
    course: UntreatedCourse,
    candidates: list[date],
) -> _Compared:
    since = _days_since(rows, days)
    counted = (rows["phase"] == "before") | (
        (since >= window.start_days) & (since <= window.end_days)
    )
    outside = list(dict.fromkeys(rows.loc[~counted, "session"]))
    notes: tuple[str, ...] = (
        (
            f"Session {', '.join(outside)} lies outside days {window.start_days} to {window.end_days}"
            " after the treatment: it does not count for the verdict, but for the wear-off.",
        )
        if outside
        else ()
    )
    if design == "split-face":
        whole, side_notes = pair_sides(rows)
    else:
        whole, side_notes = face_recordings(rows), ()
    inside = whole.chosen(~np.isin(np.asarray(whole.session, dtype=object), outside))
    if design == "split-face":
        ratio = _compared_sides(inside)
        return _Compared(
            compare_sides(inside),
            ratio[~inside.after],
            ratio[inside.after],
            side_series(whole),
            (*notes, *side_notes),
        )
    p = start_date_p(whole, days[min(days)], candidates, window) if candidates else None
    return _Compared(
        compare_phases(inside, course, p),
        inside.treated[~inside.after],
        inside.treated[inside.after],
        course_series(whole, course)[0],
        notes,
    )


def _compared_sides(recordings: Recordings) -> FloatArray:
    """What the assigned side responds beyond the baseline's share of the other: for overlap alone."""
    early = ~recordings.after
    untreated = recordings.untreated[early].sum()
    share = recordings.treated[early].sum() / untreated if early.any() and untreated > 0 else 1.0
    return recordings.treated - share * recordings.untreated


def _alternating(rows: pd.DataFrame) -> _Compared:
    pairs, _, _ = alternating_pairs(rows)
    return _Compared(compare_pairs(rows), pairs.untreated[0], pairs.treated[0], None, ())


# --- what goes beside the verdict --------------------------------------------------------------------


def _prior(prior: Prior | Literal["usual", "off"], treatment: str | None) -> Prior | None:
    if isinstance(prior, Prior):
        return prior
    if prior not in ("usual", "off"):
        raise InputError(f"'{prior}' is no prior.", "Give 'usual', 'off' or a Prior.")
    if prior == "off" or treatment not in treatment_names():
        return None
    return treatment_priors(str(treatment)).reduction


def _prior_in_words(prior: Prior | None) -> str:
    if prior is None:
        return "off: all reductions alike"
    return (
        f"{prior.distribution}, centre {prior.centre:g}, spread {prior.spread:g}; evidence"
        f" {prior.strength}: {prior.source}"
    )


def _wear_off(
    compared: _Compared, treated_on: date | None, treatment: str | None, likely: float, word: str
) -> tuple[WearOff | None, tuple[str, ...]]:
    if compared.whole is None or treated_on is None:
        return None, ("No wear-off: the treatment acts from occasion to occasion, or is pooled.",)
    if treatment not in treatment_names():
        return None, (f"No wear-off: how long '{treatment}' lasts is not known.",)
    priors = treatment_priors(str(treatment))
    if priors.duration_months is None or priors.onset_days is None:
        return None, (f"No wear-off: how long '{treatment}' lasts is not known.",)
    if word == "invalid" or likely < _LIKELY:
        return None, ("No wear-off: a reduction that could wear off is not likely enough yet.",)
    contrast = compared.comparison.contrast
    if not isinstance(contrast, PhaseRatios):
        return None, ()
    return estimate_wear_off(compared.whole, contrast, treated_on, priors), ()


def _non_overlap(before: FloatArray, after: FloatArray) -> tuple[NonOverlap, ...]:
    return tuple(
        statistic(before, after)
        for statistic in (non_overlap_of_all_pairs, tau, tau_baseline_corrected)
    )


def _effect_sizes(before: FloatArray, after: FloatArray) -> tuple[EffectSize, ...]:
    if before.mean() <= 0 or after.mean() <= 0:
        return ()
    return (log_response_ratio(before, after),)
