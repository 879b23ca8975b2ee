"""The report of one recording: one HTML file that opens anywhere, for the person it is about."""

from __future__ import annotations

import base64
import math
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup
from matplotlib.figure import Figure

from rubor.errors import InputError
from rubor.measurement import Recording
from rubor.measurement.cell_redness import CellRedness, cell_redness
from rubor.measurement.figure_style import inline_svg
from rubor.measurement.figures import (
    MapKind,
    panels_of_regions,
    plot_face_map,
    plot_traces,
    readable_region,
)
from rubor.measurement.sustained_change import (
    SustainedChange,
    region_seconds,
    sustained_change_of_regions,
)
from rubor.report.gate_words import gate_texts
from rubor.report.recording_words import (
    find,
    light_sentences,
    plain_region,
    pulse_sentences,
    span_of_time,
    trust_sentence,
)
from rubor.vision.reference_face import reference_face

__all__ = ["write_report"]

_PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_MOST_ROWS = 600


@dataclass(frozen=True)
class _Table:
    """The numbers behind a figure. The first column names the row."""

    caption: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class _Figure:
    """A figure with the table behind it."""

    svg: Markup
    caption: str
    table: _Table


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
    page = _templates().get_template("recording_report.html").render(_content(recording, face_image))
    Path(path).write_text(page, encoding="utf-8", newline="\n")


@cache
def _templates() -> Environment:
    return Environment(
        loader=PackageLoader("rubor.report"), autoescape=True, undefined=StrictUndefined,
        trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip


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
        "regions": _region_table(recording, changes),
        "gates": gates,
        "light": [sentence for sentence in light_sentences(summary["reference"]) if sentence],
        "pulse": [sentence for sentence in pulse_sentences(summary) if sentence],
        "facts": _facts(summary),
    }


def _figure(figure: Figure, name: str, title: str, caption: str, table: _Table) -> _Figure:
    svg = inline_svg(figure, name=name, title=title, description=caption)
    return _Figure(Markup(svg), caption, table)


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
            f"How much redder (red) or less red (blue) each part was {span_of_time(*redness.moment_s)}"
            " than at rest. This is when the face had changed the most. Striped parts changed by no"
            " more than their noise.",
        )
    table = _cell_table(redness)
    return [
        _figure(plot_face_map(recording, [kind], redness), f"map-{kind}", title, caption, table)
        for kind, (title, caption) in captions.items()
    ]


def _cell_table(redness: CellRedness) -> _Table:
    face = reference_face()
    header = ["part", "at rest, against the middle"]
    columns = [redness.contrast]
    if redness.change is not None:
        header += ["change", "its noise (1 s)"]
        columns += [redness.change, redness.noise_floor]
    rows = tuple(
        (_readable_cell(name), *(_signed(float(column[number])) for column in columns))
        for number, name in enumerate(face.cell_names)
    )
    return _Table("Erythema index, log₁₀(R/G), of each part of about 1 cm²", tuple(header), rows)


def _readable_cell(name: str) -> str:
    region, _, number = name.rpartition("_")
    return f"{readable_region(region)}, {number}"


# --- curves -------------------------------------------------------------------------------------


def _curves(recording: Recording, changes: tuple[SustainedChange, ...]) -> list[_Figure]:
    summary = recording.summary
    if summary["video"]["frames"] < 2:
        rows = tuple(
            (readable_region(str(row.region)), _plain(float(row.erythema_index)))
            for row in recording.traces.itertuples()
        )
        table = _Table("Erythema index of each region", ("region", "log₁₀(R/G)"), rows)
        return [
            _figure(
                plot_traces(recording), "regions", "Redness of each region in the photo",
                "One dot for each region of the face. Further right is redder.", table,
            )
        ]  # fmt: skip
    from_rest = summary["baseline"]["start_s"] is not None
    column = "erythema_index_change" if from_rest else "erythema_index"
    seconds = region_seconds(recording, column)
    step = math.ceil(len(seconds.start_s) / _MOST_ROWS)
    what = "Change of redness from rest" if from_rest else "Redness"
    of_region = {change.region: change for change in changes}
    figures = []
    # Cheeks first: they are what people look at.
    panels = sorted(
        panels_of_regions(summary["regions"]), key=lambda panel: not panel[0].startswith("cheek")
    )
    for panel in panels:
        places = [summary["regions"].index(region) for region in panel]
        rows = tuple(
            (
                f"{seconds.start_s[first]:.0f}",
                *(_signed(_mean(seconds.mean[first : first + step, place])) for place in places),
            )
            for first in range(0, len(seconds.start_s), step)
        )
        names = [readable_region(region) for region in panel]
        table = _Table(
            f"{what}, log₁₀(R/G), mean of {step} s", ("from (s)", *names), rows
        )
        title = f"{what} over time: {' and '.join(names)}"
        figures.append(
            _figure(
                plot_traces(recording, panel), f"curve-{panel[0].replace('_', '-')}", title,
                _curve_description(of_region, panel), table,
            )
        )  # fmt: skip
    return figures


def _curve_description(changes: dict[str, SustainedChange], panel: tuple[str, ...]) -> str:
    sentences = []
    for region in panel:
        change = changes[region]
        name = plain_region(region).capitalize()
        if change.change is None or change.start_s is None or change.end_s is None:
            sentences.append(f"{name}: no change could be measured.")
            continue
        noise = "" if change.times_noise is None else f", {change.times_noise:.1f} times the noise"
        sentences.append(
            f"{name}: largest change over 5 seconds {_sign(change.percent, '.1f')} %{noise},"
            f" {span_of_time(change.start_s, change.end_s)}."
        )
    return " ".join(sentences)


# --- tables and facts ---------------------------------------------------------------------------


def _region_table(recording: Recording, changes: tuple[SustainedChange, ...]) -> _Table:
    """One row a region: colour at rest, noise, change, and how much of the time it was seen."""
    summary, traces = recording.summary, recording.traces
    baseline = summary["baseline"]
    resting = traces
    if baseline["start_s"] is not None:
        inside = traces["time_s"].between(baseline["start_s"] - 1e-3, baseline["end_s"] + 1e-3)
        resting = traces[inside]
    colour = resting.groupby("region", observed=False)[
        ["erythema_index", "lab_l", "lab_a", "lab_b"]
    ].mean()
    seen = traces.groupby("region", observed=False)["valid"].mean()
    rows = []
    for change in changes:
        floors = summary["noise_floor"][change.region]["erythema_index"]
        at_rest = colour.loc[change.region]
        when = "–" if change.start_s is None else f"{change.start_s:.0f}–{change.end_s:.0f}"
        times = "–" if change.times_noise is None else f"{change.times_noise:.1f}"
        rows.append(
            (
                readable_region(change.region),
                f"{100.0 * float(seen.loc[change.region]):.0f} %",
                _plain(float(at_rest["erythema_index"])),
                *(_plain(float(at_rest[axis]), 1) for axis in ("lab_l", "lab_a", "lab_b")),
                _plain(floors["1_s"], 4),
                _plain(floors["10_s"], 4),
                _signed(change.change),
                when,
                times,
            )
        )
    return _Table(
        "Each region in numbers",
        (
            "region", "seen", "erythema index at rest", "L*", "a*", "b*", "noise, 1 s",
            "noise, 10 s", "largest 5 s change", "when (s)", "times the noise",
        ),
        tuple(rows),
    )  # fmt: skip


def _facts(summary: dict[str, Any]) -> list[tuple[str, str]]:
    """How it was measured, as pairs of a name and a value."""
    video, skin, baseline = summary["video"], summary["skin"], summary["baseline"]
    facts = [("File", summary["file"]["name"]), ("SHA-256 of the file", summary["file"]["sha256"])]
    size = f"{video['width']} × {video['height']} pixels"
    if video["frames"] > 1:
        size += f", {video['frames']} pictures, {video['duration_s']:.1f} s"
        size += f", {video['fps']:.4g} a second" if video["fps"] else ""
    facts.append(("Picture", size))
    facts.append(("Format", f"{video['container']}, {video['codec']}, {video['bit_depth']} bit"))
    facts.append(
        (
            "Colour coding",
            f"matrix {video['matrix']}, range {video['range']}, transfer {video['transfer']},"
            f" primaries {video['primaries']}",
        )
    )
    assumed = ", ".join(video["assumed"])
    facts.append(("Assumed, since the file does not say", assumed or "nothing"))
    if baseline["start_s"] is None:
        facts.append(("Rest that changes are measured from", f"none: {baseline['source']}"))
    else:
        stretch = f"{baseline['start_s']:.1f} to {baseline['end_s']:.1f} s ({baseline['source']})"
        facts.append(("Rest that changes are measured from", stretch))
    mirrored = {True: "yes, and put right", False: "no", None: "not known, taken as not mirrored"}
    facts.append(("Mirrored picture", mirrored[summary["mirrored"]]))
    if skin["ita_deg"] is not None:
        facts.append(
            (
                "Skin tone as the picture shows it",
                f"ITA {skin['ita_deg']:.0f} ± {skin['ita_sd_deg']:.0f} degrees (a camera cannot tell it"
                " better)",
            )
        )
    direction = summary["blood_direction"]
    if direction["angle_deg"] is not None:
        facts.append(
            (
                "Direction in which the pulse moves the colour",
                f"{direction['angle_deg']:.0f} ± {direction['standard_error_deg']:.0f} degrees",
            )
        )
    versions = ", ".join(f"{name} {version}" for name, version in summary["versions"].items())
    facts.append(("Versions", versions))
    facts += [("Note", warning) for warning in summary["warnings"]]
    return facts


def _mean(values: np.ndarray[Any, np.dtype[np.float64]]) -> float:
    known = values[np.isfinite(values)]
    return float(known.mean()) if known.size else math.nan


def _signed(value: float | None) -> str:
    if value is None or not math.isfinite(value):
        return "–"
    return _sign(value, ".4f")


def _sign(value: float | None, style: str) -> str:
    return f"{value or 0.0:+{style}}".replace("-", "−")


def _plain(value: float | None, digits: int = 3) -> str:
    return "–" if value is None or not math.isfinite(value) else f"{value:.{digits}f}"
