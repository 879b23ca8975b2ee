"""How a recording looks: curves of every region, and its view in a notebook."""

from __future__ import annotations

import html
import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch
from matplotlib.ticker import FuncFormatter, MaxNLocator, MultipleLocator

from rubor.measurement.face_map import plot_face_map
from rubor.measurement.figure_style import (
    COLOUR_OF_ROLE,
    TEXT_PT,
    clock,
    inline_svg,
    new_figure,
    shade_rest,
    signed,
    style_axes,
)
from rubor.measurement.recording import Recording
from rubor.measurement.running_mean import running_mean, thinned, with_gaps
from rubor.measurement.sustained_change import sustained_change_of_regions
from rubor.vision.reference_face import mirrored_name

__all__ = [
    "notebook_view",
    "panels_of_regions",
    "plot_face_map",
    "plot_traces",
    "readable_region",
]

FloatArray = npt.NDArray[np.float64]

_PANEL_PT = (400.0, 240.0)
# No scale is finer than these (log10 R/G), so that noise never looks like a blush: half as much blood
# again raises the index of light skin by about 0.028.
_LEAST_CHANGE_SHOWN = 0.02
_LEAST_SPREAD_SHOWN = 0.04
_SMOOTHING_S = 1.0
_MOST_POINTS = 600
_CLOCK_FROM_S = 180.0
_CLOCK_STEPS_S = (60, 120, 300, 600, 1200, 3600)


def readable_region(region: str) -> str:
    """The name of a region in words; left and right are the person's.

    >>> readable_region("cheek_left"), readable_region("forehead")
    ('cheek, person-left', 'forehead')
    """
    for side in ("left", "right"):
        if region.endswith(f"_{side}"):
            return f"{region.removesuffix(f'_{side}').replace('_', ' ')}, person-{side}"
    return region.replace("_", " ")


def panels_of_regions(regions: Sequence[str]) -> tuple[tuple[str, ...], ...]:
    """Which regions are drawn together: those that are the mirror image of each other.

    >>> panels_of_regions(["nose", "cheek_left", "cheek_right"])
    (('nose',), ('cheek_left', 'cheek_right'))
    """
    panels: list[tuple[str, ...]] = []
    for region in regions:
        pair = dict.fromkeys(sorted((region, mirrored_name(region))))
        panel = tuple(name for name in pair if name in regions)
        if panel not in panels:
            panels.append(panel)
    return tuple(panels)


# --- curves -------------------------------------------------------------------------------------


def plot_traces(recording: Recording, regions: Sequence[str] | None = None) -> Figure:
    """Draw the redness of each region over time.

    With a baseline it is the change of `erythema_index` from it, else the index itself. The thick
    line is the mean over 1 s, the thin one every frame; where a region could not be measured there
    is a gap. The band is the region's own noise for means of 1 s: what stays within it is not told
    from chance. All panels share one scale, no finer than 0.02 to either side. A photo, which has
    no time, gives one dot a region.

    Args:
        recording: what was measured.
        regions: which to draw; None for all. Left and right of a pair share a panel.

    Returns:
        The figure, 400 points wide for one panel, 800 for more.
    """
    if recording.summary["video"]["frames"] < 2:
        return _plot_photo(recording, regions)
    chosen = recording.summary["regions"] if regions is None else list(regions)
    panels = panels_of_regions(chosen)
    columns = 1 if len(panels) == 1 else 2
    rows = math.ceil(len(panels) / columns)
    figure = new_figure(_PANEL_PT[0] * columns, _PANEL_PT[1] * rows)
    grid = figure.subplots(rows, columns, squeeze=False).ravel()
    left, right = 62.0 / _PANEL_PT[0] / columns, 1.0 - 46.0 / _PANEL_PT[0] / columns
    figure.subplots_adjust(
        left=left,
        right=right,
        bottom=44.0 / _PANEL_PT[1] / rows,
        top=1.0 - 34.0 / _PANEL_PT[1] / rows,
        hspace=0.42,
        wspace=0.3,
    )
    limits = _common_limits(recording)
    for axes, panel in zip(grid, panels, strict=False):
        _draw_panel(axes, recording, panel, limits)
    for axes in grid[len(panels) :]:
        axes.set_visible(False)
    return figure


def _curves(recording: Recording) -> tuple[FloatArray, dict[str, FloatArray], bool]:
    """Time of each frame, the values of each region, and whether they are changes."""
    names = recording.summary["regions"]
    changes = recording.summary["baseline"]["start_s"] is not None
    column = "erythema_index_change" if changes else "erythema_index"
    values = recording.traces[column].to_numpy(np.float64).reshape(-1, len(names))
    time_s = recording.traces["time_s"].to_numpy(np.float64)[:: len(names)]
    return time_s, {name: values[:, number] for number, name in enumerate(names)}, changes


def _common_limits(recording: Recording) -> tuple[float, float]:
    """Lowest and highest value shown in every panel: all means of 1 s and all bands fit."""
    time_s, curves, changes = _curves(recording)
    reach: list[float] = []
    for name, values in curves.items():
        smooth = running_mean(time_s, values, _SMOOTHING_S)
        if not np.isfinite(smooth).any():
            continue
        floor = _floor(recording, name) or 0.0
        middle = 0.0 if changes else float(np.nanmedian(values))
        reach += [middle - floor, middle + floor, np.nanmin(smooth), np.nanmax(smooth)]
    low, high = (min(reach), max(reach)) if reach else (0.0, 0.0)
    if changes:
        return min(1.15 * low, -_LEAST_CHANGE_SHOWN), max(1.15 * high, _LEAST_CHANGE_SHOWN)
    middle, half = (low + high) / 2.0, max((high - low) / 2.0 * 1.15, _LEAST_SPREAD_SHOWN)
    return middle - half, middle + half


def _draw_panel(
    axes: Axes, recording: Recording, names: Sequence[str], limits: tuple[float, float]
) -> None:
    time_s, curves, changes = _curves(recording)
    style_axes(axes)
    axes.set_xlim(time_s[0], time_s[-1])
    axes.set_ylim(*limits)
    _draw_rest_and_events(axes, recording)
    if changes:
        axes.axhline(0.0, color=COLOUR_OF_ROLE["muted"], linewidth=0.9, zorder=1.5)
    for name in names:
        colour = COLOUR_OF_ROLE[_role(name)]
        values = curves[name]
        floor = _floor(recording, name)
        if floor is not None and np.isfinite(values).any():
            middle = 0.0 if changes else float(np.nanmedian(values))
            axes.axhspan(
                middle - floor,
                middle + floor,
                color=colour,
                alpha=0.13,
                linewidth=0,
                zorder=1,
                gid=f"noise-band-{name}",
            )
        times, frames = thinned(*with_gaps(time_s, values), _MOST_POINTS)
        # Where many frames share a point the line becomes a ribbon, which must not cover the mean.
        faint = 0.35 if len(values) <= 2 * _MOST_POINTS else 0.18
        axes.plot(times, frames, color=colour, alpha=faint, linewidth=0.7, gid=f"frames-{name}")
        smooth = running_mean(time_s, values, _SMOOTHING_S)
        times, smooth = thinned(*with_gaps(time_s, smooth), _MOST_POINTS)
        axes.plot(
            times,
            smooth,
            color=colour,
            linewidth=2.2,
            solid_capstyle="round",
            gid=f"mean-{name}",
            label=_side_label(name),
        )
    if not any(np.isfinite(curves[name]).any() for name in names):
        axes.text(
            0.5,
            0.55,
            "could not be measured",
            transform=axes.transAxes,
            ha="center",
            color=COLOUR_OF_ROLE["muted"],
            fontsize=TEXT_PT,
        )
    axes.set_title(
        _panel_title(names),
        loc="left",
        x=-0.14,
        fontsize=TEXT_PT + 1.0,
        fontweight="bold",
        color=COLOUR_OF_ROLE["ink"],
        pad=10,
    )
    handles = axes.get_legend_handles_labels()[0] if len(names) > 1 else []
    if any(_floor(recording, name) is not None for name in names):
        handles.append(Patch(color=COLOUR_OF_ROLE["muted"], alpha=0.25, linewidth=0, label="noise"))
    if handles:
        axes.legend(
            handles=handles,
            loc="lower right",
            bbox_to_anchor=(1.0, 0.995),
            ncols=len(handles),
            frameon=False,
            fontsize=TEXT_PT - 1.5,
            labelcolor=COLOUR_OF_ROLE["ink"],
            handlelength=1.0,
            borderaxespad=0.2,
            columnspacing=0.9,
            handletextpad=0.4,
        )
    axes.set_ylabel("change of log₁₀(R/G)" if changes else "log₁₀(R/G)")
    axes.yaxis.set_major_locator(MaxNLocator(5, steps=[1, 2, 5, 10]))
    if changes:
        percent = axes.secondary_yaxis("right", functions=(_to_percent, _from_percent))
        percent.spines["right"].set_visible(False)
        percent.tick_params(length=0, labelsize=TEXT_PT - 1.0, labelcolor=COLOUR_OF_ROLE["muted"])
        percent.yaxis.set_major_locator(MaxNLocator(7, steps=[1, 2, 5, 10]))
        percent.yaxis.set_major_formatter(
            FuncFormatter(lambda value, _: f"{signed(value, '.0f')} %")
        )
    if time_s[-1] > _CLOCK_FROM_S:
        axes.set_xlabel("time (minutes:seconds)")
        step_s = next(step for step in _CLOCK_STEPS_S if time_s[-1] / step <= 6 or step == 3600)
        axes.xaxis.set_major_locator(MultipleLocator(step_s))
        axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: clock(value)))
    else:
        axes.set_xlabel("time (s)")
        axes.xaxis.set_major_locator(MaxNLocator(6, steps=[1, 2, 5, 10]))


def _draw_rest_and_events(axes: Axes, recording: Recording) -> None:
    baseline = recording.summary["baseline"]
    top = axes.get_xaxis_transform()
    shade_rest(axes, baseline)
    if baseline["start_s"] is not None:
        axes.text(
            (baseline["start_s"] + baseline["end_s"]) / 2.0,
            0.965,
            "at rest",
            transform=top,
            ha="center",
            va="top",
            fontsize=TEXT_PT - 2.0,
            color=COLOUR_OF_ROLE["muted"],
        )
    for event in recording.summary.get("events", ()):
        axes.axvline(
            event["time_s"], color=COLOUR_OF_ROLE["muted"], linewidth=0.9, linestyle=(0, (3, 3))
        )
        axes.text(
            event["time_s"],
            0.03,
            f" {event['kind'].replace('_', ' ')}",
            transform=top,
            rotation=90,
            ha="right",
            va="bottom",
            fontsize=TEXT_PT - 2.0,
            color=COLOUR_OF_ROLE["muted"],
        )


def _to_percent(change: npt.ArrayLike) -> FloatArray:
    return 100.0 * (np.power(10.0, np.asarray(change, np.float64)) - 1.0)


def _from_percent(percent: npt.ArrayLike) -> FloatArray:
    return np.log10(np.maximum(1.0 + np.asarray(percent, np.float64) / 100.0, 1e-6))


def _plot_photo(recording: Recording, regions: Sequence[str] | None) -> Figure:
    """One dot a region: the index as it is in the photo."""
    chosen = list(recording.summary["regions"] if regions is None else regions)
    rows = recording.traces.drop_duplicates("region").set_index("region")["erythema_index"]
    values = [float(rows.get(name, math.nan)) for name in chosen]
    figure = new_figure(_PANEL_PT[0], 60.0 + 26.0 * len(chosen))
    axes = figure.subplots()
    figure.subplots_adjust(left=0.32, right=0.96, top=0.97, bottom=46.0 / (60 + 26 * len(chosen)))
    style_axes(axes)
    axes.grid(axis="y", visible=False)
    axes.grid(axis="x", color=COLOUR_OF_ROLE["line"], linewidth=0.7)
    height = np.arange(len(chosen))[::-1]
    axes.scatter(
        values, height, s=58, color=[COLOUR_OF_ROLE[_role(name)] for name in chosen], zorder=3
    )
    axes.set_yticks(height, [readable_region(name) for name in chosen])
    axes.set_ylim(-0.7, len(chosen) - 0.3)
    known = [value for value in values if math.isfinite(value)]
    middle = (min(known) + max(known)) / 2.0 if known else 0.0
    half = max((max(known) - min(known)) * 0.65 if known else 0.0, _LEAST_SPREAD_SHOWN)
    axes.set_xlim(middle - half, middle + half)
    axes.set_xlabel("redness (erythema index, log10 of red over green)")
    return figure


def _floor(recording: Recording, region: str) -> float | None:
    floor: float | None = recording.summary["noise_floor"][region]["erythema_index"]["1_s"]
    return floor


def _role(region: str) -> str:
    return next((side for side in ("left", "right") if region.endswith(f"_{side}")), "middle")


def _side_label(region: str) -> str:
    role = _role(region)
    return f"person-{role}" if role != "middle" else region.replace("_", " ")


def _panel_title(names: Sequence[str]) -> str:
    common = names[0].removesuffix("_left").removesuffix("_right").replace("_", " ").capitalize()
    return {"Cheek": "Cheeks"}.get(common, common) if len(names) > 1 else common


# --- notebook -----------------------------------------------------------------------------------


def notebook_view(recording: Recording) -> str:
    """A recording as HTML for a notebook: a table of the regions, the curves and the face map."""
    summary = recording.summary
    name = f"rubor-{summary['file']['sha256'][:10]}"
    state = "accepted" if recording.accepted else "not accepted"
    reasons = [gate["advice"] for gate in recording.failed_gates if gate["matters"]]
    rows = "".join(
        f"<tr><th scope='row'>{html.escape(readable_region(change.region))}</th>"
        f"<td>{_number(change.noise_floor, '.4f')}</td><td>{_number(change.change, '+.4f')}</td>"
        f"<td>{_number(change.start_s, '.0f')}</td><td>{_number(change.times_noise, '.1f')}</td></tr>"
        for change in sustained_change_of_regions(recording)
    )
    curves = inline_svg(
        plot_traces(recording),
        name=f"{name}-curves",
        title="Redness of each region over time",
        description="The numbers are in the traces of the recording.",
    )
    face_map = inline_svg(
        plot_face_map(recording),
        name=f"{name}-map",
        title="Face map of redness",
        description="The numbers are in the cells of the recording. Person-left is on the right.",
    )
    return (
        f"<div><p><strong>{html.escape(recording.name)}</strong>: "
        f"{summary['video']['duration_s']:.1f} s, {summary['video']['frames']} frames, {state}."
        f"{''.join(f'<br>{html.escape(reason)}' for reason in reasons)}</p>"
        "<table><thead><tr><th>region</th><th>noise, 1 s</th><th>largest 5 s change</th>"
        f"<th>from (s)</th><th>times the noise</th></tr></thead><tbody>{rows}</tbody></table>"
        f"{curves}{face_map}</div>"
    )


def _number(value: float | None, style: str) -> str:
    return "–" if value is None else format(value, style)
