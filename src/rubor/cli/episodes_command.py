"""`rubor episodes`: when a face reddened in measured recordings, how much, and for how long."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from rubor.cli.clear_errors import with_clear_errors
from rubor.errors import InputError

if TYPE_CHECKING:
    from rubor.measurement import Recording
    from rubor.response import Episodes

__all__ = ["episodes"]

# Wide enough for any path: in a file or a pipe nothing is broken into lines.
_ENDLESS_WIDTH = 10_000


@with_clear_errors
def episodes(
    folders: Annotated[
        list[Path],
        typer.Argument(
            metavar="DIR",
            help="Folders that `rubor measure` wrote, or folders that hold such folders.",
            show_default=False,
        ),
    ],
    as_json: Annotated[
        bool, typer.Option("--json", help="Print the result as one JSON object on stdout.")
    ] = False,
) -> None:
    """Find the episodes of redness in measured recordings.

    An episode is a rise of redness that stands out from the recording's own noise. For each one the
    table says when it began (10 % of its peak), how long it took to rise (10 to 90 %), how high it was
    and how long until half of it was gone, with 95 % intervals; whether it is more like a blush or
    like a flush; and whether others could see it. Marks of the kind `felt` in the events file are held
    against what was measured.

    Beside each measured recording it writes `episodes.json` and the figure `episodes.svg`.

        rubor measure blush.mp4 --out results
        rubor episodes results

    **Exit codes**: 0 done, also where there is no episode; 1 a folder is not a measured recording;
    2 usage.
    """
    from rubor.measurement import Recording
    from rubor.response import felt_and_seen, find_episodes
    from rubor.response.episode_document import episode_document, felt_and_seen_document

    # All are read before anything is written: a wrong folder leaves nothing behind.
    measured = [(folder, Recording.load(folder)) for folder in _measured_folders(folders)]
    recordings = [recording for _, recording in measured]
    found = [find_episodes(recording) for recording in recordings]
    documents = []
    for (folder, recording), of_this in zip(measured, found, strict=True):
        document = episode_document(recording, of_this)
        _write(folder, recording, of_this, document)
        documents.append({"folder": str(folder), **document})
    together = felt_and_seen_document(felt_and_seen(recordings, found))
    if as_json:
        whole = {
            "schema": "rubor.episodes-of-recordings/1",
            "recordings": documents,
            "felt_and_seen": together,
        }
        typer.echo(json.dumps(whole, indent=2, ensure_ascii=False))
    else:
        _print(documents, together)


def _measured_folders(folders: list[Path]) -> list[Path]:
    """The folders themselves, or those within them that hold a measured recording."""
    found: dict[Path, None] = {}
    for folder in folders:
        if (folder / "summary.json").is_file():
            found[folder] = None
            continue
        within = [
            summary.parent
            for summary in sorted(folder.rglob("summary.json"))
            if not any(part.startswith(".") for part in summary.relative_to(folder).parts)
        ]
        if not within:
            raise InputError(
                f"{folder} does not hold a measured recording.",
                "Give one of the folders that `rubor measure` wrote, or the folder they are in.",
            )
        found.update(dict.fromkeys(within))
    return list(found)


def _write(folder: Path, recording: Recording, found: Episodes, document: dict[str, Any]) -> None:
    """Both files under temporary names first, so that each is always a whole one."""
    from rubor.response.figures import episodes_as_svg

    text = json.dumps(document, indent=2, ensure_ascii=False, allow_nan=False) + "\n"
    drawing = episodes_as_svg(recording, found)
    for name, content in (("episodes.json", text), ("episodes.svg", drawing)):
        unfinished = folder / f".{name}.part"
        unfinished.write_text(content, encoding="utf-8")
        unfinished.replace(folder / name)


def _print(documents: list[dict[str, Any]], together: dict[str, Any]) -> None:
    from rich.console import Console

    console = Console(width=None if sys.stdout.isatty() else _ENDLESS_WIDTH)
    console.print(_table(documents))
    for document in documents:
        name = Path(document["folder"]).name
        if document["reason"]:
            typer.echo(f"{name}: {document['reason']}")
        elif not document["episodes"]:
            typer.echo(f"{name}: no episode above the noise.")
        if not document["accepted"]:
            typer.echo(
                f"{name}: the recording was not accepted; see its report before relying on it."
            )
        for number, episode in enumerate(document["episodes"], start=1):
            for note in episode["notes"]:
                typer.echo(f"{name}, episode {number}: {note}")
            evidence = "; ".join(
                piece["finding"] for piece in episode["blush_or_flush"]["evidence"]
            )
            typer.echo(f"{name}, episode {number}: {evidence}.")
    kinds = {
        episode["blush_or_flush"]["cut_offs"]
        for document in documents
        for episode in document["episodes"]
    }
    if kinds:
        typer.echo(
            f"Blush or flush: cut-offs {', '.join(sorted(kinds))}, Rubor's own choice; no measured times"
            " of blushing are published."
        )
        typer.echo("Visible: against thresholds of side-by-side comparison; an onlooker sees less.")
    _print_felt(together)


def _table(documents: list[dict[str, Any]]) -> Any:
    from rich.table import Table
    from rich.text import Text

    sizes = sorted({document["unit"] for document in documents})
    table = Table(
        "Recording",
        "No.",
        "Onset (s)",
        "Rise (s)",
        f"Peak ({', '.join(sizes)})",
        "Half gone (s)",
        "Left / right",
        "Kind (P of a blush)",
        "Visible (seconds; Δa*)",
    )
    for document in documents:
        for number, episode in enumerate(document["episodes"], start=1):
            cells = (
                Path(document["folder"]).name,
                str(number),
                _with_interval(episode["onset_s"], ".1f"),
                _with_interval(episode["rise_time_s"], ".1f"),
                _with_interval(episode["peak"], ".2f"),
                _with_interval(episode["half_recovery_s"], ".1f"),
                f"{_value(episode['left'], '.2f')} / {_value(episode['right'], '.2f')}",
                _kind(episode["blush_or_flush"]),
                _seen(episode["visibility"]),
            )
            table.add_row(*(Text(cell) for cell in cells))
    return table


def _value(estimate: dict[str, Any] | None, style: str) -> str:
    return "not seen" if estimate is None else format(estimate["value"], style)


def _with_interval(estimate: dict[str, Any] | None, style: str) -> str:
    """The value and its 95 % interval.

    >>> _with_interval({"value": 2.0, "interval_95": [1.5, 2.5]}, ".1f")
    '2.0 (1.5 to 2.5)'
    """
    if estimate is None:
        return "not seen"
    low, high = (
        "unknown" if limit is None else format(limit, style) for limit in estimate["interval_95"]
    )
    return f"{estimate['value']:{style}} ({low} to {high})"


def _kind(answer: dict[str, Any]) -> str:
    return f"{answer['label']} ({answer['blush_probability']:.2f})"


def _seen(answer: dict[str, Any] | None) -> str:
    if answer is None:
        return "not known"
    return f"{answer['seen']} ({answer['visible_s']:.0f} s; {answer['delta_a']['value']:+.1f})"


def _print_felt(together: dict[str, Any]) -> None:
    if not together["presses"]:
        return
    there, felt = together["felt_and_there"], together["there_and_felt"]
    count = len(together["presses"])
    typer.echo(
        f"Felt {count} time{'' if count == 1 else 's'}: measured at {there['count']} of the"
        f" {there['of']} that could be seen; {felt['count']} of {felt['of']} episodes were felt."
    )
    if together["median_delay_s"] is not None:
        typer.echo(f"Felt {together['median_delay_s']:+.1f} s from the measured onset (median).")
