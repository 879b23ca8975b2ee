"""Figures of a smile: its course, its sides, and its change against the baseline."""

from __future__ import annotations

from typing import Final

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from rubor.measurement.figure_style import COLOUR_OF_ROLE, TEXT_PT, new_figure, style_axes
from rubor.pathway.smile import Smile
from rubor.pathway.smile_change import SmileChange

__all__ = ["plot_smile_change", "plot_smile_course", "plot_smile_sides"]

_WIDTH_PT: Final = 640.0
_PANEL_PT: Final = 250.0
_ROW_PT: Final = 46.0
_COLOURS: Final = {
    "left": COLOUR_OF_ROLE["left"],
    "right": COLOUR_OF_ROLE["right"],
    "difference": COLOUR_OF_ROLE["middle"],
}
_NAMES: Final = {
    "left": "person's left",
    "right": "person's right",
    "difference": "left less right",
}


def plot_smile_course(smile: Smile) -> Figure:
    """Draw how far both mouth corners moved over time: one panel per video, rest and peaks shaded.

    Raises:
        ValueError: it was measured from photos, which have no course.
    """
    if not smile.courses:
        raise ValueError("photos have no course")
    panels = len(smile.courses)
    figure = new_figure(_WIDTH_PT, _PANEL_PT * panels + 30.0)
    for number, course in enumerate(smile.courses):
        height = 1.0 / panels
        axes = figure.add_axes(
            (0.08, 1.0 - (number + 1) * height + 0.19 * height, 0.78, 0.66 * height)
        )
        style_axes(axes)
        for start_s, end_s in course.rest_s:
            axes.axvspan(start_s, end_s, color=COLOUR_OF_ROLE["soft"], linewidth=0, gid="at-rest")
        for place, one in enumerate(smile.smiles):
            if one.file == number and one.start_s is not None and one.end_s is not None:
                broadest = place == smile.broadest
                axes.axvspan(
                    one.start_s,
                    one.end_s,
                    color=COLOUR_OF_ROLE["middle"],
                    alpha=0.22 if broadest else 0.1,
                    linewidth=0,
                    gid="broadest-smile" if broadest else "other-smile",
                )
        ends = {"left": course.left_mm, "right": course.right_mm}
        for side, values in ends.items():
            axes.plot(
                course.time_s,
                values,
                color=_COLOURS[side],
                linestyle="-" if side == "left" else (0, (5, 1.5)),
                linewidth=1.9,
                gid=f"smile-{side}",
            )
        axes.margins(x=0.0)
        axes.set_xlabel("seconds")
        title = "mm from rest" if panels == 1 else f"mm from rest, {smile.files[number].name}"
        axes.set_title(
            title, loc="left", fontsize=TEXT_PT - 1.0, color=COLOUR_OF_ROLE["muted"], pad=8
        )
        _name_lines(axes, smile)
    return figure


def plot_smile_sides(smile: Smile) -> Figure:
    """Draw the excursion of each side with its interval."""
    rows = [
        (name, side.excursion_mm, side.interval_95_mm)
        for name, side in (("left", smile.left), ("right", smile.right))
    ]
    figure, axes = _rows(rows)
    axes.set_xlim(left=min(0.0, axes.get_xlim()[0]))
    axes.set_xlabel("mm from rest, with the 95 % interval")
    return figure


def plot_smile_change(change: SmileChange) -> Figure:
    """Draw the change of each side and of their difference, with what counts as real and noticeable."""
    figure, axes = _rows(
        [
            (name, value.change_mm, value.interval_95_mm)
            for name, value in (
                ("left", change.left),
                ("right", change.right),
                ("difference", change.difference),
            )
        ]
    )
    real, noticeable = change.real_mm, change.noticeable_mm
    reach = max(abs(edge) for edge in (*axes.get_xlim(), 1.2 * noticeable))
    axes.set_xlim(-reach, reach)
    axes.axvspan(-real, real, color=COLOUR_OF_ROLE["soft"], linewidth=0, zorder=0, gid="no-change")
    for edge in (-noticeable, noticeable):
        axes.axvline(edge, color=COLOUR_OF_ROLE["muted"], linewidth=1.0, linestyle=(0, (4, 3)))
    axes.axvline(0.0, color=COLOUR_OF_ROLE["muted"], linewidth=1.0)
    axes.set_xlabel("mm against the own baseline; less than 0 is weaker")
    return figure


def _rows(rows: list[tuple[str, float, tuple[float, float]]]) -> tuple[Figure, Axes]:
    """A dot with its interval in each row, named on the left."""
    figure = new_figure(_WIDTH_PT, _ROW_PT * len(rows) + 62.0)
    bottom = 52.0 / (_ROW_PT * len(rows) + 62.0)
    axes = figure.add_axes((0.2, bottom, 0.76, 0.96 - bottom))
    style_axes(axes)
    axes.grid(visible=False, axis="y")
    axes.grid(axis="x", color=COLOUR_OF_ROLE["line"], linewidth=0.7)
    for row, (name, value, (low, high)) in enumerate(rows):
        colour = _COLOURS[name]
        axes.plot([low, high], [row, row], color=colour, linewidth=2.4, gid=f"interval-{name}")
        axes.plot([value], [row], color=colour, marker="o", markersize=9, gid=f"value-{name}")
    axes.set_yticks(range(len(rows)), [_NAMES[name] for name, _, _ in rows])
    axes.tick_params(axis="y", labelsize=TEXT_PT, labelcolor=COLOUR_OF_ROLE["ink"])
    axes.set_ylim(len(rows) - 0.5, -0.5)
    return figure, axes


def _name_lines(axes: Axes, smile: Smile) -> None:
    """The name of each line, beside the height of its plateau, apart from each other."""
    low, high = axes.get_ylim()
    least = 0.16 * (high - low)
    heights = {"left": smile.left.excursion_mm, "right": smile.right.excursion_mm}
    upper = max(heights, key=lambda side: heights[side])
    lower = "right" if upper == "left" else "left"
    missing = max(least - (heights[upper] - heights[lower]), 0.0)
    heights[upper] += missing / 2.0
    heights[lower] -= missing / 2.0
    for side, height in heights.items():
        axes.text(
            1.01,
            (height - low) / (high - low),
            f"{_NAMES[side]}\n{getattr(smile, side).excursion_mm:.1f} mm",
            transform=axes.transAxes,
            color=_COLOURS[side],
            fontsize=TEXT_PT - 1.0,
            verticalalignment="center",
        )
