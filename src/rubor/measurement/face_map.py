"""Maps of the face: the redness of each cell, drawn on the reference mesh and not on a photo."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Normalize
from matplotlib.figure import Figure
from matplotlib.patches import PathPatch, Polygon
from matplotlib.path import Path
from matplotlib.ticker import FuncFormatter

from rubor.measurement.cell_redness import CellRedness, cell_redness
from rubor.measurement.face_outline import face_outline
from rubor.measurement.figure_style import (
    CHANGE_SCALE,
    COLOUR_OF_ROLE,
    REST_SCALE,
    TEXT_PT,
    new_figure,
    signed,
    stretch,
)
from rubor.measurement.recording import Recording
from rubor.vision.reference_face import reference_face

__all__ = ["MapKind", "plot_face_map"]

FloatArray = npt.NDArray[np.float64]
MapKind = Literal["rest", "change", "vessels"]

_MAP_PT = (400.0, 530.0)
# No scale reaches less far than these, so that noise never looks like a blush.
_REST_SHOWN = 0.08
_CHANGE_SHOWN = 0.03
_VESSELS_SHOWN_CM_PER_CM2 = 0.5
_REDNESS_LABEL = "less red  –  erythema index, log₁₀(R/G)  –  more red"
_VESSELS_LABEL = "none  –  fine red lines, cm on a cm² of skin  –  many"


def plot_face_map(
    recording: Recording,
    show: Sequence[MapKind] | None = None,
    redness: CellRedness | None = None,
) -> Figure:
    """Draw the redness of each cell of about 1 cm2 on the reference face.

    One looks at the person: their left is on the right. "rest" is the index at rest (without a
    baseline: of the whole recording) less the median of the face's cells; "change" is the mean of
    the five seconds in which a region changed the most for its noise, less the baseline. Cells whose
    change is below their own noise are hatched; cells that were not measured are empty. "vessels",
    of a photo, is the length of fine red lines on each.

    Args:
        recording: what was measured.
        show: the maps, side by side; None for those that there are.
        redness: what to draw, where it is already at hand.

    Returns:
        The figure, 400 points wide a map.

    Raises:
        ValueError: a map of change or of vessels is asked for where the recording has none.
    """
    cells = cell_redness(recording) if redness is None else redness
    if show is None:
        show = ["rest"] if cells.change is None else ["rest", "change"]
    figure = new_figure(_MAP_PT[0] * len(show), _MAP_PT[1])
    for number, kind in enumerate(show):
        share = 1.0 / len(show)
        axes = figure.add_axes(((number + 0.02) * share, 0.12, 0.96 * share, 0.835))
        bar = figure.add_axes(((number + 0.12) * share, 0.088, 0.76 * share, 0.02))
        label = _REDNESS_LABEL
        if kind == "vessels":
            found = (recording.summary.get("visible_vessels") or {}).get("cells")
            if not found:
                raise ValueError("This recording has no map of vessels: that takes a sharp photo.")
            title, quiet, label = "Visible fine vessels", None, _VESSELS_LABEL
            values = np.array([found.get(name, np.nan) for name in reference_face().cell_names])
            scale, limit = REST_SCALE, _limit(values, _VESSELS_SHOWN_CM_PER_CM2)
        elif kind == "rest":
            title, values, quiet = "At rest, against the middle of this face", cells.contrast, None
            scale, limit = REST_SCALE, _limit(values, _REST_SHOWN)
        else:
            if cells.change is None or cells.moment_s is None:
                raise ValueError("This recording has no change to map: it has no baseline.")
            title = f"Change from rest, {stretch(*cells.moment_s)}"
            values, quiet = cells.change, ~cells.above_noise
            scale, limit = CHANGE_SCALE, _limit(values, _CHANGE_SHOWN)
        colours = ScalarMappable(Normalize(-limit, limit), scale)
        _draw_cells(axes, values, colours, quiet)
        _draw_features(axes, title)
        _draw_scale(figure, bar, colours, limit, label)
    return figure


def _draw_cells(
    axes: Axes,
    values: FloatArray,
    colours: ScalarMappable,
    quiet: npt.NDArray[np.bool_] | None,
) -> None:
    """Fill each cell with its colour; hatch the quiet ones, leave open what was not measured."""
    outline = face_outline()
    soft, paper, line = (COLOUR_OF_ROLE[role] for role in ("soft", "paper", "line"))
    axes.fill(*outline.silhouette.T, facecolor=soft, edgecolor=line, linewidth=1.2)
    for number, name in enumerate(reference_face().cell_names):
        style: dict[str, Any] = {"facecolor": colours.to_rgba(values[number]), "edgecolor": paper}
        if not math.isfinite(values[number]):
            style = {"facecolor": "none", "edgecolor": line, "linestyle": (0, (2, 2))}
        elif quiet is not None and quiet[number]:
            style = {"facecolor": soft, "edgecolor": line, "hatch": "/////"}
        rings = [Polygon(polygon).get_path() for polygon in outline.cells[number]]
        shape = Path.make_compound_path(*rings)
        axes.add_patch(PathPatch(shape, linewidth=0.8, gid=f"cell-{name}", **style))


def _draw_features(axes: Axes, title: str) -> None:
    """Eyes, brows, nose and mouth for orientation, and which side is which."""
    outline = face_outline()
    muted = COLOUR_OF_ROLE["muted"]
    for polygon in outline.closed:
        axes.fill(*polygon.T, fill=False, edgecolor=muted, linewidth=0.9, alpha=0.75)
    axes.plot(*outline.nose.T, color=muted, linewidth=0.9, alpha=0.75)
    right, low = outline.silhouette.min(axis=0)
    left, high = outline.silhouette.max(axis=0)
    for x, text, align in ((right, "PERSON'S RIGHT", "left"), (left, "PERSON'S LEFT", "right")):
        axes.text(
            x,
            high + 0.7,
            text,
            horizontalalignment=align,
            verticalalignment="center",
            fontsize=TEXT_PT - 1.0,
            fontweight="bold",
            color=muted,
        )
    axes.set_xlim(right - 0.3, left + 0.3)
    axes.set_ylim(low - 0.3, high + 1.5)
    axes.set_aspect("equal")
    axes.set_axis_off()
    axes.set_title(title, fontsize=TEXT_PT + 1.0, color=COLOUR_OF_ROLE["ink"], fontweight="bold")


def _draw_scale(
    figure: Figure, axes: Axes, colours: ScalarMappable, limit: float, label: str
) -> None:
    muted = COLOUR_OF_ROLE["muted"]
    bar = figure.colorbar(colours, cax=axes, orientation="horizontal", extend="both")
    bar.outline.set_visible(False)
    axes.tick_params(length=0, labelsize=TEXT_PT - 1.0, labelcolor=muted, pad=4)
    bar.set_ticks([-limit, -limit / 2.0, 0.0, limit / 2.0, limit])
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: signed(value, ".3g")))
    bar.set_label(label, fontsize=TEXT_PT - 1.0, color=muted)


def _limit(values: FloatArray, least: float) -> float:
    """How far the scale reaches: all but the outermost 2 % of the cells, in steps of 0.02."""
    known = np.abs(values[np.isfinite(values)])
    reach = float(np.percentile(known, 98)) if known.size else 0.0
    return max(least, math.ceil(reach * 50.0) / 50.0)
