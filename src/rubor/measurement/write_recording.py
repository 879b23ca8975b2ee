"""Write a recording as a folder, all of it or nothing."""

from __future__ import annotations

import json
import secrets
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from rubor.measurement.recording import Recording

__all__ = ["write_recording"]

_UNITS = {
    "time_s": "s since the first frame",
    "erythema_index": "log10(R/G), linear light",
    "erythema_index_change": "log10(R/G), change from the baseline, divided by the light reference",
    "lab_l": "CIELAB L*, D65, 2 degrees",
    "lab_a": "CIELAB a*",
    "lab_b": "CIELAB b*",
    "blood_change": "change of ln blood content at constant oxygen saturation",
    "blood_change_sd": "standard deviation of blood_change",
}


def write_recording(
    recording: Recording, folder: Path, extra: Callable[[Path], None] | None = None
) -> None:
    """Write `traces.parquet`, `cells.parquet` and `summary.json` into a folder.

    Everything is written beside it under a temporary name and renamed at the end, so that a folder of
    that name is always a whole result.

    Args:
        extra: writes further files into the folder it is given, before the rename.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    # Not `mkdtemp`: its folders are closed to everybody else, and these are shared on a cluster.
    token = secrets.token_hex(4)
    unfinished = folder.with_name(f".{folder.name}-{token}.part")
    unfinished.mkdir()
    try:
        version = str(recording.summary["versions"]["rubor"])
        _write_table(iter([recording.traces]), unfinished / "traces.parquet", version)
        _write_table(recording.cell_chunks(), unfinished / "cells.parquet", version)
        text = json.dumps(recording.summary, indent=2, ensure_ascii=False, allow_nan=False)
        (unfinished / "summary.json").write_text(text + "\n", encoding="utf-8")
        if extra is not None:
            extra(unfinished)
        if folder.exists():
            earlier = folder.with_name(f".{folder.name}-{token}.old")
            folder.rename(earlier)
            unfinished.rename(folder)
            shutil.rmtree(earlier, ignore_errors=True)
        else:
            unfinished.rename(folder)
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)


def _write_table(chunks: Iterator[pd.DataFrame], path: Path, version: str) -> None:
    first = _arrow_table(next(chunks))
    schema = first.schema.with_metadata(
        {**(first.schema.metadata or {}), b"rubor_version": version.encode()}
    )
    with pq.ParquetWriter(path, schema, compression="zstd") as writer:
        writer.write_table(first.cast(schema))
        for chunk in chunks:
            writer.write_table(_arrow_table(chunk).cast(schema))


def _arrow_table(frame: pd.DataFrame) -> pa.Table:
    """The table with the unit of each column in its metadata."""
    table = pa.Table.from_pandas(frame, preserve_index=False)
    fields = [
        field.with_metadata({"unit": _UNITS[field.name]}) if field.name in _UNITS else field
        for field in table.schema
    ]
    return table.cast(pa.schema(fields, metadata=table.schema.metadata))
