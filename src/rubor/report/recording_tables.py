"""The tables of a recording's report: the numbers behind its figures, and how it was measured."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from rubor.measurement import Recording
from rubor.measurement.cell_redness import CellRedness
from rubor.measurement.figure_style import signed
from rubor.measurement.figures import readable_region
from rubor.measurement.sustained_change import SustainedChange, region_seconds
from rubor.vision.reference_face import reference_face

__all__ = ["Table", "cell_table", "facts", "photo_table", "region_table", "second_table"]

FloatArray = npt.NDArray[np.float64]

# Longer recordings are averaged over more seconds a row.
_MOST_ROWS = 600
_COLOURS = ("erythema_index", "lab_l", "lab_a", "lab_b")


@dataclass(frozen=True)
class Table:
    """A table as text. The first column names the row."""

    caption: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def cell_table(redness: CellRedness) -> Table:
    """Redness at rest and change of every cell."""
    header = ["part", "at rest, against the middle"]
    if redness.change is not None:
        header += ["change", "its noise (1 s)"]
    rows: list[tuple[str, ...]] = []
    for number, name in enumerate(reference_face().cell_names):
        region, _, place = name.rpartition("_")
        row = [f"{readable_region(region)}, {place}", _signed(redness.contrast[number])]
        if redness.change is not None:
            row += [_signed(redness.change[number]), _plain(redness.noise_floor[number], 4)]
        rows.append(tuple(row))
    caption = "Erythema index, log₁₀(R/G), of each part of about 1 cm²"
    return Table(caption, tuple(header), tuple(rows))


def photo_table(recording: Recording) -> Table:
    """The erythema index of every region of a photo."""
    traces = recording.traces
    values = traces["erythema_index"].to_numpy(np.float64)
    rows = tuple(
        (readable_region(str(region)), _plain(value))
        for region, value in zip(traces["region"], values, strict=True)
    )
    return Table("Erythema index of each region", ("region", "log₁₀(R/G)"), rows)


def second_table(recording: Recording, regions: Sequence[str]) -> Table:
    """The curves of some regions, second by second."""
    from_rest = recording.summary["baseline"]["start_s"] is not None
    seconds = region_seconds(recording, "erythema_index_change" if from_rest else "erythema_index")
    places = [recording.summary["regions"].index(region) for region in regions]
    step = math.ceil(len(seconds.start_s) / _MOST_ROWS)
    rows = tuple(
        (
            f"{seconds.start_s[first]:.0f}",
            *(_signed(_mean(seconds.mean[first : first + step, place])) for place in places),
        )
        for first in range(0, len(seconds.start_s), step)
    )
    what = "Change of redness from rest" if from_rest else "Redness"
    return Table(
        f"{what}, log₁₀(R/G), mean of {step} s",
        ("from (s)", *map(readable_region, regions)),
        rows,
    )


def region_table(recording: Recording, changes: Sequence[SustainedChange]) -> Table:
    """One row a region: how long it was seen, its colour at rest, its noise and its change."""
    baseline, regions = recording.summary["baseline"], recording.summary["regions"]
    columns = recording.traces[[*_COLOURS, "valid"]].to_numpy(np.float64)
    values = columns.reshape(-1, len(regions), len(_COLOURS) + 1)
    at_rest = np.ones(len(values), dtype=np.bool_)
    if baseline["start_s"] is not None:
        time_s = recording.traces["time_s"].to_numpy(np.float64)[:: len(regions)]
        # The summary keeps six digits of the baseline's ends.
        at_rest = (time_s >= baseline["start_s"] - 1e-3) & (time_s <= baseline["end_s"] + 1e-3)
    rows = []
    for number, change in enumerate(changes):
        floors = recording.summary["noise_floor"][change.region]["erythema_index"]
        index, *lab = (_mean(values[at_rest, number, column]) for column in range(len(_COLOURS)))
        when = "–"
        if change.start_s is not None and change.end_s is not None:
            when = f"{change.start_s:.0f}–{change.end_s:.0f}"
        rows.append(
            (
                readable_region(change.region),
                f"{100.0 * values[:, number, -1].mean():.0f} %",
                _plain(index),
                *(_plain(axis, 1) for axis in lab),
                _plain(floors["1_s"], 4),
                _plain(floors["10_s"], 4),
                _signed(change.change),
                when,
                _plain(change.times_noise, 1),
            )
        )
    header = ["region", "seen", "erythema index at rest", "L*", "a*", "b*", "noise, 1 s"]
    header += ["noise, 10 s", "largest 5 s change", "when (s)", "times the noise"]
    caption = "Colour at rest, noise, and largest change; erythema index: log₁₀(R/G)"
    return Table(caption, tuple(header), tuple(rows))


def _resting_state(summary: dict[str, Any]) -> list[tuple[str, str]]:
    """Redness at rest within the face, and visible vessels where they were looked for."""
    resting, pairs = summary["resting_redness"], []
    if resting["central"] is not None:
        text = (
            f"{_signed(resting['central'])} in log₁₀(R/G), {resting['central_a_star']:+.1f} in a*"
        )
        pairs.append(("Cheeks, nose and chin at rest, over the palest part of the face", text))
    vessels = summary.get("visible_vessels")
    if vessels is not None:
        text = f"not told: {vessels['reason']}"
        if vessels["density_cm_per_cm2"] is not None:
            text = f"{vessels['density_cm_per_cm2']:.2f} cm on a cm² of skin"
        pairs.append(("Visible fine vessels", text))
    return pairs


def facts(summary: dict[str, Any]) -> list[tuple[str, str]]:
    """How it was measured, as pairs of a name and a value."""
    video, skin, baseline = summary["video"], summary["skin"], summary["baseline"]
    direction, mirrored = summary["blood_direction"], summary["mirrored"]
    size = f"{video['width']} × {video['height']} pixels"
    if video["frames"] > 1:
        size += f", {video['frames']} pictures, {video['duration_s']:.1f} s"
        size += f", {video['fps']:.4g} a second" if video["fps"] else ""
    rest = f"none: {baseline['source']}"
    if baseline["start_s"] is not None:
        rest = f"{baseline['start_s']:.1f} to {baseline['end_s']:.1f} s ({baseline['source']})"
    pairs = [
        ("File", summary["file"]["name"]),
        ("SHA-256 of the file", summary["file"]["sha256"]),
        ("Picture", size),
        ("Format", f"{video['container']}, {video['codec']}, {video['bit_depth']} bit"),
        (
            "Colour coding",
            f"matrix {video['matrix']}, range {video['range']}, transfer {video['transfer']},"
            f" primaries {video['primaries']}",
        ),
        ("Assumed, since the file does not say", ", ".join(video["assumed"]) or "nothing"),
        ("Rest that changes are measured from", rest),
        (
            "Mirrored picture",
            "not known, taken as not mirrored"
            if mirrored is None
            else ("yes, and put right" if mirrored else "no"),
        ),
    ]
    if skin["ita_deg"] is not None:
        sources = {
            "declared": "as you declared it",
            "card": "from the colour card",
            "image": "as the picture shows it, which is a poor guess: better declare it",
        }
        tone = f"ITA {skin['ita_deg']:.0f} ± {skin['ita_sd_deg']:.0f} degrees"
        pairs.append(("Skin tone", f"{tone} ({sources[skin['source']]})"))
    pairs += _resting_state(summary)
    if summary["blood_change_reason"] is not None:
        pairs.append(("Why no change of blood is given", summary["blood_change_reason"]))
    if direction["angle_deg"] is not None:
        angle = f"{direction['angle_deg']:.0f} ± {direction['standard_error_deg']:.0f} degrees"
        pairs.append(("Direction in which the pulse moves the colour", angle))
    versions = ", ".join(f"{name} {version}" for name, version in summary["versions"].items())
    return [*pairs, ("Versions", versions)]


def _mean(values: FloatArray) -> float:
    known = values[np.isfinite(values)]
    return float(known.mean()) if known.size else math.nan


def _signed(value: float | None) -> str:
    return "–" if value is None or not math.isfinite(value) else signed(value, ".4f")


def _plain(value: float | None, digits: int = 3) -> str:
    return "–" if value is None or not math.isfinite(value) else f"{value:.{digits}f}"
