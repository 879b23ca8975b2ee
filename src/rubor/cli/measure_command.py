"""`rubor measure`: videos and photos in, one folder of results each out."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from rubor.cli.clean_end import leaving_no_empty_folders, termination_as_interrupt
from rubor.cli.clear_errors import with_clear_errors
from rubor.cli.input_files import PlannedFile, plan_files, take_shard
from rubor.cli.measure_file import Choices, Outcome
from rubor.cli.measure_results import print_results, results_as_json
from rubor.cli.option_values import parse_baseline, parse_shard
from rubor.cli.progress_display import showing_progress
from rubor.cli.worker_processes import available_cores, measure_files
from rubor.errors import InputError

__all__ = ["measure"]

# The names of `rubor.optics.skin_tones`, which a test holds this to; importing them takes long.
SkinToneName = Literal["very-light", "light", "intermediate", "tan", "brown", "dark"]


@with_clear_errors
def measure(
    paths: Annotated[
        list[Path],
        typer.Argument(
            metavar="FILE|FOLDER",
            help="Videos (mp4, mov, webm, mkv, avi) and photos (JPEG, PNG, HEIC, TIFF). A folder is"
            " searched with all its sub-folders; hidden and unfinished (`*.part`) files are left"
            " out.",
            show_default=False,
        ),
    ],
    out: Annotated[
        Path,
        typer.Option(
            "--out",
            metavar="DIR",
            file_okay=False,
            help="Folder for the results; it is made if need be. Each file gets a folder of its"
            " name in it, and the sub-folders of a FOLDER are kept.",
            show_default=False,
        ),
    ],
    mirrored: Annotated[
        bool | None,
        typer.Option(
            "--mirrored/--not-mirrored",
            help="Whether the picture is mirrored, as the preview of a front camera is. Without"
            " either it is measured as not mirrored and marked as unknown: left and right are"
            " then not to be trusted.",
            show_default=False,
        ),
    ] = None,
    baseline: Annotated[
        str | None,
        typer.Option(
            metavar="START-END",
            help="The stretch at rest that changes are measured from, in seconds from the start"
            " of the recording, such as 0-10. Without it: from the events, else the quietest"
            " early stretch.",
            show_default=False,
        ),
    ] = None,
    events: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            dir_okay=False,
            exists=True,
            help="Table (CSV) of what happened when, with the columns time_s (seconds from the"
            " start of the recording) and kind. Only with a single video; without it,"
            " NAME.events.csv or events.csv beside the video is read.",
            show_default=False,
        ),
    ] = None,
    reference: Annotated[
        Literal["auto", "card", "background", "none"],
        typer.Option(
            help="What a change of the light is told from: a 24-patch colour card, the still"
            " background, nothing, or the best of these that there is."
        ),
    ] = "auto",
    skin_tone: Annotated[
        SkinToneName | None,
        typer.Option(
            "--skin-tone",
            help="Skin tone of the person at rest, by eye; `rubor skin-tones` shows the six steps."
            " It sets the scale from colour to blood. Without it, from a colour card in the picture;"
            " else from the picture itself, which is a poor guess.",
            show_default=False,
        ),
    ] = None,
    face: Annotated[
        int | None,
        typer.Option(
            metavar="N",
            min=1,
            help="Which face to measure where there are several, counted from 1 from the left of"
            " the picture. Without it several faces are refused.",
            show_default=False,
        ),
    ] = None,
    jobs: Annotated[
        int,
        typer.Option(
            "--jobs",
            "-j",
            metavar="N",
            min=0,
            help="How many files to measure at the same time, each in a process of its own with"
            " its share of the cores and up to 600 MB of memory; 0 for one per core.",
        ),
    ] = 1,
    shard: Annotated[
        str | None,
        typer.Option(
            metavar="NUMBER/COUNT",
            help="Measure only this part of the files, such as 3/20 for the third of twenty tasks"
            " of a job array. Every file is in exactly one part, whichever machine asks.",
            show_default=False,
        ),
    ] = None,
    strict: Annotated[
        bool,
        typer.Option(
            "--strict",
            help="End with exit code 1 if any file failed or any recording is not accepted.",
        ),
    ] = False,
    force: Annotated[
        bool,
        typer.Option("--force", help="Measure again what has been measured already."),
    ] = False,
    keep_face: Annotated[
        bool,
        typer.Option(
            "--keep-face",
            help="Let the report show a picture of the face. Without it no result holds one.",
        ),
    ] = False,
    as_json: Annotated[
        bool,
        typer.Option(
            "--json",
            help="Print one JSON object on stdout, and no progress: for every file its `state`"
            " (measured, already measured, failed), whether it is `accepted`, the `failed_gates`, its"
            " `folder` and `report`, and the `error` with its cure; and the `counts`.",
        ),
    ] = False,
    quiet: Annotated[
        bool,
        typer.Option("--quiet", "-q", help="Print nothing but errors."),
    ] = False,
) -> None:
    """Measure the redness of every region of the face, over time.

    Each file gets a folder in DIR with

    - `report.html`: the results to read, with what to do better next time
    - `traces.parquet`: redness of each region at each time
    - `cells.parquet`: the same for every square centimetre or so of the face
    - `summary.json`: quality, noise floor, light, pulse, and how it was measured

    A file that has been measured with the same options and version is not measured again, so the
    same command goes on where it was stopped. A file that cannot be measured does not stop the
    others, and leaves nothing behind.

    A recording that fails a quality check is written all the same and marked as not accepted, with
    the cure in its report.

    **Examples**

    One video from the front camera, with the first ten seconds at rest:

        rubor measure blush.mp4 --out results --mirrored --baseline 0-10 --skin-tone light

    A folder of videos of a trial, four at a time:

        rubor measure videos --out results --not-mirrored -j 4

    The same as a job array of twenty tasks, here for Slurm:

        rubor measure videos --out results --shard $SLURM_ARRAY_TASK_ID/20

    **Exit codes**: 0 done; 1 nothing could be measured, or --strict was not met; 2 the command is
    not understood; 130 stopped with Ctrl-C.
    """
    choices = Choices(
        out=out.absolute(),
        mirrored=mirrored,
        baseline=None if baseline is None else parse_baseline(baseline),
        events=events,
        reference=reference,
        skin_tone=skin_tone,
        face=face,
        keep_face=keep_face,
        force=force,
    )
    part = None if shard is None else parse_shard(shard)
    files = plan_files(paths, out)
    if not files:
        raise InputError(
            f"There is no video or photo in {', '.join(str(path) for path in paths)}.",
            "Look for files that end in mp4, m4v, mov, webm, mkv, avi, jpg, png, heic or tif.",
        )
    if events is not None and len(files) > 1:
        raise typer.BadParameter(
            "it belongs to one video. Put NAME.events.csv beside each video instead.",
            param_hint="--events",
        )
    if part is not None:
        files = take_shard(files, *part)
    outcomes = _measure(files, choices, jobs or available_cores(), quiet=quiet or as_json)
    if as_json:
        typer.echo(results_as_json(outcomes))
    elif outcomes and not quiet:
        print_results(outcomes, choices.out)
    elif not quiet:
        typer.echo(f"Part {shard} has no file to measure.")
    raise typer.Exit(_exit_code(outcomes, strict=strict))


def _measure(
    files: tuple[PlannedFile, ...], choices: Choices, jobs: int, *, quiet: bool
) -> list[Outcome]:
    if not files:
        return []
    with (
        leaving_no_empty_folders(choices.out / file.name for file in files),
        termination_as_interrupt(),
        showing_progress(files, quiet=quiet) as listener,
    ):
        return measure_files(files, choices, jobs, listener)


def _exit_code(outcomes: list[Outcome], *, strict: bool) -> int:
    """0 when anything was measured or nothing was to be; all of it and accepted, if strict."""
    if strict:
        return int(not all(outcome.accepted for outcome in outcomes))
    return int(bool(outcomes) and all(outcome.state == "failed" for outcome in outcomes))
