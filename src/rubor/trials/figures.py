"""How a trial looks: every recording a dot, and what it adds up to."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import date

import numpy as np
import numpy.typing as npt
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.dates import AutoDateLocator, ConciseDateFormatter
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter

from rubor.measurement.figure_style import COLOUR_OF_ROLE, TEXT_PT, new_figure, signed, style_axes
from rubor.trials.comparison_rules import Window
from rubor.trials.own_reductions import fitted_reduction, own_reductions
from rubor.trials.wear_off import DAYS_PER_MONTH, WearOff

__all__ = ["plot_reduction", "plot_responses", "plot_wear_off"]

FloatArray = npt.NDArray[np.float64]
Interval = tuple[float, float]

_WIDTH_PT = 640.0
_DOTS_PT = 300.0
_BAR_PT = 118.0
# 95 % of a normal distribution.
_TWO_SIDED_95 = 1.96
# Matplotlib counts days from here.
_EPOCH = pd.Timestamp("1970-01-01")
_TREATED, _UNTREATED = COLOUR_OF_ROLE["right"], COLOUR_OF_ROLE["left"]


def plot_responses(
    responses: pd.DataFrame,
    *,
    treated_on: Sequence[date] = (),
    window: Window | None = None,
    unit: str = "response",
    sides: tuple[str, str] = ("treated side", "other side"),
) -> Figure:
    """Draw every recording as a dot for each side, with the interval of its measurement.

    Args:
        responses: with the columns `date, treated, response, response_sd`; one row per recording and
            side.
        treated_on: dates of treatment, drawn as lines.
        window: when recordings count for the verdict; shaded after the first treatment.
        unit: of the response, for the axis.
        sides: what the treated and the other dots are called.

    Returns:
        A figure of 640 points.
    """
    figure = new_figure(_WIDTH_PT, _DOTS_PT)
    axes = figure.add_axes((0.1, 0.13, 0.87, 0.72))
    style_axes(axes)
    days = (pd.to_datetime(responses["date"]) - _EPOCH).dt.days.to_numpy(np.float64)
    shift = 0.004 * max(float(np.ptp(days)), 20.0)
    treated = responses["treated"].to_numpy(np.bool_)
    both = bool(treated.any() and not treated.all())
    for chosen, colour, face, name, side in (
        (treated, _TREATED, _TREATED, sides[0], shift),
        (~treated, _UNTREATED, COLOUR_OF_ROLE["paper"], sides[1], -shift),
    ):
        if not chosen.any():
            continue
        rows = responses[chosen]
        axes.errorbar(
            days[chosen] + (side if both else 0.0),
            rows["response"],
            yerr=_TWO_SIDED_95 * rows["response_sd"],
            fmt="none",
            ecolor=colour,
            elinewidth=1.1,
            alpha=0.55,
        )
        axes.plot(
            days[chosen] + (side if both else 0.0),
            rows["response"],
            "o",
            markersize=7.5,
            markerfacecolor=face,
            markeredgecolor=colour,
            markeredgewidth=1.6,
            label=name,
            gid=f"dots-{name.replace(' ', '-')}",
        )
    axes.axhline(0.0, color=COLOUR_OF_ROLE["muted"], linewidth=0.9, zorder=1.5)
    low, high = axes.get_ylim()
    axes.set_ylim(min(low, 0.0), max(high, 0.0) + 0.14 * (max(high, 0.0) - min(low, 0.0)))
    _mark_treatment(axes, treated_on, window)
    locator = AutoDateLocator(minticks=3, maxticks=8)  # type: ignore[no-untyped-call]
    axes.xaxis.set_major_locator(locator)
    axes.xaxis.set_major_formatter(ConciseDateFormatter(locator))  # type: ignore[no-untyped-call]
    axes.set_ylabel(unit, labelpad=6)
    axes.legend(
        loc="lower left",
        bbox_to_anchor=(-0.01, 1.0),
        ncols=2,
        frameon=False,
        fontsize=TEXT_PT,
        labelcolor=COLOUR_OF_ROLE["ink"],
        handletextpad=0.2,
        borderaxespad=0.2,
    )
    return figure


def _mark_treatment(axes: Axes, treated_on: Sequence[date], window: Window | None) -> None:
    ink, soft = COLOUR_OF_ROLE["ink"], COLOUR_OF_ROLE["soft"]
    left, right = axes.get_xlim()
    for number, day in enumerate(treated_on):
        at = float((pd.Timestamp(day) - _EPOCH).days)
        axes.axvline(at, color=ink, linewidth=1.2, linestyle=(0, (4, 3)))
        words = "treatment" if number == 0 else f"treatment {number + 1}"
        axes.annotate(
            words,
            (at, 0.985),
            (5, 0),
            xycoords=axes.get_xaxis_transform(),
            textcoords="offset points",
            va="top",
            fontsize=TEXT_PT - 1.0,
            color=ink,
        )
        if window is not None:
            shown = (max(at + window.start_days, left), min(at + window.end_days, right))
            if shown[0] < shown[1]:
                axes.axvspan(*shown, color=soft, linewidth=0, zorder=0, gid="window")
    axes.set_xlim(left, right)


def plot_reduction(
    reduction: float,
    interval_95: Interval,
    always_valid_95: Interval,
    smallest_effect: float,
    truth: float | None = None,
) -> Figure:
    """Draw the reduction with its intervals, beside nothing and beside the smallest effect.

    Args:
        reduction: 0.5 for half the response gone.
        interval_95: for one look at the data; may be without an end.
        always_valid_95: holds however often one looks; likewise.
        smallest_effect: the reduction that matters.
        truth: of a simulated person.
    """
    figure = new_figure(_WIDTH_PT, _BAR_PT)
    axes = figure.add_axes((0.1, 0.40, 0.87, 0.50))
    style_axes(axes)
    axes.grid(visible=False)
    axes.set_yticks([])
    low, high = _shown((reduction, *interval_95, *always_valid_95))
    axes.set_xlim(low, high)
    axes.set_ylim(-1.0, 1.0)
    axes.axvspan(smallest_effect, high, color=COLOUR_OF_ROLE["soft"], linewidth=0, zorder=0)
    axes.axvline(0.0, color=COLOUR_OF_ROLE["muted"], linewidth=1.0)
    within = np.clip(always_valid_95, low, high)
    axes.plot(within, (0, 0), color=_TREATED, linewidth=2.0, gid="always-valid")
    for end in always_valid_95:
        if low < end < high:
            axes.plot((end, end), (-0.3, 0.3), color=_TREATED, linewidth=2.0)
    axes.plot(
        np.clip(interval_95, low, high),
        (0, 0),
        color=_TREATED,
        linewidth=9.0,
        solid_capstyle="butt",
        alpha=0.5,
        gid="interval",
    )
    axes.plot(
        [reduction],
        [0],
        "o",
        markersize=11,
        markerfacecolor=_TREATED,
        markeredgecolor=COLOUR_OF_ROLE["paper"],
        markeredgewidth=1.5,
        gid="reduction",
    )
    if truth is not None:
        _mark_truth(axes, truth)
    axes.xaxis.set_major_formatter(FuncFormatter(_percent))
    axes.set_xlabel(
        f"how much smaller the response is; shaded: {100 * smallest_effect:.0f} % or more, what matters",
        labelpad=5,
    )
    return figure


def plot_wear_off(
    responses: pd.DataFrame, treated_on: date, wear_off: WearOff, smallest_effect: float
) -> Figure:
    """Draw how the effect comes and goes: each recording's own reduction, and what was fitted.

    Args:
        responses: as for `plot_responses`, with `session` and `phase`.
        treated_on: day of the treatment.
        wear_off: what was estimated.
        smallest_effect: the reduction that matters, as a line.
    """
    figure = new_figure(_WIDTH_PT, 0.8 * _DOTS_PT)
    axes = figure.add_axes((0.1, 0.2, 0.87, 0.74))
    style_axes(axes)
    days, reductions, spreads = own_reductions(responses, treated_on)
    low, high = (month * DAYS_PER_MONTH for month in wear_off.duration_interval_80)
    end = max(float(days.max(initial=0.0)), high) * 1.06
    axes.axvspan(low, high, color=COLOUR_OF_ROLE["soft"], linewidth=0, zorder=0, gid="half-gone")
    axes.axvline(
        wear_off.duration_months * DAYS_PER_MONTH, color=COLOUR_OF_ROLE["muted"], linewidth=1.0
    )
    course = np.linspace(0.5, end, 300)
    fitted = fitted_reduction(course, wear_off)
    axes.plot(course, fitted, color=_TREATED, linewidth=2.0, gid="fitted")
    axes.errorbar(
        days, reductions, yerr=_TWO_SIDED_95 * spreads, fmt="none", ecolor=_TREATED, alpha=0.5
    )
    axes.plot(days, reductions, "o", markersize=7.5, color=_TREATED, gid="dots-reduction")
    axes.axhline(0.0, color=COLOUR_OF_ROLE["muted"], linewidth=0.9)
    axes.axhline(
        smallest_effect, color=COLOUR_OF_ROLE["muted"], linewidth=0.9, linestyle=(0, (2, 3))
    )
    axes.set_xlim(0.0, end)
    axes.set_ylim(max(-0.6, min(-0.15, float(np.min(reductions, initial=0.0)) - 0.1)), 1.1)
    axes.yaxis.set_major_formatter(FuncFormatter(_percent))
    axes.set_xlabel("days after the treatment", labelpad=5)
    axes.set_ylabel("reduction", labelpad=6)
    return figure


def _mark_truth(axes: Axes, truth: float) -> None:
    ink = COLOUR_OF_ROLE["ink"]
    axes.plot([truth], [0.72], "v", markersize=8, color=ink, gid="truth")
    axes.annotate(
        "truth",
        (truth, 0.72),
        (8, 0),
        textcoords="offset points",
        va="center",
        fontsize=TEXT_PT - 1.0,
        color=ink,
    )


def _percent(value: float, _: int = 0) -> str:
    return f"{signed(100.0 * value, '.0f').removeprefix('+')} %"


def _shown(values: Sequence[float]) -> Interval:
    """The stretch of the axis: nothing and everything gone, and as much more as is needed."""
    known = [value for value in values if math.isfinite(value)]
    low, high = min([-0.25, *known]), max([1.05, *known])
    # Wide intervals of few recordings would leave nothing to see of the rest.
    return max(low - 0.04, -1.5), min(high + 0.04, 2.0)
