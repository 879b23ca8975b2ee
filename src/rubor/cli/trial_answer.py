"""`rubor trial analyse` and `power`: the verdict, and what a plan can find."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from rubor.cli.clear_errors import with_clear_errors
from rubor.cli.trial_values import parse_days, parse_window
from rubor.errors import InputError

if TYPE_CHECKING:
    import pandas as pd

    from rubor.trials.simulated_trials import TrialNoise
    from rubor.trials.trial_answer import TrialAnswer

__all__ = ["analyse", "power"]

_DesignChoice = Literal["split-face", "before-after", "alternating"]
_AsJson = Annotated[
    bool, typer.Option("--json", help="Print the result as one JSON object on stdout.")
]
_ONLY_TABLE = "Only with a table: a trial has it fixed beforehand."


@with_clear_errors
def analyse(
    source: Annotated[
        Path,
        typer.Argument(
            metavar="FOLDER|TABLE",
            help="Folder of a trial, or a table of responses (CSV).",
            show_default=False,
        ),
    ],
    out: Annotated[
        Path | None,
        typer.Option(
            "--out",
            metavar="DIR",
            file_okay=False,
            help="Folder for the verdict and its report; it is made if need be. Without it: the trial's"
            " own.",
            show_default=False,
        ),
    ] = None,
    prior: Annotated[
        Literal["usual", "off"],
        typer.Option(
            help="What is believed of the treatment beforehand: the usual, or nothing. It moves the"
            " chance of a meaningful reduction, never the intervals."
        ),
    ] = "usual",
    pool_cycles: Annotated[
        bool,
        typer.Option(
            "--pool-cycles", help="Analyse all treatments as one. Without it each has its verdict."
        ),
    ] = False,
    design: Annotated[
        _DesignChoice | None,
        typer.Option(help=f"The design. {_ONLY_TABLE}", show_default=False),
    ] = None,
    treated_on: Annotated[
        str | None,
        typer.Option(
            metavar="DATES",
            help=f"Day of the treatment, or of each one, separated by commas. {_ONLY_TABLE}",
            show_default=False,
        ),
    ] = None,
    treatment: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            help=f"What was tried: its priors and its window are used. {_ONLY_TABLE}",
            show_default=False,
        ),
    ] = None,
    smallest_effect: Annotated[
        float | None,
        typer.Option(
            metavar="SHARE",
            min=0.01,
            max=0.99,
            help=f"The reduction that matters, 0.25 for a quarter. {_ONLY_TABLE}",
            show_default=False,
        ),
    ] = None,
    window: Annotated[
        str | None,
        typer.Option(
            metavar="FIRST-PRIMARY-LAST",
            help=f"Days after the treatment that count, such as 14-28-56. {_ONLY_TABLE}",
            show_default=False,
        ),
    ] = None,
    as_json: _AsJson = False,
) -> None:
    """Give the verdict of a trial, and write its report.

    The verdict is one of: works, no meaningful effect, worse, not enough yet, invalid. It comes with its
    intervals, its reasons and what would change it. The always-valid interval holds however often one
    looks, so that looking every day does no harm. Blush and flush, and each treatment, have verdicts of
    their own.

    Written are `verdict.json`, `report.html`, `report.pdf` and, where an effect wears off,
    `follow-up.ics` with the days for a next treatment, for a calendar; it says nothing of health.

        rubor trial analyse patch

    A table of responses from anywhere is analysed in the same way, without video. It has one row per
    recording and side, with the columns session, date, phase (before or after), side (left or right),
    treated (whether the side is the assigned one, in both phases), response, response_sd, and, as far as
    it is known, provocation, cycle and provoked:

        rubor trial analyse responses.csv --design split-face --treated-on 2026-03-01 --out answer

    **Exit codes**: 0 done, whatever the verdict is; 1 nothing can be said, and what is missing is named;
    2 usage.
    """
    from rubor.report import write_trial_report
    from rubor.trials.trial_answer import write_answer

    now = datetime.now(UTC).replace(microsecond=0)
    table_options = {
        "--design": design,
        "--treated-on": treated_on,
        "--treatment": treatment,
        "--smallest-effect": smallest_effect,
        "--window": window,
    }
    if source.is_dir():
        for option, value in table_options.items():
            if value is not None:
                raise typer.BadParameter(_ONLY_TABLE, param_hint=option)
        answer = _of_trial(source, now, prior=prior, pool_cycles=pool_cycles)
        folder = source if out is None else out
    elif not source.exists():
        raise InputError(
            f"There is neither a trial nor a table called {source}.",
            "Give the folder of `rubor trial new`, or a CSV file.",
        )
    else:
        if design is None or out is None:
            raise typer.BadParameter(
                "A table needs --design and --out.",
                param_hint="--design" if design is None else "--out",
            )
        days = () if treated_on is None else parse_days(treated_on, "--treated-on")
        answer = _of_table(
            source,
            design,
            days,
            now,
            treatment=treatment,
            smallest_meaningful=smallest_effect,
            window=None if window is None else parse_window(window),
            prior=prior,
            pool_cycles=pool_cycles,
        )
        folder = out
    folder.mkdir(parents=True, exist_ok=True)
    files = (*write_answer(answer, folder), *write_trial_report(answer, folder))
    if as_json:
        document = {
            "schema": "rubor.trial-answer/1",
            "verdict": answer.verdict.to_json(),
            "further": [one.to_json() for one in answer.further],
            "files": [str(file) for file in files],
        }
        typer.echo(json.dumps(document, indent=2, ensure_ascii=False, allow_nan=False))
    else:
        _tell(answer, folder)


@with_clear_errors
def power(
    design: Annotated[_DesignChoice, typer.Option(help="The design.", show_default=False)],
    before: Annotated[
        int, typer.Option(metavar="N", min=3, max=100, help="Recordings before the treatment.")
    ] = 4,
    after: Annotated[
        int | None,
        typer.Option(
            metavar="N",
            min=3,
            max=100,
            help="Recordings after it, in its window; for alternating: pairs. Without it the number"
            " that reaches the target is looked for.",
            show_default=False,
        ),
    ] = None,
    reduction: Annotated[
        float, typer.Option(metavar="SHARE", min=-1.0, max=1.0, help="The true reduction supposed.")
    ] = 0.5,
    smallest_effect: Annotated[
        float, typer.Option(metavar="SHARE", min=0.01, max=0.99, help="The reduction that matters.")
    ] = 0.25,
    side_sd: Annotated[
        float | None,
        typer.Option(
            metavar="SD",
            min=0.0,
            max=2.0,
            help="How much the ratio of the sides varies from recording to recording, in ln: 0.12 for a"
            " steady person, 0.20 (taken without it), 0.30 for an unsteady one.",
            show_default=False,
        ),
    ] = None,
    level_sd: Annotated[
        float | None,
        typer.Option(
            metavar="SD",
            min=0.0,
            max=2.0,
            help="Before-after, in place of --side-sd: how much the response varies from recording to"
            " recording, in ln; 0.30 is taken without it.",
            show_default=False,
        ),
    ] = None,
    measured: Annotated[
        Path | None,
        typer.Option(
            "--from",
            metavar="FOLDER",
            help="A trial whose recordings before the treatment tell the scatter of this person.",
            show_default=False,
        ),
    ] = None,
    target: Annotated[
        float,
        typer.Option(
            metavar="SHARE", min=0.1, max=0.99, help="Wanted chance of the verdict 'works'."
        ),
    ] = 0.8,
    trials: Annotated[
        int, typer.Option(metavar="N", min=100, max=20_000, help="Trials to simulate.")
    ] = 1000,
    seed: Annotated[int, typer.Option(metavar="N", min=0, help="Of the simulation.")] = 0,
    as_json: _AsJson = False,
) -> None:
    """Plan a trial: how likely it finds an effect, and how many recordings that takes.

    Trials are simulated and analysed by the same functions that will analyse yours, so that the answer
    holds for the verdict that is valid however often one looks. Ask before anyone is treated: recordings
    before the treatment cannot be made up for.

        rubor trial power --design split-face --side-sd 0.2
        rubor trial power --design split-face --before 4 --after 5
        rubor trial power --design split-face --from patch

    **Exit codes**: 0 done, also where the target is out of reach; 1 refused; 2 usage.
    """
    from rubor.trials.power import Question, recordings_for_power, trial_power

    question = Question(
        design=design,
        before=before,
        after=after or 5,
        reduction=reduction,
        smallest_meaningful=smallest_effect,
        noise=_noise(design, side_sd, level_sd, measured),
    )
    unit = "pairs" if design == "alternating" else "recordings after the treatment"
    document: dict[str, Any] = {"schema": "rubor.trial-power/1", "design": design}
    if after is None:
        needed, reached = recordings_for_power(question, target, trials, seed)
        document |= {"target": target, "recordings": needed, "works": reached}
        lines = [
            f"{needed} {unit} reach it: 'works' in {reached:.0%} of {trials} simulated trials."
            if needed is not None
            else f"Out of reach of this design: at most {reached:.0%} of {trials} simulated trials end"
            " with 'works'."
        ]
    else:
        found = trial_power(question, trials, seed)
        document |= {"recordings": after, **vars(found)}
        lines = [
            f"works                 {found.works:.0%}",
            f"no meaningful effect  {found.no_meaningful_effect:.0%}",
            f"worse                 {found.worse:.0%}",
            f"not enough yet        {found.not_enough_yet:.0%}",
        ]
    if as_json:
        typer.echo(json.dumps(document, indent=2))
        return
    baseline = "" if design == "alternating" else f", {before} recordings before"
    noise = question.noise
    scatter = (
        f"SD of the level, in ln, {noise.level_sd:.2f}"
        if design == "before-after"
        else f"SD of the side log-ratio {noise.side_sd:.2f}"
    )
    typer.echo(
        f"{design}{baseline}; a true reduction of {reduction:.0%}, where {smallest_effect:.0%} matters;"
        f" {scatter}."
    )
    typer.echo("\n".join(lines))
    if measured is not None:
        typer.echo(
            "This SD is of few recordings and may be far too small: ask also without --from."
        )


def _noise(
    design: str, side_sd: float | None, level_sd: float | None, folder: Path | None
) -> TrialNoise:
    """What is stated, or measured, or usual."""
    from rubor.trials.measured_noise import measured_noise
    from rubor.trials.simulated_trials import TrialNoise
    from rubor.trials.trial_folder import TrialFolder

    faces = design == "before-after"
    if (side_sd if faces else level_sd) is not None:
        raise typer.BadParameter(
            "A before-after trial compares no sides: state --level-sd."
            if faces
            else "The sides are compared within a recording: state --side-sd.",
            param_hint="--side-sd" if faces else "--level-sd",
        )
    option, stated = ("--level-sd", level_sd) if faces else ("--side-sd", side_sd)
    if folder is None:
        if stated is None:
            return TrialNoise()
        return TrialNoise(level_sd=stated) if faces else TrialNoise(side_sd=stated)
    if stated is not None:
        raise typer.BadParameter("It is either stated or measured.", param_hint=option)
    return measured_noise(TrialFolder.open(folder).trial)


def _of_trial(folder: Path, now: datetime, *, prior: str, pool_cycles: bool) -> TrialAnswer:
    from rubor.trials.trial_answer import answer_trial
    from rubor.trials.trial_folder import TrialFolder

    trial = TrialFolder.open(folder).trial
    return answer_trial(trial, now, pool_cycles=pool_cycles, prior=prior)


def _of_table(
    path: Path, design: str, treated_on: tuple[date, ...], now: datetime, **options: Any
) -> TrialAnswer:
    from rubor.trials.trial_answer import answer_table

    return answer_table(_read_table(path), design, treated_on, now, **options)


def _read_table(path: Path) -> pd.DataFrame:
    import pandas as pd

    try:
        table = pd.read_csv(path)
    except (UnicodeDecodeError, ValueError) as error:
        raise InputError(
            f"{path} is not a table: {error}.", "Save it as CSV with a header line, in UTF-8."
        ) from error
    if len(table.columns) == 1 and ";" in str(table.columns[0]):
        raise InputError(
            f"The columns of {path} are separated by semicolons.",
            "Save it with commas between the columns and points in the numbers.",
        )
    return table


def _tell(answer: TrialAnswer, folder: Path) -> None:
    from rubor.report.trial_words import headline, interval_words, share

    verdict = answer.verdict
    typer.echo(f"Verdict: {verdict.verdict}")
    typer.echo(headline(verdict, verdict.provocation or "response"))
    typer.echo(
        f"Reduction {share(verdict.reduction)}; 95 % interval {interval_words(verdict.interval_95)};"
        f" always valid {interval_words(verdict.always_valid_interval_95)}."
    )
    for reason in verdict.reasons:
        typer.echo(f"- {reason}")
    typer.echo("What would change it:")
    for sentence in verdict.would_change_it:
        typer.echo(f"- {sentence}")
    for other in answer.further:
        parts = [other.provocation or "", "" if other.cycle is None else f"treatment {other.cycle}"]
        label = ", ".join(part for part in parts if part)
        typer.echo(
            f"Also ({label}): {other.verdict}. {headline(other, other.provocation or 'response')}"
        )
    typer.echo(f"Report: {folder / 'report.html'}")
