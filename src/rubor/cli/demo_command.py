"""`rubor demo`: a simulated person tries a treatment; measured, analysed, beside the truth."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from datetime import UTC, datetime, time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from rubor.cli.clean_end import leaving_no_empty_folders, termination_as_interrupt
from rubor.cli.clear_errors import with_clear_errors
from rubor.cli.input_files import PlannedFile
from rubor.cli.measure_file import Choices, Outcome
from rubor.cli.progress_display import showing_progress, showing_seconds
from rubor.cli.worker_processes import available_cores, measure_files
from rubor.errors import InputError

if TYPE_CHECKING:
    from rubor.simulation.demo_trial import DemoVisit
    from rubor.trials.trial_answer import TrialAnswer
    from rubor.trials.trial_folder import TrialFolder

__all__ = ["demo"]

_MOST_PROCESSES = 2
_TRIAL = "trial"


@with_clear_errors
def demo(
    out: Annotated[
        Path,
        typer.Option(
            "--out",
            metavar="DIR",
            file_okay=False,
            help="Folder for the videos, their results and the trial; it is made if need be.",
        ),
    ] = Path("rubor-demo"),
) -> None:
    """See the whole story on a simulated person, and the verdict beside the truth.

    Somebody who blushes wants to know whether a treatment works. Chance draws one cheek. They record a
    blush three times before the treatment and four times over the months after it, each for half a
    minute, with an ordinary camera. The seven videos are made here, from a portrait in the public domain
    and a model of skin, so that the true effect is known. Then they are measured and analysed like any
    others. This takes one to four minutes.
    """
    from rubor.report import write_trial_report
    from rubor.trials.demo_trial import begin_demo_trial, true_reduction_in_window, visits_of
    from rubor.trials.trial_answer import answer_trial, write_answer
    from rubor.trials.trial_folder import TrialFolder

    out = out.absolute()
    trial = begin_demo_trial()
    visits = visits_of(trial)
    _make_room(out / _TRIAL)
    files = [
        PlannedFile(f"results/{visit.day}", out / "videos" / str(visit.day) / "video.mp4")
        for visit in visits
    ]
    with leaving_no_empty_folders(file.path for file in files), termination_as_interrupt():
        _film(visits, files)
        with showing_progress(files, quiet=False) as listener:
            outcomes = measure_files(
                files,
                Choices(out=out, mirrored=False),
                min(_MOST_PROCESSES, available_cores()),
                listener,
            )
    folder = TrialFolder.create(out / _TRIAL, trial)
    _add_all(folder, visits, outcomes)
    answer = answer_trial(folder.trial, made_at=_at_noon(visits[-1]))
    truth = true_reduction_in_window(visits, trial)
    write_answer(answer, folder.path)
    page, document = write_trial_report(answer, folder.path, truth=truth)
    _tell(answer, visits, truth)
    typer.echo(f"Report: {page}\nPDF:    {document}\nVideos: {out / 'videos'}")
    typer.echo(
        "\nSee the same person in the app, with every recording:  make serve"
        f"\n(without make: rubor serve --data {out / 'app'} --demo {out})"
    )


def _make_room(folder: Path) -> None:
    """Take away the trial of an earlier demo, and nothing else.

    Raises:
        InputError: the folder holds something else.
    """
    from rubor.trials.demo_trial import begin_demo_trial
    from rubor.trials.trial_folder import TrialFolder

    if not folder.exists():
        return
    if TrialFolder.open(folder).trial.name != begin_demo_trial().name:
        raise InputError(
            f"{folder} holds another trial.", "Choose another folder for the demo with --out."
        )
    shutil.rmtree(folder)


def _film(visits: Sequence[DemoVisit], files: Sequence[PlannedFile]) -> None:
    """Make the videos, with one bar over all of them."""
    from rubor.simulation import simulate

    whole_s = sum(visit.scenario.duration_s for visit in visits)
    filmed_s = 0.0
    with showing_seconds("Filming a simulated person") as progress:
        for visit, file in zip(visits, files, strict=True):

            def advance(done_s: float, _: float, before_s: float = filmed_s) -> None:
                progress(before_s + done_s, whole_s)

            simulate(visit.scenario, file.path.parent, progress=advance)
            filmed_s += visit.scenario.duration_s


def _add_all(folder: TrialFolder, visits: Sequence[DemoVisit], outcomes: Sequence[Outcome]) -> None:
    """Add the recordings as a person would, and note the treatment when its day has come."""
    from rubor.measurement import Recording
    from rubor.trials.add_recording import add_recording
    from rubor.trials.trial import Conditions

    treated_on = visits[0].treated_on
    for visit, outcome in zip(visits, outcomes, strict=True):
        if outcome.folder is None:
            raise typer.Exit(1)
        if visit.day > treated_on and not folder.trial.treated_on:
            folder.write(folder.trial.treat(treated_on, datetime.combine(treated_on, time(9), UTC)))
        recording = Recording.load(outcome.folder)
        trial, session = add_recording(
            folder.trial,
            recording,
            recorded_on=visit.day,
            today=visits[-1].day,
            conditions=Conditions(make_up=False, camera="simulated"),
        )
        folder.add(trial, session.name, recording.summary)


def _tell(answer: TrialAnswer, visits: Sequence[DemoVisit], truth: float) -> None:
    """The verdict beside the truth."""
    from rubor.report.trial_words import headline, interval_words, share
    from rubor.simulation.demo_trial import true_half_gone

    verdict = answer.verdict
    typer.echo(f"\n{headline(verdict)}\n")
    typer.echo(f"  {'':<26}  {'measured':<36}  truth")
    measured = f"{share(verdict.reduction)} (95 %: {interval_words(verdict.interval_95)})"
    typer.echo(f"  {'reduction, weeks 2 to 8':<26}  {measured:<36}  {share(truth)}")
    if verdict.wear_off is not None:
        first, last = verdict.wear_off.half_effect_interval_80
        when = f"{verdict.wear_off.half_effect_on} (80 %: {first:%d %b} to {last:%d %b})"
        typer.echo(f"  {'half of it gone':<26}  {when:<36}  {true_half_gone()}")
    typer.echo(
        f"\nVerdict: {verdict.verdict}, from {verdict.recordings_before} recordings before and"
        f" {verdict.recordings_after} after the treatment of {visits[0].treated_on}."
    )


def _at_noon(visit: DemoVisit) -> datetime:
    return datetime.combine(visit.day, time(12), UTC)
