"""The tables of a trial's report: the numbers, what was fixed, and every recording."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from rubor.measurement.figures import readable_region
from rubor.report.trial_words import chance_words, interval_words, share
from rubor.trials.trial import Trial
from rubor.trials.verdict import Verdict

__all__ = ["TrialTable", "numbers_table", "plan_table", "sessions_table"]


@dataclass(frozen=True)
class TrialTable:
    """A table as text.

    Attributes:
        caption: what it holds.
        header: of the columns; the first one names the row.
        rows: of the same length.
        wide: whether the last column is running text.
    """

    caption: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    wide: bool = False


def numbers_table(verdict: Verdict) -> TrialTable:
    """The numbers of `verdict.json`, each with what it means."""
    smallest = share(verdict.smallest_meaningful)
    thirds = verdict.thirds
    needed = verdict.recordings_needed
    rows = [
        (
            "Reduction",
            share(verdict.reduction),
            "1 less the ratio of responses: 100 % is a response that is gone",
        ),
        (
            "95 % interval",
            interval_words(verdict.interval_95),
            "of one look, without any belief beforehand",
        ),
        (
            "Always-valid 95 % interval",
            interval_words(verdict.always_valid_interval_95),
            "holds however often one looks; the verdict rests on it",
        ),
        (
            f"Chance of {smallest} or more",
            chance_words(verdict.probability_meaningful),
            "with what was believed of the treatment beforehand",
        ),
        (
            "Little, some, very pleased",
            f"{share(thirds.little)}, {share(thirds.some)}, {share(thirds.very_pleased)}",
            f"chances of less than {share(thirds.some_from)}, up to {share(thirds.very_pleased_from)},"
            f" and more; the cut-offs are {thirds.cut_offs}",
        ),
        (
            "Under chance alone",
            "no test" if verdict.randomisation_p is None else f"p = {verdict.randomisation_p:.3f}",
            verdict.randomisation_note,
        ),
        (
            "More recordings needed",
            "out of reach" if needed is None else str(needed),
            "of the later phase until a verdict, if they resemble those so far",
        ),
    ]
    rows += [
        (one.name, f"{one.value:.2f}", "how little the two phases overlap; 1 is not at all")
        for one in verdict.non_overlap
    ]
    return TrialTable("The numbers of the verdict", ("what", "value", "meaning"), tuple(rows), True)


def plan_table(trial: Trial) -> TrialTable:
    """What was fixed before follow-up, and what was drawn."""
    area, window = trial.compared, trial.window
    where = f"{len(area.left)} cells of the plan"
    if area.kind == "regions":
        where = ", ".join(readable_region(name.replace("_left", "")) for name in area.left)
    rows = [
        ("Design", trial.design),
        ("Treatment", trial.treatment.replace("_", " ")),
        (
            "Skin that is compared",
            f"{where}, with the mirror image; {area.area_cm2:.0f} cm² on each side",
        ),
        ("Smallest effect that matters", share(trial.smallest_effect)),
    ]
    if area.near_midline or area.halo:
        rows.append(
            (
                "Left out of it",
                f"{len(area.halo)} cells around it, {len(area.near_midline)} near the midline",
            )
        )
    if trial.design != "alternating":
        rows.append(
            (
                "Recordings that count",
                f"{window.start_days} to {window.end_days} days after the treatment",
            )
        )
    if trial.treated_on:
        rows.append(("Treated on", ", ".join(day.isoformat() for day in trial.treated_on)))
    for number, draw in enumerate(trial.draws, start=1):
        drawn = ", ".join(draw.drawn) if trial.revealed else "hidden until it is asked for"
        seed = f"; seed {draw.seed}" if trial.revealed else ""
        rows.append(
            (
                f"Draw {number}: {draw.kind}",
                f"{drawn} (of {', '.join(draw.candidates)}){seed}; {draw.drawn_at:%Y-%m-%d %H:%M} UTC;"
                f" {draw.reason}",
            )
        )
    return TrialTable(
        "What was fixed before follow-up", ("what", "as it was fixed"), tuple(rows), True
    )


def sessions_table(responses: pd.DataFrame, trial: Trial | None) -> TrialTable:
    """Every recording with its responses; those that do not count come with the reason."""
    both = bool(responses["treated"].any() and not responses["treated"].all())
    names = ("treated", "other") if both else ("response",)
    rows = []
    for session, group in responses.groupby("session", sort=False):
        values = [_value(group[group["treated"] == treated]) for treated in (True, False)]
        cells = values if both else [_value(group)]
        rows.append(
            (
                str(session),
                f"{group['date'].iloc[0]:%Y-%m-%d}",
                str(group["phase"].iloc[0]),
                *cells,
                _remarks(trial, str(session)),
            )
        )
    if trial is not None:
        shown = {row[0] for row in rows}
        rows += [
            (
                session.name,
                session.date.isoformat(),
                session.phase,
                *(["–"] * len(names)),
                _remarks(trial, session.name),
            )
            for session in trial.sessions
            if session.name not in shown
        ]
    rows.sort(key=lambda row: (row[1], row[0]))
    header = ("recording", "date", "phase", *names, "remarks")
    return TrialTable("Every recording, with 95 % of its measurement", header, tuple(rows), True)


def _value(group: pd.DataFrame) -> str:
    if group.empty:
        return "–"
    row = group.iloc[0]
    return f"{row['response']:.3f} ± {1.96 * row['response_sd']:.3f}".replace("-", "−")


def _remarks(trial: Trial | None, name: str) -> str:
    if trial is None:
        return ""
    session = next((one for one in trial.sessions if one.name == name), None)
    if session is None:
        return ""
    remarks = [f"left out: {session.left_out}"] if session.left_out else []
    if session.provoked is False:
        remarks.append("nothing was provoked")
    remarks += [
        mark.name.replace("_", " ") for mark in session.marks if mark.name != "not_provoked"
    ]
    return "; ".join(remarks)
