"""Figures of a plan: its numbered map, and the map of what was missed."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import PathPatch, Polygon
from matplotlib.path import Path

from rubor.measurement.face_outline import face_outline
from rubor.measurement.figure_style import COLOUR_OF_ROLE, TEXT_PT, new_figure
from rubor.pathway.injection_plan import InjectionPlan
from rubor.pathway.missed_area import MissedArea
from rubor.vision.reference_face import reference_face

__all__ = ["plot_missed_map", "plot_plan_map"]

_SIZE_PT = (520.0, 640.0)
_MARGIN = 0.04
_DOT_PT = 12.5
_SMALL_DOT_PT = 4.0
_FULL: Final = "#7c1d2b"
_REDUCED: Final = "#b7791f"
_COLOUR_OF_FOUND: Final = {
    "quiet": COLOUR_OF_ROLE["soft"],
    "missed": "#ad3032",
    "reached, still blushes": "#e9b7aa",
}


def plot_plan_map(plan: InjectionPlan, picture: npt.NDArray[np.uint8] | None = None) -> Figure:
    """Draw the numbered points on the face from the front; person-left is on the right.

    Args:
        plan: a plan.
        picture: the photo it was made on, (h, w, 3) display-coded and turned back where it was
            mirrored; None draws the face as lines.
    """
    figure = new_figure(*_SIZE_PT)
    axes = figure.add_axes((0.0, 0.05, 1.0, 0.9))
    if picture is None:
        for line in plan.outline:
            points = np.array(line.points_mm)
            ring = np.vstack([points, points[:1]]) if line.closed else points
            wide = 1.3 if line.name == "outline" else 0.9
            axes.plot(*ring.T, color=COLOUR_OF_ROLE["muted"], linewidth=wide)
        where = np.array([(point.x_mm, point.y_mm) for point in plan.points])
        every = np.concatenate([np.array(line.points_mm) for line in plan.outline])
        low, high = every.min(axis=0), every.max(axis=0)
    else:
        axes.imshow(picture, interpolation="bilinear")
        where = np.array([point.picture_px for point in plan.points])
        low, high = _face_in_picture(plan, where)
    colours = [_REDUCED if point.reduced_by else _FULL for point in plan.points]
    axes.scatter(
        where[:, 0],
        where[:, 1],
        s=_DOT_PT**2,
        c=colours,
        edgecolors="#ffffff",
        linewidths=0.6,
        zorder=3,
    )
    for (x, y), point in zip(where, plan.points, strict=True):
        axes.text(
            x,
            y,
            point.name,
            fontsize=5.8,
            fontweight="bold",
            color="#ffffff",
            horizontalalignment="center",
            verticalalignment="center",
            zorder=4,
        )
    room = _MARGIN * float((high - low).max())
    axes.set_xlim(low[0] - room, high[0] + room)
    if picture is None:
        axes.set_ylim(low[1] - room, high[1] + room)
    else:
        axes.set_ylim(high[1] + room, low[1] - room)
    axes.set_aspect("equal")
    axes.set_axis_off()
    _name_sides(figure)
    handles = [_dot(_FULL, "point"), _dot(_REDUCED, "point in a zone of a reduced dose")]
    _legend(figure, handles)
    return figure


def plot_missed_map(missed: MissedArea, plan: InjectionPlan) -> Figure:
    """Draw what still blushes, and the points, on the reference face; person-left is on the right.

    Args:
        missed: of that plan.
        plan: whose points are drawn.
    """
    figure = new_figure(*_SIZE_PT)
    axes = figure.add_axes((0.0, 0.05, 1.0, 0.9))
    outline, face = face_outline(), reference_face()
    line = COLOUR_OF_ROLE["line"]
    axes.fill(*outline.silhouette.T, facecolor="none", edgecolor=COLOUR_OF_ROLE["muted"])
    for cell in missed.cells:
        number = face.cell_names.index(cell.name)
        rings = [Polygon(polygon).get_path() for polygon in outline.cells[number]]
        colour = _COLOUR_OF_FOUND.get(cell.found)
        axes.add_patch(
            PathPatch(
                Path.make_compound_path(*rings),
                facecolor="none" if colour is None else colour,
                edgecolor=line,
                hatch="////" if cell.found == "missed" else None,
                linewidth=0.8,
                gid=f"cell-{cell.name}",
            )
        )
    _features(axes)
    points = np.array([point.reference_mm[:2] for point in plan.points]) / 10.0
    ink = COLOUR_OF_ROLE["ink"]
    axes.scatter(points[:, 0], points[:, 1], s=_SMALL_DOT_PT**2, color=ink, gid="points", zorder=3)
    axes.set_aspect("equal")
    axes.set_axis_off()
    _name_sides(figure)
    handles = [_dot(colour, words) for words, colour in _COLOUR_OF_FOUND.items()]
    _legend(figure, [*handles, _dot(ink, "injected point", _SMALL_DOT_PT)])
    return figure


def _features(axes: Axes) -> None:
    outline, muted = face_outline(), COLOUR_OF_ROLE["muted"]
    for polygon in outline.closed:
        axes.fill(*polygon.T, fill=False, edgecolor=muted, linewidth=0.9)
    axes.plot(*outline.nose.T, color=muted, linewidth=0.9)


def _face_in_picture(
    plan: InjectionPlan, where: npt.NDArray[np.float64]
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """The corners of the face in the photo, from the drawing about the middle of the points."""
    every = np.concatenate([np.array(line.points_mm) for line in plan.outline])
    millimetres = np.array([(point.x_mm, point.y_mm) for point in plan.points])
    shift = where.mean(axis=0) - millimetres.mean(axis=0) / plan.scale.mm_per_px * [1.0, -1.0]
    in_picture = every / plan.scale.mm_per_px * [1.0, -1.0] + shift
    return in_picture.min(axis=0), in_picture.max(axis=0)


def _name_sides(figure: Figure) -> None:
    for x, text, align in ((0.03, "PERSON'S RIGHT", "left"), (0.97, "PERSON'S LEFT", "right")):
        figure.text(
            x,
            0.975,
            text,
            horizontalalignment=align,
            verticalalignment="center",
            fontsize=TEXT_PT,
            fontweight="bold",
            color=COLOUR_OF_ROLE["ink"],
        )


def _dot(colour: str, words: str, size_pt: float = 8.0) -> Line2D:
    return Line2D([], [], marker="o", linestyle="", color=colour, markersize=size_pt, label=words)


def _legend(figure: Figure, handles: list[Line2D]) -> None:
    figure.legend(
        handles=handles, loc="lower center", ncols=len(handles), frameon=False, fontsize=TEXT_PT - 2
    )
