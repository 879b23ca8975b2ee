"""The report of a trial: a page that its person understands, and details below; HTML and PDF."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Any, Final

from matplotlib.figure import Figure

from rubor.measurement.figure_style import inline_svg
from rubor.report.page_templates import fill_page, units_kept
from rubor.report.trial_tables import numbers_table, plan_table, sessions_table
from rubor.report.trial_words import (
    duration_sentences,
    headline,
    interval_words,
    lead_sentences,
    method_sentences,
    share,
    tone_of,
)
from rubor.report.typst_document import outlined_svg, typst_pdf
from rubor.trials.figures import plot_reduction, plot_responses, plot_wear_off
from rubor.trials.trial import Trial
from rubor.trials.trial_answer import TrialAnswer
from rubor.trials.trial_folder import write_whole
from rubor.trials.verdict import Verdict

__all__ = ["trial_report_html", "trial_report_pdf", "write_trial_report"]

_BADGE_CLASSES: Final = {"good": "", "bad": "failed", "care": "hint", "unknown": "unjudged"}
_SIGNS: Final = {"good": "✓", "bad": "✕", "care": "…", "unknown": "="}
_RESPONSE_WORDS: Final = {"blush": "blush", "flush": "flush", "rest": "redness at rest"}
_UNITS: Final = {
    "peak of blood_change": "blood in the skin, rise of ln",
    "area of blood_change": "blood in the skin, rise of ln × s",
    "peak of erythema_index": "redness, rise of log₁₀(R/G)",
    "area of erythema_index": "redness, rise of log₁₀(R/G) × s",
}
_DISCLAIMER: Final = (
    "Rubor is not certified as a medical device. It is not for diagnosis or for decisions about"
    " treatment. It is for research, learning and keeping records. It compares a person with themselves"
    " and says nothing of other people."
)


def write_trial_report(
    answer: TrialAnswer, folder: str | Path, *, truth: float | None = None
) -> tuple[Path, Path]:
    """Write `report.html` and `report.pdf` of an analysed trial.

    Args:
        answer: of `rubor.trials.answer_trial` or `answer_table`.
        folder: that they go into.
        truth: the true reduction, for a simulated person.

    Returns:
        The two files.
    """
    page, document = Path(folder) / "report.html", Path(folder) / "report.pdf"
    write_whole(page, trial_report_html(answer, truth=truth).encode())
    write_whole(document, trial_report_pdf(answer, truth=truth))
    return page, document


def trial_report_html(answer: TrialAnswer, *, truth: float | None = None) -> str:
    """The report as one HTML page without scripts and outside resources."""
    content = _content(answer, truth)
    for name, figure in _figures(answer, truth).items():
        words = content[name]
        content[name] = {
            **words,
            "svg": inline_svg(
                figure, name=name, title=words["title"], description=words["caption"]
            ),
        }
    return fill_page("trial_report.html", content)


def trial_report_pdf(answer: TrialAnswer, *, truth: float | None = None) -> bytes:
    """The same report as PDF; its first page is the one for the person."""
    content = _content(answer, truth)
    for name, figure in _figures(answer, truth).items():
        content[name] = {**content[name], "svg": outlined_svg(figure)}
    together = _all_together(content)
    return typst_pdf("trial_report.typ", together, made_at=int(answer.made_at.timestamp()))


def _all_together(content: Any) -> Any:
    """`units_kept` for all text in it, but not for drawings."""
    if isinstance(content, dict):
        return {
            name: value if name == "svg" else _all_together(value)
            for name, value in content.items()
        }
    if isinstance(content, (list, tuple)):
        return [_all_together(item) for item in content]
    return units_kept(content)


def _content(answer: TrialAnswer, truth: float | None) -> dict[str, Any]:
    """All that both templates are filled with; figures without their drawing."""
    verdict, trial = answer.verdict, answer.trial
    tone = tone_of(verdict)
    response = _RESPONSE_WORDS.get(verdict.provocation or "", "response")
    name = "" if trial is None else trial.name
    return {
        "title": f"Trial report: {name}" if name else "Trial report",
        "subtitle": " · ".join(part for part in (name, verdict.design, _days(answer)) if part),
        "tone": tone,
        "badge": f"{_SIGNS[tone]} {verdict.verdict}",
        "badge_class": _BADGE_CLASSES[tone],
        "headline": headline(verdict, response),
        "lead": list(lead_sentences(verdict, response)),
        "responses": {
            "title": f"The {response} of every recording",
            "caption": _responses_caption(answer),
            "svg": "",
        },
        "reduction": {
            "title": "The reduction with its intervals",
            "caption": (
                f"Dot: the reduction, {share(verdict.reduction)}. Thick bar: its 95 % interval,"
                f" {interval_words(verdict.interval_95)}. Thin bar: its always-valid interval,"
                f" {interval_words(verdict.always_valid_interval_95)}."
                + ("" if truth is None else f" Triangle: the truth, {share(truth)}.")
            ),
            "svg": "",
        },
        "waning": (
            None
            if verdict.wear_off is None
            else {
                "title": "How the effect goes",
                "caption": "Each dot is what one recording alone says of the reduction. Line: what was"
                " fitted. Shaded: when half of the effect is gone, with four chances in five.",
                "svg": "",
            }
        ),
        "reasons": list(verdict.reasons),
        "next": list(verdict.would_change_it),
        "wear_off": list(duration_sentences(verdict)),
        "further": [_further(one) for one in answer.further],
        "numbers": asdict(numbers_table(verdict)),
        "plan": None if trial is None else asdict(plan_table(trial)),
        "sessions": asdict(sessions_table(answer.responses, trial)),
        "notes": list(answer.notes),
        "method": list(method_sentences(verdict)),
        "disclaimer": _DISCLAIMER,
        "footer": f"Made by Rubor {verdict.versions['rubor']} on {answer.made_at:%Y-%m-%d}.",
    }


def _further(verdict: Verdict) -> dict[str, Any]:
    """A verdict beside the main one, in short."""
    response = _RESPONSE_WORDS.get(verdict.provocation or "", "response")
    cycle = "" if verdict.cycle is None else f", treatment {verdict.cycle}"
    return {
        "title": f"{response.capitalize()}{cycle}: {verdict.verdict}",
        "headline": headline(verdict, response),
        "lead": list(lead_sentences(verdict, response)),
    }


def _figures(answer: TrialAnswer, truth: float | None) -> dict[str, Figure]:
    verdict, trial = answer.verdict, answer.trial
    figures = {
        "responses": plot_responses(
            answer.responses,
            treated_on=answer.treated_on,
            window=None if trial is None else trial.window,
            unit=_unit(answer),
            sides=_side_names(verdict, trial),
        ),
        "reduction": plot_reduction(
            verdict.reduction,
            verdict.interval_95,
            verdict.always_valid_interval_95,
            verdict.smallest_meaningful,
            truth,
        ),
    }
    if verdict.wear_off is not None:
        figures["waning"] = plot_wear_off(
            answer.responses, answer.treated_on[-1], verdict.wear_off, verdict.smallest_meaningful
        )
    return figures


def _side_names(verdict: Verdict, trial: Trial | None) -> tuple[str, str]:
    """What the dots are called; which side it is only where that may be known."""
    if verdict.design == "before-after":
        return ("both sides", "")
    if verdict.design == "alternating":
        return ("treated", "not treated")
    draw = None if trial is None or not trial.revealed else trial.assignment
    if draw is None:
        return ("treated side", "other side")
    other = "left" if draw.drawn == ("right",) else "right"
    return (f"treated side (person-{draw.drawn[0]})", f"other side (person-{other})")


def _unit(answer: TrialAnswer) -> str:
    sessions: Sequence[Any] = () if answer.trial is None else answer.trial.counted
    measures = {session.measure for session in sessions}
    return _UNITS.get(next(iter(measures)), "response") if len(measures) == 1 else "response"


def _days(answer: TrialAnswer) -> str:
    days: list[date] = sorted(answer.responses["date"].dt.date)
    return f"{days[0]} to {days[-1]}"


def _responses_caption(answer: TrialAnswer) -> str:
    caption = "Every recording is a dot, with 95 % of its measurement."
    if answer.treated_on:
        caption += " The dashed line is the treatment"
        caption += (
            "; shaded is the time in which recordings count for the verdict."
            if answer.trial is not None
            else "."
        )
    return caption
