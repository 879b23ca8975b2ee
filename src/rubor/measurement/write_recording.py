"""Write a recording as files: in a folder, all of it or nothing, or in memory."""

from __future__ import annotations

import io
import json
import secrets
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from rubor.measurement.recording import Recording

__all__ = ["recording_files", "write_recording"]

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
        for name, write in _writers(recording).items():
            with (unfinished / name).open("wb") as file:
                write(file)
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


def recording_files(recording: Recording) -> dict[str, bytes]:
    """The bytes of `traces.parquet`, `cells.parquet` and `summary.json`, by their names.

    They are those that `write_recording` writes, for whoever keeps them otherwise than as a folder;
    `Recording.from_files` reads them. 15 minutes of 30 frames a second make some 150 MB.
    """
    files = {}
    for name, write in _writers(recording).items():
        file = io.BytesIO()
        write(file)
        files[name] = file.getvalue()
    return files


def _writers(recording: Recording) -> dict[str, Callable[[BinaryIO], None]]:
    """For each file's name, what writes its bytes."""
    version = str(recording.summary["versions"]["rubor"])

    def summary(file: BinaryIO) -> None:
        text = json.dumps(recording.summary, indent=2, ensure_ascii=False, allow_nan=False)
        file.write(f"{text}\n".encode())

    return {
        "traces.parquet": lambda file: _write_table(iter([recording.traces]), file, version),
        "cells.parquet": lambda file: _write_table(recording.cell_chunks(), file, version),
        "summary.json": summary,
    }


def _write_table(chunks: Iterator[pd.DataFrame], file: BinaryIO, version: str) -> None:
    first = _arrow_table(next(chunks))
    schema = first.schema.with_metadata(
        {**(first.schema.metadata or {}), b"rubor_version": version.encode()}
    )
    with pq.ParquetWriter(file, schema, compression="zstd") as writer:
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
