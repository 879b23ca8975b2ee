"""The report of a trial: what its page says, and that page and PDF open anywhere."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from rubor.report import trial_report_html, trial_report_pdf, write_trial_report
from rubor.report.trial_words import headline, lead_sentences
from rubor.trials.assignment import draw_side
from rubor.trials.compared_area import compared_regions
from rubor.trials.comparison_rules import usual_window
from rubor.trials.trial import Mark, Origin, Session, SideResponse, Trial
from rubor.trials.trial_answer import TrialAnswer, answer_table, answer_trial

NOW = datetime(2026, 9, 1, 12, 0, tzinfo=UTC)
BEGUN_AT = datetime(2026, 1, 1, 9, 0, tzinfo=UTC)
TREATED_ON = date(2026, 2, 1)
BEFORE, AFTER = (-28, -21, -14, -7), (16, 23, 30, 40, 50)
# Seed 7 draws the right side.
SEED = 7

MakeAnswer = Callable[..., TrialAnswer]


class Page(HTMLParser):
    """The text and the elements of a page that closes as it opens."""

    VOID = frozenset({"meta", "img", "br", "link", "input", "hr"})

    def __init__(self, source: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.open: list[str] = []
        self.words: list[str] = []
        self.feed(source)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.tags.append(tag)
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: object) -> None:
        self.tags.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] != "style":
            self.words.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).replace("\u00a0", " ").split())


@pytest.fixture
def answer() -> MakeAnswer:
    """`answer(0.6)` is the answer of a split-face trial with a true reduction of 60 %."""

    def make(reduction: float, recordings: int = 9, **changes: object) -> TrialAnswer:
        random = np.random.default_rng(4)
        trial = Trial(
            name="patch",
            design="split-face",
            treatment="botulinum_toxin",
            compared=compared_regions(["cheek"], between_sides=True),
            smallest_effect=0.25,
            window=usual_window("botulinum_toxin"),
            draws=(draw_side(SEED, BEGUN_AT),),
        ).treat(TREATED_ON, NOW)
        days = (*BEFORE[: recordings // 2], *AFTER[: recordings - recordings // 2])
        for number, after in enumerate(days):
            level = 0.4 * np.exp(0.25 * random.standard_normal())
            side = np.exp(0.06 * random.standard_normal())
            kept = 1.0 - reduction if after > 0 else 1.0
            marks = (Mark("make_up", "There was make-up on the face.", "Take it off."),)
            trial = trial.add(
                Session(
                    name=f"visit {number + 1}",
                    date=TREATED_ON + timedelta(days=after),
                    phase="after" if after > 0 else "before",
                    provocation="blush",
                    responses={
                        "left": SideResponse(level, 0.02),
                        "right": SideResponse(level * side * kept, 0.02),
                    },
                    measure="peak of blood_change",
                    origin=ORIGIN,
                    provoked=True,
                    marks=marks if number == 1 else (),
                )
            )
        return answer_trial(replace(trial, **changes), NOW)  # type: ignore[arg-type]

    return make


ORIGIN = Origin(
    file="visit.mp4",
    sha256="0" * 64,
    method="redness-1",
    transfer="srgb",
    range="limited",
    matrix="bt709",
    width=1280,
    height=720,
    reference="background",
    skin_tone="light",
    mirrored=False,
    accepted=True,
    still_photo=False,
)


# --- what it says ---------------------------------------------------------------------------------


def test_the_verdict_is_one_sentence_with_its_interval(answer: MakeAnswer) -> None:
    given = answer(0.6)
    page = Page(trial_report_html(given))
    percent = f"{100 * given.verdict.reduction:.0f} %"
    assert f"It works: the blush is about {percent} smaller where it was treated." in page.text
    low, high = (f"{100 * limit:.0f} %" for limit in given.verdict.interval_95)
    assert f"{low} to {high}" in page.text


@pytest.mark.parametrize(
    ("reduction", "sentence"),
    [
        (0.0, "It makes no difference that matters"),
        (-0.9, "It made it worse"),
    ],
)
def test_every_verdict_has_its_words(answer: MakeAnswer, reduction: float, sentence: str) -> None:
    given = answer(reduction)
    # Which verdict it is, is the analysis' matter; the words are those of the verdict.
    word = "worse" if reduction < 0 else "no meaningful effect"
    verdict = replace(given.verdict, verdict=word)
    assert headline(verdict).startswith(sentence)
    unsure = replace(given.verdict, verdict="not enough yet")
    assert headline(unsure) == "It cannot be told yet."
    broken = replace(given.verdict, verdict="invalid")
    assert headline(broken) == "These recordings cannot be compared."
    assert lead_sentences(broken) == ()


def test_a_change_is_not_called_an_effect(answer: MakeAnswer) -> None:
    verdict = replace(answer(0.6).verdict, claim="changed")
    assert headline(verdict).startswith("Something changed")
    assert "cannot show that the treatment did it" in " ".join(lead_sentences(verdict))


def test_reasons_and_what_would_change_it_are_on_the_page(answer: MakeAnswer) -> None:
    given = answer(0.3)
    page = Page(trial_report_html(given))
    for sentence in (*given.verdict.reasons, *given.verdict.would_change_it):
        assert " ".join(sentence.split()) in page.text


def test_every_recording_is_in_the_table_with_its_marks(answer: MakeAnswer) -> None:
    page = Page(trial_report_html(answer(0.6)))
    for number in range(1, 10):
        assert f"visit {number}" in page.text
    assert "visit 2: There was make-up on the face. Take it off." in page.text


def test_what_was_left_out_is_shown_with_its_reason(answer: MakeAnswer) -> None:
    given = answer(0.6)
    assert given.trial is not None
    trial = given.trial.leave_out("visit 1", "the wrong person", NOW)
    page = Page(trial_report_html(answer_trial(trial, NOW)))
    assert "left out: the wrong person" in page.text


def test_the_draw_can_be_repeated_from_the_page(answer: MakeAnswer) -> None:
    page = Page(trial_report_html(answer(0.6)))
    assert "right (of left, right); seed 7" in page.text


def test_a_blinded_trial_does_not_show_its_side(answer: MakeAnswer) -> None:
    page = Page(trial_report_html(answer(0.6, blinded=True)))
    assert "hidden until it is asked for" in page.text
    assert "person-right" not in page.text and "seed 7" not in page.text
    shown = Page(trial_report_html(answer(0.6)))
    assert "treated side (person-right)" in shown.text


def test_how_long_it_lasts_is_said_with_its_interval(answer: MakeAnswer) -> None:
    given = answer(0.6)
    assert given.verdict.wear_off is not None
    page = Page(trial_report_html(given))
    assert "Half of the effect" in page.text and "four chances in five" in page.text
    assert "How the effect goes" in page.text


def test_the_truth_of_a_simulated_person_stands_beside_it(answer: MakeAnswer) -> None:
    page = Page(trial_report_html(answer(0.6), truth=0.6))
    assert "the truth, 60 %" in page.text


def test_it_says_what_it_is_not(answer: MakeAnswer) -> None:
    page = Page(trial_report_html(answer(0.6)))
    assert "not certified as a medical device" in page.text


def test_a_table_without_a_trial_has_a_report(answer: MakeAnswer) -> None:
    given = answer_table(answer(0.6).responses, "split-face", [TREATED_ON], NOW)
    page = Page(trial_report_html(given))
    assert "It works" in page.text
    assert trial_report_pdf(given).startswith(b"%PDF-")


@pytest.mark.parametrize("sides", [1, 2])
def test_a_table_of_the_whole_face_has_a_report(sides: int) -> None:
    rows = [
        (
            f"d{days}",
            TREATED_ON + timedelta(days=days),
            "after" if days > 0 else "before",
            0.4,
            0.02,
        )
        for days in (*BEFORE, *AFTER)
    ]
    columns = ["session", "date", "phase", "response", "response_sd"]
    table = pd.DataFrame(rows, columns=columns)
    if sides == 2:
        table = pd.concat([table.assign(side=side) for side in ("left", "right")])
    given = answer_table(table, "before-after", [TREATED_ON], NOW)
    source = trial_report_html(given)
    page = Page(source)
    assert "beyond what was to be expected anyway" in page.text
    part = re.search(r'data-part="dots-both-sides">(.*?)</g>\s*</g>', source, re.DOTALL)
    assert part is not None and part[1].count("<use") == 9


# --- figures ----------------------------------------------------------------------------------------


def test_every_recording_is_a_dot_on_both_sides(answer: MakeAnswer) -> None:
    source = trial_report_html(answer(0.6))
    for side in ("treated-side", "other-side"):
        part = re.search(rf'data-part="dots-{side}[^"]*">(.*?)</g>\s*</g>', source, re.DOTALL)
        assert part is not None
        assert part[1].count("<use") == 9


def test_wide_intervals_stay_within_the_figure(answer: MakeAnswer) -> None:
    verdict = replace(
        answer(0.6).verdict,
        interval_95=(-np.inf, 0.9),
        always_valid_interval_95=(-np.inf, np.inf),
    )
    given = replace(answer(0.6), verdict=verdict)
    page = Page(trial_report_html(given))
    assert "anything up to 90 %" in page.text
    assert trial_report_pdf(given).startswith(b"%PDF-")


# --- files ------------------------------------------------------------------------------------------


def test_the_page_stands_alone(answer: MakeAnswer) -> None:
    source = trial_report_html(answer(0.6))
    page = Page(source)
    assert not {"script", "link", "iframe", "img"} & set(page.tags)
    assert not re.findall(r'(?:src|href)="(?!#)', source)
    assert "default-src 'none'" in source


def test_the_pdf_carries_its_fonts_and_is_tagged(answer: MakeAnswer) -> None:
    document = trial_report_pdf(answer(0.6))
    assert document.startswith(b"%PDF-") and b"%%EOF" in document[-64:]
    assert len(re.findall(rb"/FontFile\d?", document)) >= 1
    assert b"/StructTreeRoot" in document


def test_the_same_answer_gives_the_same_bytes(answer: MakeAnswer) -> None:
    given = answer(0.6)
    assert trial_report_html(given) == trial_report_html(given)
    assert trial_report_pdf(given) == trial_report_pdf(given)


def test_both_files_are_written(answer: MakeAnswer, tmp_path: Path) -> None:
    page, document = write_trial_report(answer(0.6), tmp_path)
    assert (page.name, document.name) == ("report.html", "report.pdf")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["report.html", "report.pdf"]
