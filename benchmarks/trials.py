"""How often trials of known truth end in the right verdict, and how often the interval holds it.

Every cell is 2 000 simulated trials, analysed by the functions that analyse a person's own. The page is
opened after every follow-up recording from the third on: "works, any look" counts a verdict `works` at
any of these looks. `interval_95` is judged at the last recording.

    python benchmarks/trials.py            # all cells; also to benchmarks/results/trials.md
    python benchmarks/trials.py --quick    # a tenth of the cells, 500 trials each; prints only
"""

from __future__ import annotations

import argparse
import itertools
import platform
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

import rubor
from rubor.treatments import treatment_priors
from rubor.trials.power import Power, Question, recordings_for_power, trial_power
from rubor.trials.simulated_trials import TrialNoise

RESULTS = Path(__file__).parent / "results" / "trials.md"
TRIALS, QUICK_TRIALS = 2000, 500
SIDE_SDS = (0.12, 0.20, 0.30)
PHASES = ((3, 3), (4, 5), (8, 8))
PAIRS = (6, 8, 12)
AUTOCORRELATIONS = (0.0, 0.3, 0.6)
REDUCTIONS = (0.0, 0.125, 0.25, 0.5, 0.9, 1.0)
PRIOR = treatment_priors("botulinum_toxin").reduction
COVERAGE = (0.93, 0.97)
FALSE_ALARMS = 0.05
POWER = 0.80


@dataclass(frozen=True)
class Cell:
    """One row of a table, with what stands in its first columns."""

    table: str
    columns: tuple[str, ...]
    question: Question


def cells() -> Iterator[Cell]:
    for side_sd, (before, after), alike in itertools.product(SIDE_SDS, PHASES, AUTOCORRELATIONS):
        noise = TrialNoise(side_sd=side_sd, level_sd=0.325, autocorrelation=alike)
        for reduction in REDUCTIONS:
            question = Question("split-face", before, after, reduction, noise=noise, prior=PRIOR)
            columns = (f"{side_sd:.2f}", f"{before} + {after}", f"{alike:.1f}", percent(reduction))
            yield Cell("split-face", columns, question)
    for level_sd, (before, after), alike in itertools.product(
        (0.25, 0.40), PHASES, AUTOCORRELATIONS
    ):
        noise = TrialNoise(level_sd=level_sd, autocorrelation=alike)
        for reduction in REDUCTIONS:
            question = Question("before-after", before, after, reduction, noise=noise, prior=PRIOR)
            columns = (f"{level_sd:.2f}", f"{before} + {after}", f"{alike:.1f}", percent(reduction))
            yield Cell("before-after", columns, question)
    for side_sd, pairs, alike in itertools.product(SIDE_SDS, PAIRS, AUTOCORRELATIONS):
        noise = TrialNoise(side_sd=side_sd, level_sd=0.325, autocorrelation=alike)
        for reduction in REDUCTIONS:
            question = Question("alternating", pairs, pairs, reduction, noise=noise)
            columns = (f"{side_sd:.2f}", f"{pairs}", f"{alike:.1f}", percent(reduction))
            yield Cell("alternating", columns, question)
    usual = TrialNoise(side_sd=0.20, level_sd=0.325)
    for name, noise in (
        ("as in the first table", usual),
        ("level SD 0.25", replace(usual, level_sd=0.25)),
        ("level SD 0.40", replace(usual, level_sd=0.40)),
        ("asymmetry SD 0.10", replace(usual, asymmetry_sd=0.10)),
        ("asymmetry SD 0.20", replace(usual, asymmetry_sd=0.20)),
        ("no habituation", replace(usual, habituation=0.0, habituation_sd=0.0)),
        ("habituation 8 % a recording", replace(usual, habituation=0.08)),
        ("a fifth of the recordings missing", replace(usual, missing=0.2)),
        ("error of measurement a tenth of this", replace(usual, response_sd=0.002)),
        ("error of measurement twice this", replace(usual, response_sd=0.04)),
        ("response a quarter: near the noise", replace(usual, response=0.10)),
    ):
        for reduction in (0.0, 0.5, 1.0):
            question = Question("split-face", 5, 6, reduction, noise=noise, prior=PRIOR)
            yield Cell("one thing changed", (name, percent(reduction)), question)


HEADS = {
    "split-face": ("SD of the side log-ratio", "recordings", "autocorrelation", "true reduction"),
    "before-after": ("SD of the log level", "recordings", "autocorrelation", "true reduction"),
    "alternating": ("SD of the side log-ratio", "pairs", "autocorrelation", "true reduction"),
    "one thing changed": ("split-face, SD 0.20, 5 + 6 recordings", "true reduction"),
}
MEASURED = (
    "works, last look",
    "works, any look",
    "no meaningful effect",
    "worse",
    "not enough yet",
    "interval_95 covers",
)


def percent(share: float) -> str:
    return f"{100.0 * share:.1f} %".replace(".0 %", " %")


def row(cell: Cell, power: Power) -> str:
    covers = percent(power.interval_covers)
    if not COVERAGE[0] <= power.interval_covers <= COVERAGE[1]:
        covers = f"**{covers}**"
    any_look = percent(power.works_at_any_look)
    if cell.question.reduction == 0.0 and power.works_at_any_look > FALSE_ALARMS:
        any_look = f"**{any_look}**"
    shares = (power.no_meaningful_effect, power.worse, power.not_enough_yet)
    values = (percent(power.works), any_look, *(percent(share) for share in shares), covers)
    return "| " + " | ".join((*cell.columns, *values)) + " |"


def asked(trials: int) -> list[str]:
    """The figures that are asked for one by one."""
    lines = ["| what | measured | asked |", "|---|---|---|"]
    for side_sd in SIDE_SDS:
        noise = TrialNoise(side_sd=side_sd, level_sd=0.325)
        question = Question("split-face", 4, 5, 0.5, noise=noise, prior=PRIOR)
        works = trial_power(question, trials).works
        target = f"at least {percent(POWER)}: {'met' if works >= POWER else 'NOT met'}"
        lines.append(
            f"| split-face, 4 + 5 recordings, true 50 %, SD {side_sd:.2f}: `works` | {percent(works)} |"
            f" {target if side_sd == SIDE_SDS[0] else 'reported'} |"
        )
        for before in (4, 6, 8):
            number, reached = recordings_for_power(replace(question, before=before), trials=trials)
            told = (
                f"{number} ({percent(reached)})"
                if number
                else f"not by 20 (at best {percent(reached)})"
            )
            lines.append(
                f"| recordings after {before} baseline ones for `works` in 80 %, true 50 %,"
                f" SD {side_sd:.2f} |"
                f" {told} | reported |"
            )
    for reduction in (0.5, 0.9):
        question = Question("before-after", 8, 8, reduction, prior=PRIOR)
        number, reached = recordings_for_power(question, trials=trials)
        told = (
            f"{number} ({percent(reached)})"
            if number
            else f"not by 20 (at best {percent(reached)})"
        )
        lines.append(
            f"| recordings after 8 baseline ones for `works` in 80 %, before-after, true"
            f" {percent(reduction)}, level SD 0.30 | {told} | reported |"
        )
    return lines


def summary(done: list[tuple[Cell, Power]]) -> list[str]:
    lines = [
        "| design | what | cells | least | most | asked | cells that meet it |",
        "|---|---|---|---|---|---|---|",
    ]
    for table in HEADS:
        here = [(cell.question, power) for cell, power in done if cell.table == table]
        nothing = [power.works_at_any_look for question, power in here if question.reduction == 0.0]
        half = [power.works_at_any_look for question, power in here if question.reduction == 0.125]
        covers = [power.interval_covers for _, power in here]
        for what, values, target in (
            ("false `works` at 0, any look", nothing, "at most 5 %"),
            ("`works` at half the smallest effect, any look", half, "reported"),
            ("`interval_95` covers", covers, "93 to 97 %"),
        ):
            if not values:
                continue
            met = {
                "at most 5 %": sum(value <= FALSE_ALARMS for value in values),
                "93 to 97 %": sum(COVERAGE[0] <= value <= COVERAGE[1] for value in values),
            }.get(target, "")
            lines.append(
                f"| {table} | {what} | {len(values)} | {percent(min(values))} | {percent(max(values))} |"
                f" {target} | {met} |"
            )
    for alike in AUTOCORRELATIONS:
        values = [
            power.interval_covers
            for cell, power in done
            if cell.table == "split-face" and cell.question.noise.autocorrelation == alike
        ]
        if values:
            met = sum(COVERAGE[0] <= value <= COVERAGE[1] for value in values)
            lines.append(
                f"| split-face | `interval_95` covers, autocorrelation {alike:.1f} (mean"
                f" {percent(float(np.mean(values)))}) | {len(values)} | {percent(min(values))} |"
                f" {percent(max(values))} | 93 to 97 % | {met} |"
            )
    return lines


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="a tenth of the cells, fewer trials")
    quick = parser.parse_args().quick
    planned = list(cells())[:: 10 if quick else 1]
    trials = QUICK_TRIALS if quick else TRIALS
    done: list[tuple[Cell, Power]] = []
    began = time.monotonic()
    for number, cell in enumerate(planned):
        done.append((cell, trial_power(cell.question, trials, seed=number)))
        spent = time.monotonic() - began
        left = spent / (number + 1) * (len(planned) - number - 1)
        print(
            f"\r{number + 1} of {len(planned)} cells, about {left:.0f} s left   ",
            end="",
            file=sys.stderr,
        )
    print(file=sys.stderr)
    text = "\n".join(report(done, trials, quick, began))
    print(text)
    if not quick:
        RESULTS.write_text(text + "\n", encoding="utf-8")


def report(done: list[tuple[Cell, Power]], trials: int, quick: bool, began: float) -> Iterator[str]:
    yield "# Verdicts on trials of known truth"
    yield ""
    yield "Written by `benchmarks/trials.py`."
    yield ""
    yield (
        f"Rubor {rubor.__version__}, Python {platform.python_version()}, {trials} simulated trials a"
        " cell. Usual response 0.40, error of measurement 0.02 on each side; habituation 3 ± 3 % a"
        " recording, level SD 0.325 and asymmetry SD 0.15 where nothing else is said. Autocorrelation is"
        " that of neighbouring recordings, in the level and in the side log-ratio. Before-after:"
        " responses fall by 15 ± 15 % without an effect, and people begin in a bad spell. Smallest"
        " effect that matters: 25 %. Chance"
        f" alone moves a share of 95 % by ±{percent(1.96 * (0.95 * 0.05 / trials) ** 0.5)}. Bold: not"
        " met."
    )
    yield ""
    yield from summary(done)
    if not quick:
        yield ""
        yield from asked(trials)
    for table, head in HEADS.items():
        yield ""
        yield f"## {table[0].upper()}{table[1:]}"
        yield ""
        yield "| " + " | ".join((*head, *MEASURED)) + " |"
        yield "|" + "---|" * (len(head) + len(MEASURED))
        yield from (row(cell, power) for cell, power in done if cell.table == table)
    yield ""
    yield f"Simulated and analysed in {(time.monotonic() - began) / 60.0:.1f} minutes on one core."


if __name__ == "__main__":
    main()
