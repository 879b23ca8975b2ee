"""How the episodes of a recording look."""

from __future__ import annotations

import io
from typing import Final

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter

from rubor.measurement.figure_style import (
    COLOUR_OF_ROLE,
    TEXT_PT,
    clock,
    new_figure,
    shade_rest,
    signed,
    style_axes,
)
from rubor.measurement.recording import Recording
from rubor.measurement.running_mean import running_mean, thinned, with_gaps
from rubor.response.area_traces import area_traces, pooled
from rubor.response.episodes import SIDES, Episode, Episodes
from rubor.response.felt_and_seen import events_of

__all__ = ["episodes_as_svg", "plot_episodes"]

_SIZE_PT: Final = (800.0, 320.0)
_SMOOTHING_S: Final = 1.0
_MOST_POINTS: Final = 800
_LABELS: Final = {
    "blood_change": "change of ln blood",
    "erythema_index": "change of log₁₀(R/G)",
}
_LEAST_SHOWN: Final = {"blood_change": 0.2, "erythema_index": 0.02}
_CLOCK_FROM_S: Final = 180.0


def plot_episodes(recording: Recording, found: Episodes) -> Figure:
    """Draw person-left and person-right over time, with the episodes that were found.

    A shaded stretch is an episode from onset to recovery; the bar on top of it is its plateau, at its
    peak, with the interval of the peak. Marks of the person are dashed lines. The numbers behind the
    figure are in `episodes.json` and in the traces.

    Args:
        recording: the recording.
        found: its episodes.
    """
    traces = area_traces(recording, found.measure)
    figure = new_figure(*_SIZE_PT)
    axes = figure.subplots()
    figure.subplots_adjust(left=0.09, right=0.98, bottom=0.17, top=0.86)
    style_axes(axes)
    axes.axhline(0.0, color=COLOUR_OF_ROLE["muted"], linewidth=0.9)
    reach = [_LEAST_SHOWN[found.measure]]
    for side, regions in SIDES.items():
        names = [name for name in regions if name in traces.names]
        if not names:
            continue
        values = running_mean(traces.time_s, pooled(traces.of(names)), _SMOOTHING_S)
        if np.isfinite(values).any():
            reach.append(float(np.nanmax(np.abs(values))))
        axes.plot(
            *thinned(*with_gaps(traces.time_s, values), _MOST_POINTS),
            color=COLOUR_OF_ROLE[side],
            linewidth=1.8,
            label=f"person-{side}",
            gid=f"mean-{side}",
        )
    for number, episode in enumerate(found.episodes, start=1):
        _draw_episode(axes, number, episode)
        reach.append(episode.peak.value)
    shade_rest(axes, recording.summary["baseline"])
    _draw_marks(axes, recording)
    if len(traces.time_s) > 1:
        axes.set_xlim(traces.time_s[0], traces.time_s[-1])
    axes.set_ylim(-0.5 * max(reach), 1.3 * max(reach))
    axes.set_ylabel(_LABELS[found.measure])
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: signed(value, ".3g")))
    if traces.time_s[-1] > _CLOCK_FROM_S:
        axes.set_xlabel("time (minutes:seconds)")
        axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: clock(value)))
    else:
        axes.set_xlabel("time (s)")
    axes.legend(
        loc="lower right",
        bbox_to_anchor=(1.0, 1.0),
        ncols=2,
        frameon=False,
        fontsize=TEXT_PT - 1.0,
        labelcolor=COLOUR_OF_ROLE["ink"],
    )
    axes.set_title(
        found.reason or _title(len(found.episodes)),
        loc="left",
        fontsize=TEXT_PT,
        color=COLOUR_OF_ROLE["ink"],
    )
    return figure


def episodes_as_svg(recording: Recording, found: Episodes) -> str:
    """The same figure as the text of an SVG file; equal recordings give equal files."""
    drawn = io.StringIO()
    with matplotlib.rc_context({"svg.fonttype": "none", "svg.hashsalt": found.recording}):
        plot_episodes(recording, found).savefig(drawn, format="svg", metadata={"Date": None})
    return drawn.getvalue()


def _title(count: int) -> str:
    return (
        "No episode above the noise" if count == 0 else f"{count} episode{'s' if count > 1 else ''}"
    )


def _draw_episode(axes: Axes, number: int, episode: Episode) -> None:
    colour = COLOUR_OF_ROLE["middle"]
    axes.axvspan(
        episode.start_s,
        episode.end_s,
        color=colour,
        alpha=0.10,
        linewidth=0,
        gid=f"episode-{number}",
    )
    middle_s = (episode.plateau_start_s + episode.plateau_end_s) / 2.0
    low, high = episode.peak.interval_95
    axes.plot(
        [episode.plateau_start_s, episode.plateau_end_s],
        [episode.peak.value] * 2,
        color=colour,
        linewidth=3.0,
        gid=f"peak-{number}",
    )
    axes.plot([middle_s] * 2, [low, high], color=colour, linewidth=1.2, gid=f"interval-{number}")
    axes.text(
        episode.start_s,
        0.97,
        f" {number}",
        transform=axes.get_xaxis_transform(),
        va="top",
        fontsize=TEXT_PT - 1.0,
        color=COLOUR_OF_ROLE["ink"],
    )


def _draw_marks(axes: Axes, recording: Recording) -> None:
    for event in events_of(recording):
        if event.kind.startswith("baseline"):
            continue
        axes.axvline(
            event.time_s, color=COLOUR_OF_ROLE["muted"], linewidth=0.9, linestyle=(0, (3, 3))
        )
        axes.text(
            event.time_s,
            0.03,
            f"{event.kind.replace('_', ' ')}",
            transform=axes.get_xaxis_transform(),
            rotation=90,
            ha="left",
            va="bottom",
            fontsize=TEXT_PT - 2.0,
            color=COLOUR_OF_ROLE["muted"],
        )
