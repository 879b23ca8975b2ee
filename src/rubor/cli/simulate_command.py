"""`rubor simulate`: make a video in which everything that happens is known."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from rubor.cli.clean_end import leaving_no_empty_folders, termination_as_interrupt
from rubor.cli.clear_errors import with_clear_errors
from rubor.cli.progress_display import showing_seconds

if TYPE_CHECKING:
    from rubor.simulation import Scenario

__all__ = ["simulate"]


@with_clear_errors
def simulate(
    scenario: Annotated[
        str | None,
        typer.Argument(
            metavar="SCENARIO",
            help="A TOML file, or the name of an example.",
            show_default=False,
        ),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out",
            metavar="DIR",
            file_okay=False,
            help="Folder for the video and its truth; it is made if need be.",
            show_default=False,
        ),
    ] = None,
    list_examples: Annotated[
        bool, typer.Option("--list", help="List the examples and what each shows.")
    ] = False,
    print_scenario: Annotated[
        bool,
        typer.Option("--print", help="Print the scenario, to change it, instead of filming it."),
    ] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print the result as one JSON object on stdout.")
    ] = False,
) -> None:
    """Make a video with known truth: a real face, a known change of blood, a real camera's faults.

    The scenario says who sits there, what the blood does where and when, and how it is filmed. Beside
    the video lie `truth.parquet` with what truly happened in each region at each time,
    `truth_cells.parquet` the same per square centimetre, `events.csv`, and `scenario.toml` with
    everything that was drawn at random, from which the same video can be made again.

    Look at the examples, take one, and change it:

        rubor simulate --list
        rubor simulate blush --print > mine.toml
        rubor simulate mine.toml --out mine
        rubor measure mine/video.mp4 --out results

    **Exit codes**: 0 done; 1 the scenario is not possible, and nothing is left behind; 2 usage.
    """
    from rubor.simulation import example_scenarios, to_toml
    from rubor.simulation import simulate as film

    if list_examples:
        examples = example_scenarios()
        if as_json:
            typer.echo(json.dumps(examples, indent=2, ensure_ascii=False))
        else:
            width = max(map(len, examples))
            for name, title in examples.items():
                typer.echo(f"{name:<{width}}  {title}")
        return
    if scenario is None:
        raise typer.BadParameter(
            "Give a TOML file or the name of an example (see --list).", param_hint="SCENARIO"
        )
    wanted = _scenario(scenario)
    if print_scenario:
        typer.echo(to_toml(wanted), nl=False)
        return
    if out is None:
        raise typer.BadParameter("Say which folder to write to.", param_hint="--out")
    target = out.absolute()
    with (
        leaving_no_empty_folders([target / "video"]),
        termination_as_interrupt(),
        showing_seconds("Filming a simulated person") as progress,
    ):
        video = film(wanted, target, progress=progress)
    if as_json:
        document = {
            "schema": "rubor.simulation/1",
            "video": str(video.path),
            "truth": str(target / "truth.parquet"),
            "truth_cells": str(target / "truth_cells.parquet"),
            "events": str(target / "events.csv"),
            "scenario": str(target / "scenario.toml"),
        }
        typer.echo(json.dumps(document, indent=2, ensure_ascii=False))
    else:
        typer.echo(f"Video: {video.path}\nTruth: {target / 'truth.parquet'}")


def _scenario(name: str) -> Scenario:
    """The scenario of a file or, where no such file is, an example."""
    from rubor.simulation import example_scenario, read_scenario

    path = Path(name)
    is_file = path.suffix.lower() == ".toml" or path.exists()
    return read_scenario(path) if is_file else example_scenario(name)
