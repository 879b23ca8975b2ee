"""The data files of this package: comma-separated tables under ``data/`` with `#` comments on top."""

from __future__ import annotations

from importlib.resources import files

__all__ = ["shipped_lines"]


def shipped_lines(name: str) -> list[str]:
    """Lines of a shipped table without its comments, the column names first.

    Args:
        name: file name within ``data/``.

    Returns:
        The lines.

    >>> shipped_lines("hemoglobin_extinction.csv")[0].strip()
    'wavelength_nm,hbo2_cm-1_M-1,hb_cm-1_M-1'
    """
    path = files("rubor.optics") / "data" / name
    with path.open(encoding="utf-8") as lines:
        return [line for line in lines if not line.startswith("#")]
