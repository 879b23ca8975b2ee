"""The report of a smile: one HTML page without scripts and outside resources."""

from __future__ import annotations

from typing import Any

from matplotlib.figure import Figure

from rubor.measurement.figure_style import inline_svg
from rubor.pathway.smile import OneSmile, Smile
from rubor.pathway.smile_change import SmileChange, symmetry_advice
from rubor.pathway.smile_figures import plot_smile_change, plot_smile_course, plot_smile_sides
from rubor.pathway.smile_words import change_words, headline, repeat_words, side_words
from rubor.report.page_templates import fill_page

__all__ = ["smile_report_html"]

_BADGES = {
    "unknown": ("unjudged", "= no baseline"),
    "open": ("unjudged", "= cannot be told"),
    "good": ("", "✓ within the error of measuring"),
    "care": ("hint", "… real change"),
    "bad": ("failed", "✕ noticeable change"),
}


def smile_report_html(smile: Smile, change: SmileChange | None = None) -> str:
    """The report as a page.

    Args:
        smile: what was measured.
        change: against the person's own baseline, where there is one.
    """
    tone = _tone(change)
    advices = (symmetry_advice(),) if change is None else change.advice
    badge_class, badge = _BADGES[tone]
    day = "" if smile.recorded_on is None else smile.recorded_on.isoformat()
    names = ", ".join(file.name for file in smile.files)
    sources = [f"{one.source} ({one.strength})" for one in advices]
    if change is not None:
        sources.append(f"{change.source} ({change.strength})")
    return fill_page(
        "smile_report.html",
        {
            "subtitle": " · ".join(part for part in (names, day) if part),
            "tone": tone,
            "badge": badge,
            "badge_class": badge_class,
            "headline": headline(smile, change),
            "advices": advices,
            "figures": _figures(smile, change),
            "tables": _tables(smile, change),
            "notes": smile.notes,
            "method": _method(smile, change),
            "sources": list(dict.fromkeys((*sources, smile.scale.source))),
            "version": smile.version,
        },
    )


def _tone(change: SmileChange | None) -> str:
    if change is None:
        return "unknown"
    found = {value.found for value in (change.left, change.right, change.difference)}
    if "noticeable change" in found:
        return "bad"
    if "real change" in found:
        return "care"
    return "open" if change.cannot_be_told else "good"


def _figures(smile: Smile, change: SmileChange | None) -> list[dict[str, str]]:
    figures = []
    if change is not None:
        figures.append(
            _figure(
                plot_smile_change(change),
                "smile-change",
                "Change of the smile against the own baseline",
                f"Dots: the change; bars: its 95 % interval. Shaded: less than {change.real_mm:g} mm,"
                f" which counts as none. Dashed: {change.noticeable_mm:g} mm, from which on others"
                " notice it.",
            )
        )
    if smile.courses:
        figures.append(
            _figure(
                plot_smile_course(smile),
                "smile-course",
                "How far the mouth corners moved over time",
                "Solid: the person's left; dashed: the person's right. Grey: at rest. Violet: where a"
                " smile is at its greatest, darkest the broadest one.",
            )
        )
    else:
        figures.append(
            _figure(
                plot_smile_sides(smile),
                "smile-sides",
                "How far the mouth corners moved",
                "Dots: from rest to the broadest smile; bars: the 95 % interval.",
            )
        )
    return figures


def _figure(figure: Figure, name: str, title: str, caption: str) -> dict[str, str]:
    return {
        "svg": inline_svg(figure, name=name, title=title, description=caption),
        "caption": caption,
    }


def _tables(smile: Smile, change: SmileChange | None) -> list[dict[str, Any]]:
    tables = []
    if change is not None:
        tables.append(
            _table(
                "The change",
                f"Against {', '.join(change.baselines)}; intervals from the {change.error_from}",
                ("", "baseline", "now", "change"),
                [
                    (
                        name,
                        _mm(value.baseline_mm),
                        _mm(value.now_mm),
                        change_words(value),
                    )
                    for name, value in (
                        ("person's left", change.left),
                        ("person's right", change.right),
                        ("left less right", change.difference),
                    )
                ],
            )
        )
    tables.append(
        _table(
            "The broadest smile",
            f"Repeat error from {repeat_words(smile)}",
            ("", "outward", "upward", "excursion"),
            [
                (name, _mm(side.outward_mm), _mm(side.upward_mm), side_words(side))
                for name, side in (("person's left", smile.left), ("person's right", smile.right))
            ],
        )
    )
    tables.append(
        _table(
            "Every smile",
            "Excursions of all smiles that were found",
            ("smile", "left", "right", "where"),
            [
                (
                    str(number + 1),
                    _mm(one.left_mm),
                    _mm(one.right_mm),
                    _where(smile, one),
                )
                for number, one in enumerate(smile.smiles)
            ],
        )
    )
    return tables


def _mm(value: float) -> str:
    return f"{value:.1f} mm".replace("-", "−")


def _where(smile: Smile, one: OneSmile) -> str:
    name = smile.files[one.file].name
    if one.start_s is not None:
        name += f", {one.start_s:.1f} to {one.end_s:.1f} s"
    return name if one.like_the_broadest else f"{name}; too small to be a repetition"


def _table(
    title: str, caption: str, header: tuple[str, ...], rows: list[tuple[str, ...]]
) -> dict[str, Any]:
    return {"title": title, "caption": caption, "header": header, "rows": rows, "wide": True}


def _method(smile: Smile, change: SmileChange | None) -> list[str]:
    low, high = smile.scale.length_95_mm(10.0)
    method = [
        "Excursion: how far a mouth corner moves from rest to the plateau of the smile, in the frontal"
        " plane of the head. Forehead, bridge of the nose, eye corners and temples are laid over each"
        " other in every picture, so that movements of the head do not count.",
        "Depth is left out, since a camera does not see it: a 3-D camera finds larger excursions. The"
        " face model may not follow all of a movement, so that a change can be larger than it reads.",
        f"Scale: {smile.scale.method}; outer eye corners {smile.scale.eye_corners_mm:.1f} mm apart. What"
        f" reads 10 mm is truly {low:.1f} to {high:.1f} mm.",
        f"The files were {'mirrored and turned back' if smile.mirrored else 'not mirrored'}.",
    ]
    if change is not None:
        method.append(
            f"All recordings were brought to one size of the head, {change.eye_corners_mm:.1f} mm from"
            " outer eye corner to outer eye corner, so that the error of the scale nearly drops out of"
            " the change."
        )
    return method
