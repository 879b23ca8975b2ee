"""`rubor treatments`: what is known of each treatment, with its source."""

from __future__ import annotations

import json
import re
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from rubor.cli.clear_errors import with_clear_errors
from rubor.cli.option_values import check_ending

if TYPE_CHECKING:
    from rubor.treatments.catalogue import Findings, MeanReduction, ResponderFraction, Treatment
    from rubor.treatments.comparison import ComparisonRow
    from rubor.treatments.cost import TreatmentCost

__all__ = ["treatments"]

# Wide enough for any line: in a file or a pipe nothing is broken.
_ENDLESS_WIDTH = 10_000
# On a narrower terminal ten columns break the words, and lines are printed instead.
_TABLE_WIDTH = 170


@with_clear_errors
def treatments(
    names: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[NAME]...",
            help="Treatments by name, such as botulinum_toxin. Without one, all are listed.",
            show_default=False,
        ),
    ] = None,
    compare: Annotated[
        bool, typer.Option("--compare", help="Show the named ones, or all, beside each other.")
    ] = False,
    figure: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE.svg",
            dir_okay=False,
            help="Write the comparison as a figure as well.",
            show_default=False,
        ),
    ] = None,
    price: Annotated[
        str | None,
        typer.Option(
            metavar="PRICE",
            help="What one session, month or operation costs where you are, such as 350 or 300-500."
            " With a single name.",
            show_default=False,
        ),
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print the result as one JSON object on stdout.")
    ] = False,
) -> None:
    """Show what is known of treatments for blushing, flushing and redness.

    Each one with what it acts on, how much, how soon, how long, its harms, what excludes it, how long to
    wait before a recording, and what it costs. Two numbers are kept apart that are often confused: by how
    much redness fell on average (mean reduction), and how many people got better by some criterion
    (responders). What studies published stands apart from what clinics claim.

    Every number names its source and how strong that is; `unverified` means commonly stated and not
    checked yet. Nothing here is a recommendation: whether a treatment suits a person is for a doctor.

    **Examples**

    The list, then one treatment, then two beside each other:

        rubor treatments
        rubor treatments botulinum_toxin
        rubor treatments intense_pulsed_light botulinum_toxin --compare

    The cost per year at the price of your clinic:

        rubor treatments botulinum_toxin --price 350

    All of them as a figure:

        rubor treatments --compare --figure treatments.svg

    **Exit codes**: 0 done; 1 no such treatment; 2 usage.
    """
    from rubor.treatments.catalogue import catalogue, treatment
    from rubor.treatments.comparison import compare as rows_of
    from rubor.treatments.cost import treatment_cost

    entries = [treatment(name) for name in names] if names else list(catalogue())
    if price is not None and (compare or len(entries) != 1):
        raise typer.BadParameter("give exactly one treatment with it.", param_hint="--price")
    own = None if price is None else _price(price)
    if figure is not None:
        _draw(figure, entries)
    if as_json:
        costs = [treatment_cost(entry, own) for entry in entries]
        typer.echo(json.dumps(_document(entries, costs), indent=2, ensure_ascii=False))
    elif compare:
        _print_comparison(rows_of(entries))
    elif not names:
        _print_list(entries)
    else:
        for entry in entries:
            _print_treatment(entry, treatment_cost(entry, own))
    if figure is not None and not as_json:
        typer.echo(f"Figure: {figure}")


def _price(text: str) -> tuple[float, float]:
    """Lowest and highest price from `PRICE` or `LOW-HIGH`.

    >>> _price("350"), _price("300-500")
    ((350.0, 350.0), (300.0, 500.0))
    """
    found = re.fullmatch(r"\s*(\d+\.?\d*)(?:\s*-\s*(\d+\.?\d*))?\s*", text)
    if found is None:
        raise typer.BadParameter(
            f"{text!r} is not a price such as 350 or 300-500.", param_hint="--price"
        )
    return float(found[1]), float(found[2] or found[1])


def _draw(path: Path, entries: list[Treatment]) -> None:
    from rubor.treatments.figures import comparison_as_svg

    check_ending(path, ".svg", "--figure")
    path.write_text(comparison_as_svg(entries), encoding="utf-8")


def _document(entries: list[Treatment], costs: list[TreatmentCost | None]) -> dict[str, Any]:
    from rubor.treatments.catalogue import sequences

    return {
        "schema": "rubor.treatments/1",
        "treatments": [
            {**asdict(entry), "cost_estimate": None if cost is None else asdict(cost)}
            for entry, cost in zip(entries, costs, strict=True)
        ],
        "sequences": [asdict(entry) for entry in sequences()],
    }


def _print_list(entries: list[Treatment]) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from rubor.treatments.catalogue import catalogue, sequences
    from rubor.treatments.comparison import money
    from rubor.treatments.cost import sequence_cost

    table = Table("name", "what it is", "acts on", box=None, pad_edge=False)
    for entry in entries:
        acts = "; ".join(f"{row.target.replace('_', ' ')}: {row.effect}" for row in entry.acts_on)
        table.add_row(*(Text(words) for words in (entry.id, entry.title, acts)))
    Console(width=None if sys.stdout.isatty() else _ENDLESS_WIDTH).print(table)
    typer.echo("\nOne after the other:")
    known = {entry.id: entry for entry in catalogue()}
    for line in sequences():
        cost = money(sequence_cost(line, known), "GBP")
        typer.echo(f"- {line.title}: first courses {cost}. {line.why}")
        typer.echo(f"  [{line.source}; {line.strength}]")
    typer.echo(
        "\n`rubor treatments NAME` shows one with its sources, `--compare` all beside each other."
    )


def _print_comparison(rows: tuple[ComparisonRow, ...]) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from rubor.treatments.comparison import money

    names = (
        "Treatment",
        "Mean reduction (published)",
        "Responders (published; criteria differ)",
        "Claimed by clinics",
        "Onset",
        "Lasts",
        "Wait before recording",
        "Harms",
        "Per year",
        "Per month of benefit",
    )
    console = Console(width=None if sys.stdout.isatty() else _ENDLESS_WIDTH)
    table = Table(*names, show_lines=True)
    lines = []
    for row in rows:
        cost = row.cost
        month = "not known"
        if cost is not None and cost.per_benefit_month is not None:
            month = f"{money(cost.per_benefit_month, cost.currency)}, {cost.benefit_target}"
        words = (
            row.title,
            row.mean_reduction or "not known",
            row.responder_fraction or "not known",
            row.claimed or "none",
            row.onset,
            row.duration,
            row.washout or "does not apply",
            row.harms,
            "not known" if cost is None else money(cost.per_year, cost.currency),
            month.replace("_", " "),
        )
        table.add_row(*(Text(cell) for cell in words))
        lines.append(row.title)
        lines += [f"  {name}: {cell}" for name, cell in zip(names[1:], words[1:], strict=True)]
    if console.width < _TABLE_WIDTH:
        typer.echo("\n".join(lines))
    else:
        console.print(table)
    typer.echo("`rubor treatments NAME` gives the source and strength of every number.")


def _print_treatment(entry: Treatment, cost: TreatmentCost | None) -> None:
    typer.echo(f"{entry.title} ({entry.kind})")
    _say(entry.about, entry.about_source, entry.about_strength)
    typer.echo("\nActs on")
    for target in entry.acts_on:
        _say(
            f"{target.target.replace('_', ' ')}: {target.effect}. {target.note}",
            target.source,
            target.strength,
        )
    _print_findings("Published", entry.published)
    _print_findings("Claimed by clinics, not published", entry.claimed)
    if entry.contraindications:
        typer.echo("\nWhat excludes it, or needs care")
    for against in entry.contraindications:
        only = f" ({', '.join(against.products)} only)" if against.products else ""
        _say(
            f"{against.condition}{only}: {against.action}. {against.why}",
            against.source,
            against.strength,
        )
    for product in entry.products:
        for label in product.label:
            name = label.contraindication.replace("_", " ")
            _say(f"Label of {product.id}, {name}: {label.stance}", label.source, label.strength)
    if entry.washout is not None:
        typer.echo("\nWait before a recording")
        wait = entry.washout
        _say(f"{wait.value:g} {wait.unit}. {wait.why}", wait.source, wait.strength)
    typer.echo("\nLicence")
    _say(entry.licence.status, entry.licence.source, entry.licence.strength)
    _print_cost(entry, cost)


def _print_findings(title: str, found: Findings) -> None:
    from rubor.treatments.comparison import percent, span_words

    if not any((found.mean_reduction, found.responder_fraction, found.findings, found.duration)):
        return
    typer.echo(f"\n{title}")
    for fall in found.mean_reduction:
        _say(
            f"mean reduction {_share(fall)}: {fall.measure}{_people(fall)}",
            fall.source,
            fall.strength,
        )
    for part in found.responder_fraction:
        control = (
            "" if part.control is None else f" (control {percent(part.control, part.control)})"
        )
        _say(
            f"responders {_share(part)}{control}: {part.criterion}{_people(part)}",
            part.source,
            part.strength,
        )
    for finding in found.findings:
        _say(finding.text, finding.source, finding.strength)
    for name, spans in (("onset", found.onset), ("lasts", found.duration)):
        for span in spans:
            note = f" ({span.note})" if span.note else ""
            _say(f"{name} {span_words(span)}{note}", span.source, span.strength)
    for harm in found.harms:
        rate = "" if harm.rate is None else f" {percent(harm.rate, harm.rate)}"
        _say(f"harm: {harm.what}{rate}{_range(harm)}", harm.source, harm.strength)


def _share(row: MeanReduction | ResponderFraction) -> str:
    from rubor.treatments.comparison import percent

    return f"{percent(row.value, row.value)}{_range(row)}"


def _range(row: Any) -> str:
    """What the interval is, where one is stated."""
    from rubor.treatments.comparison import percent

    if row.low is not None:
        return f" ({percent(row.low, row.high)}: {row.range_of})"
    return f" ({row.range_of})" if row.range_of else ""


def _people(row: MeanReduction | ResponderFraction) -> str:
    parts = [] if row.n is None else [f"n {row.n}"]
    parts.append("with a control group" if row.controlled else "no control group")
    return f" ({', '.join(parts)})"


def _print_cost(entry: Treatment, cost: TreatmentCost | None) -> None:
    from rubor.treatments.comparison import money

    typer.echo("\nCost")
    if cost is None:
        typer.echo("- not known")
        return
    low, high = cost.price
    asked = f"{low:g}" if low == high else f"{low:g} to {high:g}"
    note = f" {entry.cost.note}" if entry.cost is not None and entry.cost.note else ""
    typer.echo(f"- {cost.currency} {asked} per {cost.per}; year of the price: {cost.year}.{note}")
    typer.echo(f"- per year: {money(cost.per_year, cost.currency)}")
    if cost.benefit_target is not None:
        month = (
            "month free of blushing"
            if cost.benefit_target == "blush"
            else f"month with less {cost.benefit_target.replace('_', ' ')}"
        )
        typer.echo(
            f"- per {month}: {money(cost.per_benefit_month, cost.currency)}; counted as helped:"
            f" {cost.benefit_criterion}"
        )
    for reason in cost.reasons:
        typer.echo(f"- {reason}")
    typer.echo("- in brackets: 95 % of people, who pay and respond differently")
    for source, strength in cost.sources:
        typer.echo(f"  [{source}; {strength}]")


def _say(words: str, source: str, strength: str) -> None:
    typer.echo(f"- {words}\n  [{source}; {strength}]")
