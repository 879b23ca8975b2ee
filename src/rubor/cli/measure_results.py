"""What measuring came to, on stdout: for a person, or as JSON for a program."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from rubor.cli.measure_file import FailedGate, Outcome
from rubor.cli.progress_display import state_in_words

__all__ = ["print_results", "results_as_json"]

# Wide enough for any path: in a file or a pipe nothing is broken into lines.
_ENDLESS_WIDTH = 10_000


def print_results(outcomes: Sequence[Outcome], out: Path) -> None:
    """One file in a few lines, many in a table with what to do about them below it.

    A single file that failed has had its say on stderr.
    """
    console = Console(width=None if sys.stdout.isatty() else _ENDLESS_WIDTH)
    if len(outcomes) > 1:
        console.print(_table(outcomes, out))
        lines = [f"{name}: {advice}" for name, advice in _advice(outcomes).items()]
        lines.append(_counts_in_words(outcomes))
        if any(outcome.folder for outcome in outcomes):
            lines.append(f"Results are in {out}")
    else:
        lines = _lines(outcomes[0])
    for line in lines:
        typer.echo(line)


def _lines(outcome: Outcome) -> list[str]:
    """What a single file came to."""
    if outcome.report is None:
        return []
    return [
        f"{outcome.file.label}: {state_in_words(outcome)}",
        *(f"  {_gate_in_words(gate)} {gate.advice}" for gate in outcome.failed_gates),
        f"Report: {outcome.report}",
    ]


def results_as_json(outcomes: Sequence[Outcome]) -> str:
    """A JSON object with one entry a file and how many came to what."""
    document = {
        "schema": "rubor.measured-files/1",
        "files": [_entry(outcome) for outcome in outcomes],
        "counts": _counts(outcomes),
    }
    return json.dumps(document, indent=2)


def _table(outcomes: Sequence[Outcome], out: Path) -> Table:
    table = Table("File", "Result", "Checks not passed", "Report")
    for column in table.columns:
        column.overflow = "fold"
    for outcome in outcomes:
        if outcome.problem is not None:
            failed = outcome.problem.message
        else:
            failed = ", ".join(gate.title for gate in outcome.failed_gates if gate.matters)
        report = "" if outcome.report is None else str(outcome.report.relative_to(out))
        cells = (outcome.file.label, state_in_words(outcome), failed, report)
        table.add_row(*(Text(cell) for cell in cells))
    return table


def _advice(outcomes: Sequence[Outcome]) -> dict[str, str]:
    """The cure for every gate that failed anywhere, by the gate's title."""
    return {gate.title: gate.advice for outcome in outcomes for gate in outcome.failed_gates}


def _gate_in_words(gate: FailedGate) -> str:
    """What was wanted, and how far the recording was from it.

    >>> _gate_in_words(
    ...     FailedGate("duration_s", True, "Long enough", "4 seconds", "at least 10 seconds", "")
    ... )
    'Long enough: no (4 seconds, at least 10 seconds).'
    """
    if not gate.found or gate.wanted in ("", "yes"):
        return f"{gate.title}: no."
    return f"{gate.title}: no ({gate.found}, {gate.wanted})."


def _counts(outcomes: Sequence[Outcome]) -> dict[str, int]:
    return {
        "files": len(outcomes),
        "accepted": sum(outcome.accepted is True for outcome in outcomes),
        "not_accepted": sum(outcome.accepted is False for outcome in outcomes),
        "failed": sum(outcome.state == "failed" for outcome in outcomes),
    }


def _counts_in_words(outcomes: Sequence[Outcome]) -> str:
    counts = _counts(outcomes)
    return (
        f"{counts['files']} files: {counts['accepted']} accepted,"
        f" {counts['not_accepted']} not accepted, {counts['failed']} failed."
    )


def _entry(outcome: Outcome) -> dict[str, Any]:
    problem = outcome.problem
    return {
        "file": str(outcome.file.path),
        "state": outcome.state,
        "accepted": outcome.accepted,
        "failed_gates": [asdict(gate) for gate in outcome.failed_gates],
        "folder": None if outcome.folder is None else str(outcome.folder),
        "report": None if outcome.report is None else str(outcome.report),
        "error": problem and {"message": problem.message, "cure": problem.cure},
    }
