"""`rubor plan`: where injections would go on a person's own face, in true millimetres."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from rubor.cli.clear_errors import with_clear_errors
from rubor.cli.plan_values import age_on, parse_scale, stated_mirror
from rubor.cli.trial_values import parse_day, parse_names

if TYPE_CHECKING:
    from rubor.pathway.dosing import DoseChoice
    from rubor.pathway.injection_plan import Authority, InjectionPlan

__all__ = ["plan"]

_Side = Literal["both", "left", "right"]


@with_clear_errors
def plan(
    photo: Annotated[
        Path,
        typer.Argument(
            metavar="PHOTO",
            dir_okay=False,
            help="One photo of the whole face from the front, evenly lit.",
            show_default=False,
        ),
    ],
    out: Annotated[
        Path,
        typer.Option(
            metavar="DIR",
            help="Folder for plan.json, plan.pdf and plan.html.",
            show_default=False,
        ),
    ],
    mirrored: Annotated[
        bool | None,
        typer.Option(
            "--mirrored/--not-mirrored",
            help="Whether the photo is mirrored, as the preview of a front camera is. It has to be"
            " stated: left and right depend on it.",
            show_default=False,
        ),
    ] = None,
    scale: Annotated[
        str | None,
        typer.Option(
            metavar="SCALE",
            help="What gives true millimetres. Measured on the person: eye-corners=MM (outer to outer)"
            " or pupils=MM. In the photo: card@X1,Y1,X2,Y2 with the pixels of both ends of a bank card's"
            " long side, beside the face; likewise euro-1, euro-2, pence-10, us-quarter, or a length such"
            " as 50mm; colour-card=MM finds a 24-patch card of that width. iris takes the adults' mean.",
            show_default=False,
        ),
    ] = None,
    left_view: Annotated[
        Path | None,
        typer.Option(
            metavar="PHOTO",
            dir_okay=False,
            help="With --right-view: the head turned by about 45 degrees, so that the person's left"
            " cheek faces the camera. Both give the face its depth; mirrored as the first photo is.",
            show_default=False,
        ),
    ] = None,
    right_view: Annotated[
        Path | None,
        typer.Option(
            metavar="PHOTO",
            dir_okay=False,
            help="Likewise with the right cheek to the camera.",
            show_default=False,
        ),
    ] = None,
    areas: Annotated[
        str | None,
        typer.Option(
            metavar="AREAS",
            help="Separated by commas: cheeks, nose, lateral_cheeks (for a test patch), forehead."
            " Without it cheeks and nose, or the cheek of one side.",
            show_default=False,
        ),
    ] = None,
    side: Annotated[
        _Side | None,
        typer.Option(
            help="The person's side. One side alone stays 2 cm off the midline.", show_default=False
        ),
    ] = None,
    trial: Annotated[
        Path | None,
        typer.Option(
            metavar="FOLDER",
            help="A split-face trial: its drawn side, and its cells where it has some.",
            show_default=False,
        ),
    ] = None,
    recording: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR",
            help="A folder that `rubor measure` wrote: only where that blush was measured.",
            show_default=False,
        ),
    ] = None,
    cells: Annotated[
        str | None,
        typer.Option(
            metavar="CELLS",
            help="Only these cells of the face, as `rubor missed` lists them.",
            show_default=False,
        ),
    ] = None,
    spacing: Annotated[
        float | None,
        typer.Option(
            metavar="MM", help="From point to point along the skin; 10.", show_default=False
        ),
    ] = None,
    wish: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME",
            help="laughter_lines keeps them; nose_untouched. Can be given several times.",
            show_default=False,
        ),
    ] = None,
    note: Annotated[
        list[str] | None,
        typer.Option(metavar="TEXT", help="A wish in own words.", show_default=False),
    ] = None,
    born: Annotated[
        str | None,
        typer.Option(metavar="DATE", help="Date of birth. Needed for doses.", show_default=False),
    ] = None,
    prescriber: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="Who prescribes.", show_default=False),
    ] = None,
    examined: Annotated[
        str | None,
        typer.Option(
            metavar="DATE", help="When the prescriber examined the person.", show_default=False
        ),
    ] = None,
    product: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            help="onabotulinumtoxinA, incobotulinumtoxinA or abobotulinumtoxinA. Units of one are never"
            " turned into those of another.",
            show_default=False,
        ),
    ] = None,
    units_per_point: Annotated[
        float | None,
        typer.Option(metavar="U", help="In units of that product.", show_default=False),
    ] = None,
    vial_units: Annotated[
        float | None, typer.Option(metavar="U", help="Units in a vial.", show_default=False)
    ] = None,
    diluent_ml: Annotated[
        float | None, typer.Option(metavar="ML", help="Saline per vial.", show_default=False)
    ] = None,
    vial_price: Annotated[
        float | None,
        typer.Option(metavar="PRICE", min=0.0, help="Price of a vial.", show_default=False),
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
    keep_face: Annotated[
        bool,
        typer.Option(
            "--keep-face",
            help="Show the photo behind the map. Without it the face is drawn as lines.",
        ),
    ] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print the plan as one JSON object on stdout.")
    ] = False,
) -> None:
    """Plan injections on a person's own face: a numbered map and a page in true scale.

    Points about 1 cm apart along the skin, on both sides alike, away from the zones where the smile or
    the lower lid could suffer. Without a named prescriber and the date of an examination in person it is
    a draft: no units, no dilution, no volume, and DRAFT across every page.

    **Examples**

    A draft, with the distance of the outer eye corners measured by ruler:

        rubor plan face.jpg --not-mirrored --scale eye-corners=88 --out plan

    With its depth measured, from both sides at about 45 degrees:

        rubor plan face.jpg --left-view left.jpg --right-view right.jpg --not-mirrored
        --scale eye-corners=88 --out plan

    A test patch on the side that a trial has drawn:

        rubor plan face.jpg --not-mirrored --scale iris --areas lateral_cheeks --trial patch --out plan

    With doses:

        rubor plan face.jpg --not-mirrored --scale pupils=62 --born 1990-05-01
        --prescriber "First Last" --examined 2026-03-01 --product onabotulinumtoxinA --out plan

    **Exit codes**: 0 done; 1 refused, with the reason and the cure, and nothing is left behind; 2 usage.
    """
    from rubor.errors import InputError
    from rubor.pathway.face_from_views import face_from_views, find_turned_face
    from rubor.pathway.frontal_face import find_frontal_face
    from rubor.pathway.injection_plan import plan_injections

    mirrored = stated_mirror(mirrored, "the photo is")
    if (left_view is None) != (right_view is None):
        raise InputError(
            "Only one of the two turned photos is given.",
            "Give --left-view and --right-view together, or neither.",
        )
    if scale is None:
        raise InputError(
            "Without a scale there are no millimetres.",
            "Measure from outer eye corner to outer eye corner and write --scale eye-corners=MM, or"
            " choose another way that `rubor plan --help` lists.",
        )
    today = datetime.now(UTC).date()
    sides, trial_cells = _sides(side, trial)
    if sum(given is not None for given in (cells, recording, trial_cells)) > 1:
        raise InputError(
            "The cells are stated twice.",
            "Give one of --cells, --recording and a --trial with cells.",
        )
    only_cells = trial_cells
    if cells is not None:
        only_cells = parse_names(cells)
    elif recording is not None:
        only_cells = _measured_cells(recording)
    usual = ("cheeks", "nose") if sides == "both" else ("cheeks",)
    authority, choice = _doses(
        prescriber, examined, product, (units_per_point, vial_units, diluent_ml, vial_price)
    )
    reference = parse_scale(scale)
    found = find_frontal_face(photo, mirrored=mirrored, face=face)
    if left_view is not None and right_view is not None:
        found = face_from_views(
            found,
            find_turned_face(left_view, "left", mirrored=mirrored),
            find_turned_face(right_view, "right", mirrored=mirrored),
        )
    made = plan_injections(
        found,
        reference.turned_round(found.frame.width) if mirrored else reference,
        made_on=today,
        areas=usual if areas is None else parse_names(areas),
        sides=sides,
        spacing_mm=spacing,
        only_cells=only_cells,
        wishes=wish or (),
        notes=note or (),
        age_years=None if born is None else age_on(today, parse_day(born, "--born")),
        authority=authority,
        choice=choice,
    )
    from rubor.pathway.plan_json import plan_to_json
    from rubor.report.plan_document import plan_html, plan_pdf
    from rubor.trials.trial_folder import write_whole

    document = json.dumps(plan_to_json(made), indent=2, ensure_ascii=False, allow_nan=False)
    picture = found.frame.display_rgb if keep_face else None
    pages, page = plan_pdf(made, picture), plan_html(made, picture)
    out.mkdir(parents=True, exist_ok=True)
    write_whole(out / "plan.json", (document + "\n").encode())
    write_whole(out / "plan.pdf", pages)
    write_whole(out / "plan.html", page.encode())
    typer.echo(document) if as_json else _tell(made, out)


def _sides(side: _Side | None, trial: Path | None) -> tuple[_Side, tuple[str, ...] | None]:
    """The sides to treat, and the cells of the trial on them."""
    if trial is None:
        return side or "both", None
    from rubor.errors import InputError
    from rubor.trials.trial_folder import TrialFolder

    stored = TrialFolder.open(trial).trial
    drawn = stored.assignment
    if stored.design != "split-face" or drawn is None:
        raise InputError(
            f"{trial} is no split-face trial.",
            "Give --side, or leave both out to treat both sides.",
        )
    if not stored.revealed:
        raise InputError(
            f"The drawn side of {trial} is hidden.",
            f"Whoever treats has to know it: `rubor trial reveal {trial}`.",
        )
    assigned: _Side = "left" if drawn.drawn[0] == "left" else "right"
    if side not in (None, assigned):
        raise InputError(f"The trial has drawn the person's {assigned} side.", "Leave --side out.")
    names = stored.compared.areas()[assigned] if stored.compared.kind == "cells" else None
    return assigned, names


def _measured_cells(folder: Path) -> tuple[str, ...]:
    from rubor.measurement.recording import Recording
    from rubor.pathway.missed_area import blushing_cells

    return blushing_cells(Recording.load(folder))


def _doses(
    prescriber: str | None,
    examined: str | None,
    product: str | None,
    amounts: tuple[float | None, float | None, float | None, float | None],
) -> tuple[Authority | None, DoseChoice | None]:
    """Both or neither."""
    from rubor.errors import InputError
    from rubor.pathway.dosing import DoseChoice
    from rubor.pathway.injection_plan import Authority

    given = (prescriber, examined, product)
    if all(one is None for one in (*given, *amounts)):
        return None, None
    if prescriber is None or examined is None or product is None:
        raise InputError(
            "Doses need a named prescriber, the date of an examination in person, and a product.",
            "Give --prescriber, --examined and --product together, or none of them for a draft.",
        )
    day: date = parse_day(examined, "--examined")
    return Authority(prescriber, day), DoseChoice(product, *amounts)


def _tell(made: InjectionPlan, out: Path) -> None:
    kind = "a draft without doses" if made.draft else "with doses"
    typer.echo(f"Plan:   {len(made.points)} points on {made.area_cm2:.0f} cm², {kind}")
    typer.echo(f"Scale:  {made.scale.method}, error {196 * made.scale.relative_sd:.0f} % (95 %)")
    typer.echo(f"Depth:  {made.depth_words}")
    if made.dosing is not None:
        given = made.dosing
        typer.echo(
            f"Dose:   {given.units_total:g} {given.unit} of {given.product} in"
            f" {given.volume_total_ml:.2f} mL, vials: {given.vials}"
        )
    for warning in made.warnings:
        typer.echo(f"Weigh:  {warning.text} ({warning.source})")
    typer.echo(f"Pages:  {out / 'plan.pdf'}, {out / 'plan.html'}")
    typer.echo(f"Cells:  {','.join(made.cells)}")
