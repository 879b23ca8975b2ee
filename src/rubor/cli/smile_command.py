"""`rubor smile`: how far the mouth corners move in a smile, and whether that has changed."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from rubor.cli.clear_errors import with_clear_errors
from rubor.cli.plan_values import parse_scale, stated_mirror
from rubor.cli.progress_display import showing_seconds
from rubor.cli.trial_values import parse_day

if TYPE_CHECKING:
    from rubor.pathway.smile import Smile
    from rubor.pathway.smile_change import SmileChange

__all__ = ["smile"]


@with_clear_errors
def smile(
    files: Annotated[
        list[Path],
        typer.Argument(
            metavar="FILE",
            help="A video of a smile, or several of one day; or photos, first at rest, then one or more"
            " of the broadest smile.",
            show_default=False,
        ),
    ],
    mirrored: Annotated[
        bool | None,
        typer.Option(
            "--mirrored/--not-mirrored",
            help="Whether the files are mirrored, as the preview of a front camera is. It has to be"
            " stated: left and right depend on it.",
            show_default=False,
        ),
    ] = None,
    baseline: Annotated[
        list[Path] | None,
        typer.Option(
            metavar="DIR|JSON",
            help="The smile.json of a recording of the same person from before, or its folder. Can be"
            " given several times.",
            show_default=False,
        ),
    ] = None,
    scale: Annotated[
        str,
        typer.Option(
            metavar="SCALE",
            help="What gives true millimetres, as for `rubor plan`: iris (the adults' mean),"
            " eye-corners=MM, pupils=MM, colour-card=MM, or THING@X1,Y1,X2,Y2 in the first picture.",
        ),
    ] = "iris",
    out: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR", help="Folder for smile.json and report.html.", show_default=False
        ),
    ] = None,
    date: Annotated[
        str | None,
        typer.Option(
            metavar="DATE",
            help="Day of the recording. Photos mostly say it themselves.",
            show_default=False,
        ),
    ] = None,
    face: Annotated[
        int | None,
        typer.Option(
            metavar="N",
            min=1,
            help="Which face, counted from the left of the picture, where there are several.",
            show_default=False,
        ),
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print the result as one JSON object on stdout.")
    ] = False,
) -> None:
    """Measure a smile: how far each mouth corner moves, in mm, from rest to the broadest smile.

    With recordings from before it says what has changed on each side, and whether that is more than the
    error of measuring. Without one it does not judge: healthy smiles are not alike on both sides.

    **Examples**

    Before the treatment, three smiles as broad as can be:

        rubor smile before.mp4 --not-mirrored --out before

    Two weeks after it:

        rubor smile after.mp4 --not-mirrored --baseline before --out after

    From two photos:

        rubor smile rest.jpg smile.jpg --not-mirrored --scale eye-corners=88

    **Exit codes**: 0 done; 1 refused, with the reason and the cure, and nothing is left behind; 2 usage.
    """
    from rubor.pathway.smile_change import smile_change
    from rubor.pathway.smile_files import measure_smile, smile_from_photos
    from rubor.pathway.smile_json import smile_to_json
    from rubor.vision.photo import is_photo

    mirrored = stated_mirror(mirrored, "the files are")
    day = None if date is None else parse_day(date, "--date")
    reference = parse_scale(scale)
    before = [_read_baseline(path) for path in baseline or ()]
    if len(files) > 1 and is_photo(files[0]):
        found = smile_from_photos(
            files[0], files[1:], mirrored=mirrored, scale=reference, recorded_on=day, face=face
        )
    else:
        with showing_seconds("Following the smile") as progress:
            found = measure_smile(
                files,
                mirrored=mirrored,
                scale=reference,
                recorded_on=day,
                face=face,
                progress=progress,
            )
    change = smile_change(found, before) if before else None
    document = json.dumps(
        smile_to_json(found, change), indent=2, ensure_ascii=False, allow_nan=False
    )
    if out is not None:
        from rubor.report.smile_report import smile_report_html
        from rubor.trials.trial_folder import write_whole

        page = smile_report_html(found, change)
        out.mkdir(parents=True, exist_ok=True)
        write_whole(out / "smile.json", (document + "\n").encode())
        write_whole(out / "report.html", page.encode())
    if as_json:
        typer.echo(document)
    else:
        _tell(found, change, out)


def _read_baseline(path: Path) -> Smile:
    from rubor.errors import InputError
    from rubor.pathway.smile_json import smile_from_json

    file = path / "smile.json" if path.is_dir() else path
    try:
        document = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise InputError(
            f"{file} cannot be read as a smile.",
            "Give the smile.json that `rubor smile` wrote with --out, or its folder.",
        ) from error
    try:
        return smile_from_json(document)
    except InputError as error:
        raise InputError(f"{file}: {error.message}", error.cure) from error


def _tell(found: Smile, change: SmileChange | None, out: Path | None) -> None:
    from rubor.pathway.smile_change import symmetry_advice
    from rubor.pathway.smile_words import change_words, headline, repeat_words, side_words

    typer.echo(headline(found, change))
    rows: Sequence[tuple[str, str]]
    rows = [
        ("Person's left", side_words(found.left)),
        ("Person's right", side_words(found.right)),
    ]
    if change is not None:
        rows = [
            *rows,
            ("Change, left", change_words(change.left)),
            ("Change, right", change_words(change.right)),
            ("Left less right", change_words(change.difference)),
        ]
    count = len(found.smiles)
    low, high = (f"{edge / 10.0 - 1.0:+.0%}" for edge in found.scale.length_95_mm(10.0))
    rows = [
        *rows,
        ("Smiles", f"{count} found; repeat error from {repeat_words(found)}"),
        ("Scale", f"{found.scale.method}; error {low} to {high}"),
    ]
    for name, words in rows:
        typer.echo(f"{name + ':':<16} {words}")
    for note in found.notes:
        typer.echo(f"Note: {note}")
    for advice in (symmetry_advice(),) if change is None else change.advice:
        typer.echo(f"{advice.text} ({advice.source}; {advice.strength})")
    if out is not None:
        typer.echo(f"Report: {out / 'report.html'}")
