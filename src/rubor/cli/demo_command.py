"""`rubor demo`: film a simulated person, measure the video, set the result beside the truth."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from rubor.cli.clean_end import leaving_no_empty_folders, termination_as_interrupt
from rubor.cli.clear_errors import with_clear_errors
from rubor.cli.input_files import PlannedFile
from rubor.cli.measure_file import Choices
from rubor.cli.progress_display import showing_film_progress, showing_progress, state_in_words
from rubor.cli.worker_processes import measure_files

if TYPE_CHECKING:
    from rubor.measurement import Recording
    from rubor.simulation import DemoTruth

__all__ = ["changes_beside_truth", "demo"]

_SEED = 1
_NAME = "blush"


@with_clear_errors
def demo(
    out: Annotated[
        Path,
        typer.Option(
            "--out",
            metavar="DIR",
            file_okay=False,
            help="Folder for the video and its results; it is made if need be.",
        ),
    ] = Path("rubor-demo"),
) -> None:
    """See what Rubor does: a blush of known size is filmed and measured.

    A portrait in the public domain sways before a wall, and for some seconds both cheeks hold more
    blood. A simulated camera adds noise and writes an ordinary video of 20 seconds, which is then
    measured like any other. This takes about half a minute.
    """
    from rubor.measurement import Recording
    from rubor.simulation import DemoScene, simulate_demo_video

    scene = DemoScene(seed=_SEED)
    out = out.absolute()
    video = out / f"{_NAME}.mp4"
    file = PlannedFile(_NAME, video)
    choices = Choices(out=out, mirrored=False, force=True)
    with leaving_no_empty_folders([video]), termination_as_interrupt():
        out.mkdir(parents=True, exist_ok=True)
        with showing_film_progress() as progress:
            truth = simulate_demo_video(video, scene, progress=progress)
        with showing_progress([file], quiet=False) as listener:
            outcome = measure_files([file], choices, 1, listener)[0]
    if outcome.folder is None:
        raise typer.Exit(1)
    course = scene.course
    full_s = (course.onset_s + course.rise_s, course.plateau_end_s)
    typer.echo(
        f"A simulated person blushed: from {full_s[0]:.0f} to {full_s[1]:.0f} s both cheeks held"
        f" {math.expm1(scene.log_blood_left):.0%} more blood than at rest.\n"
        "Change of redness from rest in that time, as log10(R/G) in linear light:\n"
        f"  {'region':<12}  measured   truth"
    )
    for region, measured, true in changes_beside_truth(
        Recording.load(outcome.folder), truth, full_s
    ):
        name = region.replace("_", " ")
        typer.echo(f"  {name:<12}  {measured:+.4f}    {true:+.4f}")
    typer.echo(f"The recording is {state_in_words(outcome)}.")
    typer.echo(f"Video:  {video}\nReport: {outcome.report}")


def changes_beside_truth(
    recording: Recording, truth: DemoTruth, full_s: tuple[float, float]
) -> list[tuple[str, float, float]]:
    """Mean change of log10(R/G) of each region while the blush is full, and what it truly was.

    Args:
        recording: of the demo video.
        truth: what happened in it.
        full_s: start and end of the full blush, in seconds.

    Returns:
        Region, measured change and true change, of the regions that could be measured. In truth
        only the cheeks change.
    """
    import numpy as np

    from rubor.simulation.demo_video import LOG_LIGHT_PER_LOG_BLOOD

    log_red, log_green, _ = LOG_LIGHT_PER_LOG_BLOOD
    index_per_log_blood = (log_red - log_green) / math.log(10.0)
    log_blood = {"cheek_left": truth.log_blood_left, "cheek_right": truth.log_blood_right}
    rest = recording.summary["baseline"]
    at_rest = (truth.times_s >= rest["start_s"]) & (truth.times_s <= rest["end_s"])
    at_full = (truth.times_s >= full_s[0]) & (truth.times_s <= full_s[1])
    traces = recording.traces
    full = traces[traces["time_s"].between(*full_s) & traces["valid"]]
    measured = full.groupby("region", sort=False)["erythema_index_change"].mean().dropna()
    rows = []
    for region, change in measured.items():
        blood = log_blood.get(str(region), np.zeros(len(truth.times_s)))
        true = index_per_log_blood * float(blood[at_full].mean() - blood[at_rest].mean())
        rows.append((str(region), float(change), true))
    return rows
