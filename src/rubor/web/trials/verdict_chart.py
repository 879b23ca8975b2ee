"""What the charts of an answer are drawn from."""

from __future__ import annotations

import math
from typing import Any, Final

from rubor.trials.trial_answer import TrialAnswer

__all__ = ["chart"]

_TWO_SIDED_95: Final = 1.96
_POINTS: Final = 120
_DAYS_PER_MONTH: Final = 30.4375


def chart(answer: TrialAnswer) -> dict[str, Any]:
    """Responses of every recording, the reduction with its limits, and the wear-off.

    Times are in days since 1970-01-01; limits that are infinite are None.
    """
    verdict = answer.verdict
    return {
        "responses": _responses(answer),
        "treated_on": [_days(day) for day in answer.treated_on],
        "reduction": {
            "value": verdict.reduction,
            "interval": [_finite(limit) for limit in verdict.interval_95],
            "always": [_finite(limit) for limit in verdict.always_valid_interval_95],
            "smallest": verdict.smallest_meaningful,
        },
        "wear_off": _wear_off(answer),
    }


def _responses(answer: TrialAnswer) -> list[dict[str, Any]]:
    """A row per recording: the treated and the untreated response, each with half its interval."""
    rows: dict[tuple[Any, str], dict[str, Any]] = {}
    for one in answer.responses.to_dict("records"):
        row = rows.setdefault(
            (one["date"], one["session"]),
            {
                "day": _days(one["date"]),
                "date": _date(one["date"]).isoformat(),
                "session": one["session"],
                "phase": one["phase"],
            },
        )
        side = "treated" if one["treated"] else "untreated"
        row[side] = one["response"]
        row[f"{side}_half"] = _TWO_SIDED_95 * one["response_sd"]
    return [rows[key] for key in sorted(rows)]


def _wear_off(answer: TrialAnswer) -> dict[str, Any] | None:
    wear_off = answer.verdict.wear_off
    if wear_off is None or not answer.treated_on:
        return None
    from rubor.trials.own_reductions import fitted_reduction, own_reductions

    treated_on = answer.treated_on[-1]
    days, reductions, spreads = own_reductions(answer.responses, treated_on)
    end = 1.06 * max(
        [*days, wear_off.duration_interval_80[1] * _DAYS_PER_MONTH],
    )
    course = [0.5 + (end - 0.5) * number / (_POINTS - 1) for number in range(_POINTS)]
    return {
        "treated_on": treated_on.isoformat(),
        "course": {"days": course, "reduction": fitted_reduction(course, wear_off).tolist()},
        "own": [
            {"day": float(day), "reduction": float(one), "half": _TWO_SIDED_95 * float(spread)}
            for day, one, spread in zip(days, reductions, spreads, strict=True)
        ],
        "half_gone_days": [
            limit * _DAYS_PER_MONTH
            for limit in (
                wear_off.duration_interval_80[0],
                wear_off.duration_months,
                wear_off.duration_interval_80[1],
            )
        ],
    }


def _finite(limit: float) -> float | None:
    return limit if math.isfinite(limit) else None


def _date(day: Any) -> Any:
    """A day of a table, which pandas may have made a time of."""
    return day.date() if hasattr(day, "date") and callable(day.date) else day


def _days(day: Any) -> int:
    return int(_date(day).toordinal() - 719163)
