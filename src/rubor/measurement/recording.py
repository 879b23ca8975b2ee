"""A measured recording: its tables, its summary, and what it looks like."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import pandas as pd
import pyarrow.parquet as pq

from rubor.errors import InputError

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["CELL_COLUMNS", "SUMMARY_SCHEMA", "TRACE_COLUMNS", "Recording"]

SUMMARY_SCHEMA = "rubor.summary/1"
_VALUE_COLUMNS = (
    "erythema_index",
    "lab_l",
    "lab_a",
    "lab_b",
    "blood_change",
    "blood_change_sd",
    "valid",
    "erythema_index_change",
)
TRACE_COLUMNS = ("time_s", "region", *_VALUE_COLUMNS)
CELL_COLUMNS = ("time_s", "cell", *_VALUE_COLUMNS)


class Recording:
    """What was measured in one video or photo.

    Attributes:
        summary: everything but the tables, as in `summary.json`.
        traces: one row per time and region, columns `TRACE_COLUMNS`. `erythema_index` is
            log10(R/G) of linear light; `erythema_index_change` is its change from this recording's
            baseline, divided by the light reference; CIELAB is D65, 2 degrees. Left and right are
            the person's. A region that could not be measured has `valid` False and NaN.
        cells: the same per cell of about 1 cm2; large, so it is made when first asked for.
        cell_chunks: gives the same table in pieces.
    """

    def __init__(
        self,
        summary: Mapping[str, Any],
        traces: pd.DataFrame,
        cell_chunks: Callable[[], Iterator[pd.DataFrame]],
    ) -> None:
        self.summary = dict(summary)
        self.traces = traces
        self.cell_chunks = cell_chunks

    @cached_property
    def cells(self) -> pd.DataFrame:
        return pd.concat(self.cell_chunks(), ignore_index=True)

    @property
    def name(self) -> str:
        """Name of the measured file."""
        return str(self.summary["file"]["name"])

    @property
    def accepted(self) -> bool:
        """Whether every gate that matters has passed."""
        return bool(self.summary["accepted"])

    @property
    def failed_gates(self) -> list[dict[str, Any]]:
        """The gates that did not pass, each with its cure."""
        return [gate for gate in self.summary["quality"] if gate["passed"] is False]

    @classmethod
    def load(cls, folder: str | Path) -> Recording:
        """Read the folder that `rubor measure` wrote for one file.

        Raises:
            InputError: the folder is not a measured recording, or of an unknown version.
        """
        folder = Path(folder)
        return cls._read(
            lambda name: (folder / name).open("rb"),
            str(folder),
            "Give one of the folders that `rubor measure` wrote.",
        )

    @classmethod
    def from_files(cls, files: Mapping[str, bytes]) -> Recording:
        """Read the files that `recording_files` gave, by their names.

        The cells are looked up when they are first asked for, so that a mapping may fetch them then, or
        lack them.

        Raises:
            InputError: the files are not those of a measured recording, or of an unknown version.
        """
        return cls._read(
            lambda name: io.BytesIO(files[name]),
            "This set of files",
            "Measure the video or photo again.",
        )

    @classmethod
    def _read(cls, open_file: Callable[[str], BinaryIO], where: str, cure: str) -> Recording:
        try:
            with open_file("summary.json") as file:
                summary = json.loads(file.read().decode("utf-8"))
            if not isinstance(summary, dict):
                raise ValueError("the summary is not a JSON object")
            with open_file("traces.parquet") as file:
                traces = pd.read_parquet(file)
        except (OSError, ValueError, KeyError) as error:
            raise InputError(f"{where} does not hold a measured recording.", cure) from error
        if summary.get("schema") != SUMMARY_SCHEMA:
            raise InputError(
                f"{where} was written by another version of Rubor ({summary.get('schema')}).",
                "Measure the file again.",
            )
        return cls(summary, traces, lambda: _read_chunks(open_file))

    def plot(self) -> Figure:
        """Draw the change of redness of each region over time, with gaps and noise band."""
        from rubor.measurement.figures import plot_traces

        return plot_traces(self)

    def __repr__(self) -> str:
        video = self.summary["video"]
        state = "accepted" if self.accepted else "not accepted"
        return f"<Recording {self.name}: {video['duration_s']:.1f} s, {video['frames']} frames, {state}>"

    def _repr_html_(self) -> str:
        from rubor.measurement.figures import notebook_view

        return notebook_view(self)


def _read_chunks(open_file: Callable[[str], BinaryIO]) -> Iterator[pd.DataFrame]:
    with open_file("cells.parquet") as stream, pq.ParquetFile(stream) as file:
        for batch in file.iter_batches():
            yield batch.to_pandas()
