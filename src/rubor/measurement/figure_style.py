"""How figures look: colours with a role, colour scales, and figures as SVG inside a page.

Every colour that is not data has a role. `inline_svg` turns a role's colour into a CSS variable
with that colour as its fall-back, so that a page can change it, for a dark screen or for print,
and a figure looks right where no page does.
"""

from __future__ import annotations

import html
import io
import re
from collections.abc import Mapping
from typing import Any, Final

import matplotlib
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure

__all__ = [
    "CHANGE_SCALE",
    "COLOUR_OF_ROLE",
    "REST_SCALE",
    "TEXT_PT",
    "clock",
    "inline_svg",
    "new_figure",
    "shade_rest",
    "signed",
    "stretch",
    "style_axes",
]

COLOUR_OF_ROLE: Final = {
    "ink": "#1b2430",
    "muted": "#5a6675",
    "line": "#cdd4db",
    "soft": "#eef1f4",
    "paper": "#fefefe",
    "left": "#0a66b0",
    "right": "#c2410c",
    "middle": "#5b4b9a",
}
"""Blue for person-left and orange for person-right are told apart by all kinds of colour vision."""

# Equal steps of CIEDE2000 along a course of falling lightness, and of falling lightness to both
# sides: the scales read the same without colour vision.
REST_SCALE: Final = LinearSegmentedColormap.from_list(
    "redness at rest",
    [
        "#fdf2e7",
        "#f7dfcb",
        "#f1caaf",
        "#ecb496",
        "#e59d80",
        "#de866e",
        "#d6705f",
        "#cc584e",
        "#b84945",
        "#a2393b",
        "#8a2730",
    ],
)
CHANGE_SCALE: Final = LinearSegmentedColormap.from_list(
    "change of redness",
    [
        "#00649f",
        "#167ab5",
        "#4291c6",
        "#73a8d0",
        "#9ec0da",
        "#c6d7e3",
        "#e9ebed",
        "#ecd4cd",
        "#e9b7aa",
        "#e29583",
        "#d97160",
        "#ca4e44",
        "#ad3032",
    ],
)

TEXT_PT: Final = 12.0
_FONTS = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif"


def new_figure(width_pt: float, height_pt: float) -> Figure:
    """An empty figure, in points: one point is one CSS pixel of the page at full size."""
    figure = Figure(figsize=(width_pt / 72.0, height_pt / 72.0), dpi=72)
    figure.set_facecolor(COLOUR_OF_ROLE["paper"])
    return figure


def style_axes(axes: Axes) -> None:
    """Plain axes: two spines, light lines across, small muted numbers."""
    axes.set_facecolor("none")
    axes.spines[["top", "right", "left"]].set_visible(False)
    axes.spines["bottom"].set_color(COLOUR_OF_ROLE["line"])
    axes.grid(axis="y", color=COLOUR_OF_ROLE["line"], linewidth=0.7)
    axes.set_axisbelow(True)
    axes.tick_params(length=0, labelsize=TEXT_PT - 1.0, labelcolor=COLOUR_OF_ROLE["muted"], pad=4)
    for axis in (axes.xaxis, axes.yaxis):
        axis.label.set_color(COLOUR_OF_ROLE["muted"])
        axis.label.set_fontsize(TEXT_PT - 1.0)


def shade_rest(axes: Axes, baseline: Mapping[str, Any]) -> None:
    """Shade the stretch at rest of a summary's `baseline`, where there is one."""
    if baseline["start_s"] is None:
        return
    axes.axvspan(
        baseline["start_s"],
        baseline["end_s"],
        color=COLOUR_OF_ROLE["soft"],
        linewidth=0,
        zorder=0,
        gid="at-rest",
    )


def stretch(start_s: float, end_s: float) -> str:
    """From when to when; in minutes and seconds from one minute on.

    >>> stretch(10.0, 15.0), stretch(83.0, 88.0)
    ('10 to 15 seconds', '1:23 to 1:28 minutes')
    """
    if end_s < 60.0:
        return f"{start_s:.0f} to {end_s:.0f} seconds"
    return f"{clock(start_s)} to {clock(end_s)} minutes"


def clock(time_s: float) -> str:
    """A time as minutes and seconds.

    >>> clock(83.0)
    '1:23'
    """
    return f"{round(time_s) // 60}:{round(time_s) % 60:02d}"


def signed(value: float, style: str) -> str:
    """A number with its sign, a true minus, and no sign at zero.

    >>> signed(0.02, ".3g"), signed(-4.0, ".0f"), signed(0.0, ".1f")
    ('+0.02', '−4', '0')
    """
    return f"{value:+{style}}".replace("-", "−") if abs(value) > 1e-9 else "0"


def inline_svg(figure: Figure, *, name: str, title: str, description: str) -> str:
    """A figure as an `<svg>` element that stands alone in any HTML page.

    Text stays text, in the fonts of the page. Nothing in it refers to anything outside.

    Args:
        figure: drawn with the colours of `COLOUR_OF_ROLE`.
        name: unlike that of any other figure on the page; letters, digits, hyphens.
        title: read out by a screen reader.
        description: what there is to see, for those who do not see it.

    >>> svg = inline_svg(new_figure(100, 50), name="map", title="A map", description="Empty.")
    >>> svg[:40]
    '<svg class="figure" role="img" aria-labe'
    >>> "http" in svg
    False
    """
    drawn = io.StringIO()
    with matplotlib.rc_context({"svg.fonttype": "none", "svg.hashsalt": name}):
        figure.savefig(drawn, format="svg", facecolor=figure.get_facecolor())
    text = drawn.getvalue()
    content = re.sub(r"<metadata>.*?</metadata>", "", text[text.index("<svg") :], flags=re.DOTALL)
    opening, content = content.split(">", 1)
    box = re.search(r'viewBox="([^"]+)"', opening)
    width = figure.get_figwidth() * 72.0
    content = re.sub(r"<!--.*?-->\s*", "", content, flags=re.DOTALL)
    content = re.sub(r'\bxlink:href="', 'href="', content)
    referred = set(re.findall(r'(?:href="|url\()#([^")]+)', content))
    content = re.sub(r'\bid="([^"]+)"', lambda found: _named_part(found[1], referred), content)
    content = re.sub(r'(\bid="|href="#|url\(#)', rf"\g<1>{name}-", content)
    content = re.sub(r"(font: [^;\"]*?px |font-family: )[^;\"]+", rf"\g<1>{_FONTS}", content)
    content = re.sub(r"(\d+\.\d\d)\d+", r"\1", content)
    for role, colour in COLOUR_OF_ROLE.items():
        variable = f"var(--figure-{role}, {colour})"
        content = content.replace(f'fill="{colour}"', f'style="fill: {variable}"')
        content = content.replace(f": {colour}", f": {variable}")
    return (
        f'<svg class="figure" role="img" aria-labelledby="{name}-title {name}-description"'
        f' viewBox="{box.group(1) if box else ""}" style="width: 100%; max-width: {width:.0f}px">'
        f'<title id="{name}-title">{html.escape(title)}</title>'
        f'<desc id="{name}-description">{html.escape(description)}</desc>{content.strip()}'
    )


def _named_part(drawn: str, referred: set[str]) -> str:
    """Ids are for what is referred to; a part that a figure has named keeps its name as data."""
    if drawn in referred:
        return f'id="{drawn}"'
    return f'data-part="{drawn}"' if "-" in drawn else ""
