"""The report of one recording: one HTML file that opens anywhere, for the person it is about."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from matplotlib.figure import Figure

from rubor.errors import InputError
from rubor.measurement import Recording
from rubor.measurement.cell_redness import CellRedness, cell_redness
from rubor.measurement.face_map import MapKind, plot_face_map
from rubor.measurement.figure_style import inline_svg, signed, stretch
from rubor.measurement.figures import (
    panels_of_regions,
    plot_traces,
    readable_region,
)
from rubor.measurement.sustained_change import (
    SustainedChange,
    sustained_change_of_regions,
)
from rubor.report.gate_words import gate_texts
from rubor.report.page_templates import fill_page
from rubor.report.recording_tables import (
    Table,
    cell_table,
    facts,
    photo_table,
    region_table,
    second_table,
)
from rubor.report.recording_words import (
    find,
    light_sentences,
    listed,
    plain_region,
    pulse_sentences,
    trust_sentence,
)

__all__ = ["write_report"]

_PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"


@dataclass(frozen=True)
class _Figure:
    """A figure with the table behind it."""

    svg: str
    caption: str
    table: Table


def write_report(
    recording: Recording, path: str | Path, *, face_image: bytes | None = None
) -> None:
    """Write the report of a recording as one HTML file, without scripts and outside resources.

    It says whether the recording can be trusted and what was seen, shows the face map and the curves
    with the tables behind them, the quality gates with their cures, and how it was measured.

    Args:
        recording: what was measured.
        path: the file to write.
        face_image: a picture of the face as PNG, to be shown beside the map. Without it the report
            shows no face.

    Raises:
        InputError: the picture is not a PNG.
    """
    if face_image is not None and not face_image.startswith(_PNG_SIGNATURE):
        raise InputError("The picture of the face is not a PNG.", "Give the bytes of a PNG file.")
    page = fill_page("recording_report.html", _content(recording, face_image))
    Path(path).write_text(page, encoding="utf-8", newline="\n")


def _content(recording: Recording, face_image: bytes | None) -> dict[str, Any]:
    """All that the template is filled with."""
    summary = recording.summary
    changes = sustained_change_of_regions(recording)
    gates = gate_texts(summary["quality"])
    picture = None
    if face_image is not None:
        picture = f"data:image/png;base64,{base64.b64encode(face_image).decode('ascii')}"
    return {
        "summary": summary,
        "is_photo": summary["video"]["frames"] < 2,
        "trust": trust_sentence(recording.accepted, gates),
        "findings": find(recording, changes),
        "face_picture": picture,
        "maps": _maps(cell_redness(recording), recording),
        "curves": _curves(recording, changes),
        "regions": region_table(recording, changes),
        "gates": gates,
        "light": light_sentences(summary),
        "pulse": pulse_sentences(summary),
        "facts": facts(summary),
    }


def _figure(figure: Figure, name: str, title: str, caption: str, table: Table) -> _Figure:
    svg = inline_svg(figure, name=name, title=title, description=caption)
    return _Figure(svg, caption, table)


# --- face maps ----------------------------------------------------------------------------------


def _maps(redness: CellRedness, recording: Recording) -> list[_Figure]:
    at_rest = "at rest" if recording.summary["baseline"]["start_s"] is not None else "on average"
    if recording.summary["video"]["frames"] < 2:
        at_rest = "in this photo"
    captions: dict[MapKind, tuple[str, str]] = {
        "rest": (
            f"Redness of each part of the face {at_rest}",
            f"How red each part of the face was {at_rest}, against the middle of this face. Dark is"
            " redder. Shadows and the colour of the light count too. Empty parts were not measured.",
        )
    }
    if redness.change is not None and redness.moment_s is not None:
        captions["change"] = (
            "Change of redness of each part of the face",
            f"How much redder (red) or less red (blue) each part was from {stretch(*redness.moment_s)}"
            " than at rest. This is when the face had changed the most. Striped parts changed by no"
            " more than their noise.",
        )
    if (recording.summary.get("visible_vessels") or {}).get("cells"):
        captions["vessels"] = (
            "Visible fine vessels in each part of the face",
            "How many fine red lines each part shows, less the pale lines that texture alone makes.",
        )
    table = cell_table(redness)
    return [
        _figure(plot_face_map(recording, [kind], redness), f"map-{kind}", title, caption, table)
        for kind, (title, caption) in captions.items()
    ]


# --- curves -------------------------------------------------------------------------------------


def _curves(recording: Recording, changes: tuple[SustainedChange, ...]) -> list[_Figure]:
    if recording.summary["video"]["frames"] < 2:
        return [
            _figure(
                plot_traces(recording),
                "regions",
                "Redness of each region in the photo",
                "One dot for each region of the face. Further right is redder.",
                photo_table(recording),
            )
        ]
    of_region = {change.region: change for change in changes}
    seen = set(recording.traces.loc[recording.traces["valid"], "region"])
    # Cheeks first, since they are what people look at; last what was never seen.
    panels = sorted(
        panels_of_regions(recording.summary["regions"]),
        key=lambda panel: (not panel[0].startswith("cheek"), seen.isdisjoint(panel)),
    )
    return [
        _figure(
            plot_traces(recording, panel),
            f"curve-{panel[0].replace('_', '-')}",
            f"Redness over time: {listed([readable_region(region) for region in panel])}",
            _curve_caption([of_region[region] for region in panel]),
            second_table(recording, panel),
        )
        for panel in panels
    ]


def _curve_caption(changes: list[SustainedChange]) -> str:
    sentences = []
    for change in changes:
        name = plain_region(change.region).capitalize()
        percent, times = change.percent, change.times_noise
        if percent is None or change.start_s is None or change.end_s is None:
            sentences.append(f"{name}: no change could be measured.")
            continue
        noise = "" if times is None else f", {times:.1f} times the noise"
        sentences.append(
            f"{name}: largest change over 5 seconds {signed(percent, '.1f')} %{noise},"
            f" from {stretch(change.start_s, change.end_s)}."
        )
    return " ".join(sentences)
