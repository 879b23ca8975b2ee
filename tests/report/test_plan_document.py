"""The PDF of a plan: sides on every page, DRAFT on those of a draft, and a page that is 1:1."""

from __future__ import annotations

import json
import re
import zlib
from datetime import date
from html.parser import HTMLParser
from importlib.resources import files
from pathlib import Path

import numpy as np
import pytest
import skimage.data
from PIL import Image

from rubor.pathway.dosing import DoseChoice
from rubor.pathway.frontal_face import find_frontal_face
from rubor.pathway.injection_plan import Authority, InjectionPlan, plan_injections
from rubor.pathway.plan_json import plan_to_json
from rubor.pathway.true_scale import ScaleReference
from rubor.report.plan_document import plan_content, plan_html, plan_pdf

POINTS_PER_MM = 72.0 / 25.4
ADVICE = ("consent", "aftercare", "expect", "call")


@pytest.fixture(scope="module")
def dosed(tmp_path_factory: pytest.TempPathFactory) -> InjectionPlan:
    path = tmp_path_factory.mktemp("portrait") / "astronaut.png"
    Image.fromarray(skimage.data.astronaut()).save(path)
    return plan_injections(
        find_frontal_face(path, mirrored=False),
        ScaleReference("eye_corners", 90.0),
        made_on=date(2026, 3, 2),
        age_years=30,
        authority=Authority("First Last", date(2026, 3, 1)),
        choice=DoseChoice("onabotulinumtoxinA"),
    )


def streams(pdf: bytes) -> list[str]:
    """The drawing operators of every stream that has some."""
    found = []
    for match in re.finditer(rb"stream\r?\n(.*?)\r?\nendstream", pdf, re.DOTALL):
        try:
            text = zlib.decompress(match[1]).decode("latin-1")
        except zlib.error:
            continue
        if re.search(r"\bBT\b", text):
            found.append(text)
    return found


def straight_lines(operators: str) -> list[tuple[tuple[float, float], tuple[float, float]]]:
    """Ends of the lines, in points on the paper, by the matrices in force (PDF 32000-1, 8.3.4)."""
    number = r"(-?\d*\.?\d+)"
    matrix, kept = np.eye(3), []
    start = np.zeros(3)
    lines = []
    pattern = re.compile(
        rf"(?:{number}\s+){{6}}cm|(?:{number}\s+){{2}}[ml](?=\s)|(?<=\s)[qQ](?=\s)"
    )
    for piece in pattern.finditer("\n" + operators + "\n"):
        *values, operator = piece[0].split()
        if operator == "q":
            kept.append(matrix)
        elif operator == "Q":
            matrix = kept.pop()
        elif operator == "cm":
            a, b, c, d, e, f = map(float, values)
            matrix = np.array([[a, b, 0.0], [c, d, 0.0], [e, f, 1.0]]) @ matrix
        else:
            there = np.array([float(values[0]), float(values[1]), 1.0]) @ matrix
            if operator == "l":
                lines.append(((start[0], start[1]), (there[0], there[1])))
            start = there
    return lines


def test_the_ruler_of_the_true_scale_page_is_100_mm_in_the_pdf(dosed: InjectionPlan) -> None:
    pdf = plan_pdf(dosed)
    assert re.search(rb"/MediaBox\s*\[\s*0 0 595\.27\d* 841\.8\d*\s*\]", pdf)  # A4
    lengths = [
        abs(end[0] - start[0]) / POINTS_PER_MM
        for text in streams(pdf)
        for start, end in straight_lines(text)
        if abs(end[1] - start[1]) < 0.01
    ]
    assert any(length == pytest.approx(100.0, abs=0.05) for length in lengths)


def test_the_face_on_the_true_scale_page_has_its_true_size(dosed: InjectionPlan) -> None:
    """The outline of the face is as wide and as high on the paper as in millimetres."""
    page = plan_content(dosed)["true_scale"]
    assert len(page["points"]) == len(dosed.points)
    page_lines = next(
        lines
        for lines in map(straight_lines, streams(plan_pdf(dosed)))
        if any(abs(abs(end[0] - start[0]) / POINTS_PER_MM - 100.0) < 0.05 for start, end in lines)
    )
    ends = np.array([end for _, end in page_lines]) / POINTS_PER_MM
    oval = np.array(next(line for line in page["lines"] if line["name"] == "outline")["points_mm"])
    width = np.ptp(oval[:, 0])
    drawn = ends[: len(oval) - 1]
    assert np.ptp(drawn[:, 0]) == pytest.approx(width, abs=0.3)
    assert np.ptp(drawn[:, 1]) == pytest.approx(np.ptp(oval[:, 1]), abs=0.3)


def test_a_draft_says_so_and_names_no_dose(dosed: InjectionPlan) -> None:
    draft = plan_content(dosed.without_doses())
    assert draft["draft"]
    assert draft["dosing"] is None
    assert "mL" not in draft["points"]["header"]
    for words in (
        json.dumps({**draft, "map": None}),
        json.dumps(plan_to_json(dosed.without_doses())),
    ):
        assert "botulinumtoxin" not in words
        assert not re.search(r"\d\s*(mL|U|units?)\b", words)
    full = plan_content(dosed)
    assert "mL" in full["points"]["header"]
    assert full["dosing"]["rows"][0] == ["Product", "onabotulinumtoxinA"]


def test_every_page_names_the_sides_and_only_a_draft_is_crossed(dosed: InjectionPlan) -> None:
    template = (files("rubor.report") / "templates" / "plan.typ").read_text(encoding="utf-8")
    header = template.split("header: [")[1].split("],")[0]
    assert header.index("sides.right") < header.index("sides.left")
    assert plan_content(dosed)["sides"] == {"right": "PERSON'S RIGHT", "left": "PERSON'S LEFT"}
    assert "foreground: if content.draft" in template


def test_the_same_plan_gives_the_same_bytes_and_a_photo_can_stand_behind_the_map(
    dosed: InjectionPlan, tmp_path: Path
) -> None:
    assert plan_pdf(dosed) == plan_pdf(dosed)
    assert len(plan_pdf(dosed, skimage.data.astronaut())) > 1.2 * len(plan_pdf(dosed))


class Words(HTMLParser):
    """Text of a page, its elements, and the addresses it refers to."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.text, self.tags, self.addresses = "", set[str](), list[str]()
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.addresses += [value or "" for name, value in attrs if name in ("href", "src")]

    def handle_data(self, data: str) -> None:
        self.text += data.replace("\u00a0", " ")


@pytest.mark.parametrize("draft", [True, False])
def test_the_page_says_all_that_the_pdf_says(dosed: InjectionPlan, draft: bool) -> None:
    plan = dosed.without_doses() if draft else dosed
    content, page = plan_content(plan), Words(plan_html(plan))
    tables = [content[name] for name in ("points", "areas", "zones", "dosing") if content[name]]
    sentences = [
        *content["lead"],
        *content["points_lead"],
        *content["wishes"],
        *content["cost"],
        *content["sources"],
        content["disclaimer"],
        content["true_scale"]["elsewhere"],
        *content["sides"].values(),
        *(one["text"] for one in content["warnings"]),
        *(one["text"] for part in ADVICE for one in content[part]),
        *(cell for table in tables for row in table["rows"] for cell in row),
    ]
    for sentence in sentences:
        assert sentence in page.text, sentence
    numbers = {point.name for point in plan.points}
    assert numbers <= set(page.text.split())
    assert ("DRAFT" in page.text) == draft


def test_the_page_needs_no_script_and_nothing_from_outside(dosed: InjectionPlan) -> None:
    page = plan_html(dosed, skimage.data.astronaut())
    found = Words(page)
    assert "script" not in found.tags
    assert all(address.startswith(("#", "data:")) for address in found.addresses)
    assert "default-src 'none'" in page
    assert len(page) > 1.2 * len(plan_html(dosed))  # the photo behind the map


def test_the_page_of_a_draft_names_no_dose(dosed: InjectionPlan) -> None:
    text = Words(plan_html(dosed.without_doses())).text
    assert "botulinumtoxin" not in text
    assert not re.search(r"\d\s*(mL|U|units?)\b", text)
