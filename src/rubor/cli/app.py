"""The command `rubor`: what it says of itself, and its sub-commands.

Only light libraries are imported here; each command brings in what it needs.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from typing import Annotated

import typer

from rubor._version import __version__
from rubor.cli.demo_command import demo
from rubor.cli.doctor_command import doctor
from rubor.cli.episodes_command import episodes
from rubor.cli.follow_up_command import follow_up
from rubor.cli.information_command import information
from rubor.cli.measure_command import measure
from rubor.cli.missed_command import missed
from rubor.cli.plan_command import plan
from rubor.cli.problem import DEBUG_VARIABLE
from rubor.cli.serve_command import serve
from rubor.cli.side_effects_command import side_effects
from rubor.cli.simulate_command import simulate
from rubor.cli.skin_tones_command import skin_tones
from rubor.cli.smile_command import smile
from rubor.cli.suitability_command import suitability
from rubor.cli.treatments_command import treatments
from rubor.cli.trial_command import trial
from rubor.cli.worker_command import worker

__all__ = ["app", "main"]

app = typer.Typer(
    name="rubor",
    no_args_is_help=True,
    rich_markup_mode="markdown",
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["--help", "-h"]},
)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and exit.

    Args:
        arguments: what is typed after `rubor`; None takes it from the process.
    """
    for stream in (sys.stdout, sys.stderr):
        # A file name or a word that the terminal cannot show must not end the program.
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    app(arguments, prog_name="rubor")


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"rubor {__version__}")
        raise typer.Exit


@app.callback()
def rubor(
    version: Annotated[
        bool,
        typer.Option(
            "--version", is_eager=True, callback=_print_version, help="Print the version and exit."
        ),
    ] = False,
    debug: Annotated[
        bool,
        typer.Option(
            "--debug",
            envvar=DEBUG_VARIABLE,
            help="Show where in the program an error happened. Goes before the command.",
        ),
    ] = False,
) -> None:
    """Measure facial redness in ordinary video and photos.

    Rubor finds the face, measures the redness of each of its regions in every picture, and says how
    far that can be trusted. Nothing leaves this computer, and no picture of the face is kept unless
    you ask for it.

    **Begin here**

    Check the installation, then see what a result looks like:

        rubor doctor
        rubor demo

    Measure your own video, and open the report that it names:

        rubor measure blush.mp4 --out results

    Every command explains itself:

        rubor measure --help

    Rubor is for research, education and record keeping. It is not a medical device and not for
    diagnosis or decisions about treatment.
    """
    if debug:
        os.environ[DEBUG_VARIABLE] = "1"


app.command(short_help="See what Rubor does, on a simulated person.")(demo)
app.command(short_help="Measure the redness of a face over time, in videos and photos.")(measure)
app.command("skin-tones", short_help="Show the steps of skin tone to choose from.")(skin_tones)
app.command(short_help="Find when a face reddened in measured recordings, and how much.")(episodes)
app.add_typer(trial, name="trial", short_help="Find out whether a treatment worked.")
app.command(short_help="Show what is known of each treatment, with sources.")(treatments)
app.command(short_help="Find out what may suit a person, in which order, and why.")(suitability)
app.command(short_help="Plan injections on one's own face, in true scale.")(plan)
app.command(short_help="Find what a treatment missed, and when the next may be.")(missed)
app.command(short_help="Show what to know of a treatment, in plain words.")(information)
app.command("follow-up", short_help="Show when to look again after a treatment.")(follow_up)
app.command("side-effects", short_help="Show usual side effects, or check a diary of them.")(
    side_effects
)
app.command(short_help="Open the app: record, see, run a trial, keep a diary.")(serve)
app.command(short_help="Measure a smile in mm, and whether it has changed.")(smile)
app.command(short_help="Make a video in which everything that happens is known.")(simulate)
app.command(short_help="Work in the background of the app, beside its own worker.")(worker)
app.command(short_help="Say what this installation has and lacks.")(doctor)
