"""Treatments beside each other, as a table and as a figure."""

from __future__ import annotations

from xml.etree import ElementTree

from rubor.treatments.catalogue import catalogue, treatment
from rubor.treatments.comparison import compare
from rubor.treatments.figures import comparison_as_svg, plot_comparison


def test_published_shares_and_claims_have_columns_of_their_own() -> None:
    row = compare([treatment("botulinum_toxin")])[0]
    assert row.mean_reduction == "resting redness 44 %"
    assert row.responder_fraction == "flush 91 %"
    assert row.claimed == "share of people: blush 33 to 67 %; lasts 2 to 12 months"


def test_the_share_of_the_control_group_stands_beside() -> None:
    row = compare([treatment("sertraline")])[0]
    assert row.responder_fraction == "fear 53 % (control 29 %)"


def test_what_is_not_known_is_empty() -> None:
    row = compare([treatment("clonidine")])[0]
    assert (row.mean_reduction, row.responder_fraction, row.claimed, row.cost) == ("", "", "", None)


def test_the_figure_has_a_row_for_each_and_hollow_marks_for_claims() -> None:
    figure = plot_comparison(catalogue())
    left, right, cost = figure.axes
    assert len(left.get_yticks()) == len(catalogue())
    faces = {str(line.get_markerfacecolor()) for line in right.lines}
    assert "white" in faces and len(faces) > 1
    assert "mean reduction" in left.get_xlabel() and "responders" in right.get_xlabel()
    assert "GBP" in cost.get_xlabel()


def test_equal_entries_give_equal_pictures() -> None:
    first, second = comparison_as_svg(catalogue()), comparison_as_svg(catalogue())
    assert first == second
    assert ElementTree.fromstring(first).tag.endswith("svg")
