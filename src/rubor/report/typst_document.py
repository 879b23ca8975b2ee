"""A PDF from a Typst template of this package, the same on every machine.

Only the fonts that Typst itself carries are used, nothing is loaded from outside, and the fonts are
embedded in the file.
"""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from importlib.resources import files
from typing import Any

import matplotlib
import typst
from matplotlib.figure import Figure

__all__ = ["outlined_svg", "typst_pdf"]


def typst_pdf(template: str, content: Mapping[str, Any], *, made_at: int) -> bytes:
    """Fill a template.

    Args:
        template: name of a file in `templates`; it reads its content from `sys.inputs.content`.
        content: what JSON can hold.
        made_at: time that the file is said to be made at, in seconds since 1970: the same content and
            time give the same bytes.

    Returns:
        The PDF, with tags that a screen reader follows.
    """
    source = (files("rubor.report") / "templates" / template).read_bytes()
    made: bytes = typst.compile(
        source,
        format="pdf",
        sys_inputs={"content": json.dumps(content, ensure_ascii=False, allow_nan=False)},
        ignore_system_fonts=True,
        timestamp=made_at,
    )
    return made


def outlined_svg(figure: Figure) -> str:
    """A figure as SVG with its letters as outlines, so that it needs no font."""
    drawn = io.StringIO()
    with matplotlib.rc_context({"svg.fonttype": "path", "svg.hashsalt": "figure"}):
        figure.savefig(
            drawn, format="svg", facecolor=figure.get_facecolor(), metadata={"Date": None}
        )
    return drawn.getvalue()
