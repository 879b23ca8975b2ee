"""Patch colours of every frame, kept in a temporary file so that memory does not grow with length."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from types import TracebackType

import numpy as np
import numpy.typing as npt

__all__ = ["PatchStore"]

_STORED = np.dtype(np.float16)


class PatchStore:
    """An append-only table (frames, patches, 3) of linear RGB; NaN where a patch was not seen.

    Stored as 16-bit floats: their rounding (0.02 % rms) is far under the noise of a patch. Use it as
    a context manager; the file vanishes with it.
    """

    def __init__(self, patches: int) -> None:
        self.patches = patches
        self.frames = 0
        self._file = tempfile.TemporaryFile(prefix="rubor-")  # noqa: SIM115 - closed by `close`

    def __enter__(self) -> PatchStore:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Free the file."""
        self._file.close()

    def append(self, linear_rgb: npt.NDArray[np.float32]) -> None:
        """Add the rows (frames, patches, 3) of consecutive frames."""
        self._file.seek(0, 2)
        self._file.write(np.ascontiguousarray(linear_rgb, _STORED).tobytes())
        self.frames += len(linear_rgb)

    def read(self, first: int, count: int) -> npt.NDArray[np.float32]:
        """Rows (count, patches, 3) from frame `first` on; fewer at the end."""
        row_bytes = self.patches * 3 * _STORED.itemsize
        self._file.seek(first * row_bytes)
        data = self._file.read(min(count, self.frames - first) * row_bytes)
        return np.frombuffer(data, _STORED).reshape(-1, self.patches, 3).astype(np.float32)

    def chunks(self, frames: int = 512) -> Iterator[tuple[int, npt.NDArray[np.float32]]]:
        """(first frame, rows) over the whole table."""
        for first in range(0, self.frames, frames):
            yield first, self.read(first, frames)
