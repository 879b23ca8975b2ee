"""Numbers of recordings as text: percent of redness with intervals, times, shares; and names of parts."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.utils.formats import number_format
from django.utils.translation import gettext as _

__all__ = [
    "Amount",
    "amount",
    "clock",
    "estimate_amount",
    "mark_name",
    "number",
    "region_name",
    "response_amounts",
    "seconds",
    "share",
    "signed",
    "step_name",
    "times",
]

_NORMAL_95: Final = 1.959964


@dataclass(frozen=True)
class Amount:
    """A change of redness in percent, with its 95 % interval.

    Attributes:
        value, low, high: in percent over rest.
        measure: "blood_change": percent of blood in the skin; "erythema_index": of red against green.
    """

    value: float
    low: float
    high: float
    measure: str

    @property
    def text(self) -> str:
        """Such as "+49 % (35 to 65 %)"."""
        # The index moves by a few percent where blood moves by tens.
        digits = 0 if self.measure == "blood_change" else 1
        text = _("%(value)s %% (%(low)s to %(high)s %%)") % {
            "value": signed(self.value, digits),
            "low": signed(self.low, digits),
            "high": signed(self.high, digits),
        }
        return text.replace(" %", "\u00a0%")


def amount(value: float, sd: float, measure: str) -> Amount:
    """A change of ln blood or of log10(R/G) as percent.

    >>> round(amount(0.405, 0.05, "blood_change").value)
    50
    """
    base = math.e if measure == "blood_change" else 10.0
    ends = (value, value - _NORMAL_95 * sd, value + _NORMAL_95 * sd)
    middle, low, high = (100.0 * (math.pow(base, end) - 1.0) for end in ends)
    return Amount(middle, low, high, measure)


def response_amounts(response: Mapping[str, Any] | None) -> dict[str, Amount]:
    """The response of each side that was measured: "whole", "left", "right"."""
    if not response:
        return {}
    measure = str(response["measure"])
    return {
        side: amount(float(one["response"]), float(one["response_sd"]), measure)
        for side in ("whole", "left", "right")
        if (one := response["sides"].get(side))
        and one["response"] is not None
        and one["response_sd"] is not None
    }


def clock(time_s: float) -> str:
    """A time of the recording as minutes and seconds.

    >>> clock(83.4)
    '1:23'
    """
    whole = round(time_s)
    return f"{whole // 60}:{whole % 60:02d}"


def estimate_amount(estimate: Mapping[str, Any], measure: str, scale_sd: float) -> Amount:
    """An estimate of a document in percent; with the scale's share of error added to its interval."""
    value = float(estimate["value"])
    low, high = estimate["interval_95"]
    sd = math.nan if low is None else (high - low) / 2.0 / _NORMAL_95
    return amount(value, math.hypot(sd, scale_sd * value), measure)


def times(estimate: Mapping[str, Any] | None) -> str:
    """A time with its interval."""
    if estimate is None or estimate["value"] is None:
        return _("not seen")
    low, high = estimate["interval_95"]
    return _("%(value)s s (%(low)s to %(high)s)") % {
        "value": seconds(estimate["value"]),
        "low": seconds(low),
        "high": seconds(high),
    }


def seconds(value: float | None) -> str:
    """Seconds to a tenth; a dash where not known."""
    return "–" if value is None else number(value, 1)


def number(value: float, digits: int = 0) -> str:
    """A number as the language writes it; a dash where it is not known."""
    if not math.isfinite(value):
        return "–"
    rounded = round(value, digits) + 0.0  # no minus before a zero
    return str(number_format(rounded, digits)).replace("-", "−")


def signed(value: float, digits: int = 0) -> str:
    """A number with its sign."""
    text = number(value, digits)
    known = math.isfinite(value) and round(value, digits) != 0.0
    return f"+{text}" if known and value > 0.0 else text


def share(probability: float) -> str:
    """Percent, never 0 or 100: evidence does not reach that far."""
    percent = round(100.0 * probability)
    return {0: "< 1", 100: "> 99"}.get(percent, str(percent))


# --- names --------------------------------------------------------------------------------------


def region_name(name: str) -> str:
    """A region, or "whole", as a person says it; sides are the person's own."""
    return {
        "whole": _("both cheeks"),
        "forehead": _("forehead"),
        "nose": _("nose"),
        "chin": _("chin"),
        "cheek_left": _("left cheek"),
        "cheek_right": _("right cheek"),
        "jaw_left": _("left jaw"),
        "jaw_right": _("right jaw"),
    }.get(name, name.replace("_", " "))


def mark_name(kind: str) -> str:
    """A mark in a few letters, for a line in a chart."""
    return {
        "felt": _("felt"),
        "baseline_start": _("rest begins"),
        "baseline_end": _("rest ends"),
        "stimulus_start": _("task begins"),
        "stimulus_end": _("task ends"),
        "heat": _("heat"),
        "food": _("hot or spicy food"),
        "alcohol": _("alcohol"),
        "exercise": _("exercise"),
        "medicine": _("medicine"),
    }.get(kind, kind.replace("_", " "))


def step_name(name: str) -> str:
    """A step of a guided recording."""
    return {
        "baseline": _("rest"),
        "control task": _("reading aloud"),
        "provocation": _("task"),
        "recovery": _("recovery"),
    }.get(name, name)
