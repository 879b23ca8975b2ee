"""How treatments compare, as a figure."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Final

import matplotlib
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from rubor.treatments.catalogue import MeanReduction, ResponderFraction, Treatment
from rubor.treatments.cost import treatment_cost

__all__ = ["comparison_as_svg", "plot_comparison"]

_INK: Final = "#1b2430"
_MUTED: Final = "#5a6675"
_LINE: Final = "#cdd4db"
# Told apart by all kinds of colour vision, and by shape.
_STYLE_OF_TARGET: Final = {
    "blush": ("#c2410c", "o"),
    "flush": ("#5b4b9a", "s"),
    "resting_redness": ("#0a66b0", "^"),
    "visible_vessels": ("#3f7d20", "D"),
    "fear": ("#5a6675", "v"),
}
_ROW_PT: Final = 34.0
_WIDTH_PT: Final = 1000.0
_TEXT_PT: Final = 11.0
# Claims lie under what is published, so that neither hides the other.
_CLAIM_LOWER: Final = 0.25


def plot_comparison(entries: Sequence[Treatment]) -> Figure:
    """Draw mean reduction, share of responders and cost per year in three panels.

    A filled mark is a published figure, a hollow one a claim of clinics. The two shares are different
    things and have panels of their own. A line is an interval. The numbers behind the figure are in
    `compare`.

    Args:
        entries: of the catalogue, drawn from the top.
    """
    height_pt = _ROW_PT * len(entries) + 120.0
    figure = Figure(figsize=(_WIDTH_PT / 72.0, height_pt / 72.0), dpi=72)
    left, right, cost = figure.subplots(1, 3, sharey=True)
    figure.subplots_adjust(
        left=0.28, right=0.985, top=1.0 - 60.0 / height_pt, bottom=60.0 / height_pt, wspace=0.08
    )
    for place, entry in enumerate(entries):
        for rows, filled in ((entry.published, True), (entry.claimed, False)):
            lane = place if filled else place + _CLAIM_LOWER
            _draw_shares(left, lane, rows.mean_reduction, filled=filled)
            _draw_shares(right, lane, rows.responder_fraction, filled=filled)
        _draw_cost(cost, place, entry)
    _style(left, "mean reduction (share of the redness)")
    _style(right, "responders (share of people)")
    _style(cost, "cost per year (GBP)")
    for axes in (left, right):
        axes.set_xlim(-0.03, 1.03)
        axes.set_xticks([0.0, 0.25, 0.5, 0.75, 1.0], ["0", "25 %", "50 %", "75 %", "100 %"])
    cost.set_xscale("log")
    cost.set_xlim(8.0, 4000.0)
    cost.set_xticks([10, 100, 1000], ["10", "100", "1000"])
    left.set_yticks(range(len(entries)), [_short(entry.title) for entry in entries])
    left.set_ylim(len(entries) - 0.5, -0.5)
    left.tick_params(axis="y", labelcolor=_INK)
    _draw_legend(figure)
    return figure


def comparison_as_svg(entries: Sequence[Treatment]) -> str:
    """The same figure as the text of an SVG file; equal entries give equal files."""
    drawn = io.StringIO()
    with matplotlib.rc_context({"svg.fonttype": "none", "svg.hashsalt": "treatments"}):
        plot_comparison(entries).savefig(drawn, format="svg", metadata={"Date": None})
    return drawn.getvalue()


def _draw_shares(
    axes: Axes, place: float, rows: Sequence[MeanReduction | ResponderFraction], *, filled: bool
) -> None:
    for row in rows:
        colour, mark = _STYLE_OF_TARGET[row.target]
        if row.low is not None and row.high is not None:
            axes.plot([row.low, row.high], [place, place], color=colour, linewidth=1.4)
        axes.plot(
            [row.value],
            [place],
            marker=mark,
            markersize=7.0,
            linestyle="none",
            markeredgecolor=colour,
            markerfacecolor=colour if filled else "white",
        )


def _draw_cost(axes: Axes, place: int, entry: Treatment) -> None:
    cost = treatment_cost(entry)
    if cost is None or cost.per_year is None:
        axes.text(
            0.02, place, "not known", transform=axes.get_yaxis_transform(), fontsize=9, va="center"
        )
        return
    low, high = cost.per_year.interval_95
    axes.plot([low, high], [place, place], color=_MUTED, linewidth=1.8)
    axes.plot([cost.per_year.median], [place], marker="|", markersize=11.0, color=_INK)


def _style(axes: Axes, label: str) -> None:
    axes.spines[["top", "right", "left"]].set_visible(False)
    axes.spines["bottom"].set_color(_LINE)
    axes.grid(axis="both", color=_LINE, linewidth=0.6)
    axes.set_axisbelow(True)
    axes.tick_params(length=0, labelsize=_TEXT_PT - 1.0, labelcolor=_MUTED)
    axes.set_xlabel(label, fontsize=_TEXT_PT, color=_INK)


def _draw_legend(figure: Figure) -> None:
    marks = [
        Line2D([], [], color=colour, marker=mark, linestyle="none", label=target.replace("_", " "))
        for target, (colour, mark) in _STYLE_OF_TARGET.items()
    ]
    filled = Line2D([], [], color=_INK, marker="o", linestyle="none", label="published")
    hollow = Line2D(
        [], [], color=_INK, marker="o", linestyle="none", label="claimed", markerfacecolor="white"
    )
    figure.legend(
        handles=[*marks, filled, hollow],
        loc="upper center",
        ncols=len(marks) + 2,
        frameon=False,
        fontsize=_TEXT_PT - 1.0,
    )


def _short(title: str) -> str:
    """The first part of a title, so that it fits beside its row."""
    return title.split(",")[0].split(" (")[0]
