"""The report of a recording: what it says, what it never does, and that it opens anywhere."""

from __future__ import annotations

import copy
import re
from html.parser import HTMLParser
from importlib.resources import files
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from rubor.errors import InputError
from rubor.measurement import Recording, measure
from rubor.measurement.sustained_change import SustainedChange
from rubor.report import write_report
from rubor.report.gate_words import GATE_WORDS, gate_texts
from rubor.report.recording_words import find, plain_regions, pulse_sentences, trust_sentence
from rubor.simulation import DemoScene, simulate_demo_video
from rubor.vision.reference_face import mirrored_name, reference_face

LARGEST_BYTES = 5_000_000


class Page(HTMLParser):
    """What is in an HTML page: its elements, its text, and whether they close as they open."""

    VOID = frozenset({"meta", "img", "br", "link", "input", "hr"})

    def __init__(self, source: str) -> None:
        super().__init__()
        self.source = source
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.open: list[str] = []
        self.text = ""
        self.feed(source)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if not self.open or self.open[-1] != "style":
            self.text += data

    def all(self, tag: str) -> list[dict[str, str]]:
        return [attributes for name, attributes in self.elements if name == tag]

    def says(self, text: str) -> bool:
        return text in " ".join(self.text.replace("\xa0", " ").split())


def report(recording: Recording, folder: Path, **options: Any) -> Page:
    path = folder / "report.html"
    write_report(recording, path, **options)
    assert path.stat().st_size < LARGEST_BYTES
    return Page(path.read_text(encoding="utf-8"))


def changed(recording: Recording, **fields: Any) -> Recording:
    """The same recording with other fields in its summary."""
    summary = {**copy.deepcopy(recording.summary), **fields}
    return Recording(summary, recording.traces, recording.cell_chunks)


@pytest.fixture(scope="module")
def blush(tmp_path_factory: pytest.TempPathFactory) -> Recording:
    """Both cheeks redden from 6 s on, before a wall that shows what the light does."""
    video = tmp_path_factory.mktemp("blush") / "blush.mp4"
    scene = DemoScene(seed=1, duration_s=16.0, frame_rate=12.5, width=854, height=480)
    simulate_demo_video(video, scene)
    return measure(video, mirrored=False)


@pytest.fixture(scope="module")
def still_face(shared: Path) -> Recording:
    return measure(shared / "videos" / "face.mp4")


@pytest.fixture(scope="module")
def short(shared: Path) -> Recording:
    """2.4 s, so it is not accepted and has no baseline."""
    return measure(shared / "videos" / "single_face.mp4")


@pytest.fixture(scope="module")
def photo(shared: Path) -> Recording:
    return measure(shared / "videos" / "face_even_light.jpg", mirrored=False)


@pytest.fixture(scope="module", params=["blush", "still_face", "short", "photo"])
def recording(request: pytest.FixtureRequest) -> Recording:
    found: Recording = request.getfixturevalue(request.param)
    return found


@pytest.fixture(scope="module")
def page(recording: Recording, tmp_path_factory: pytest.TempPathFactory) -> Page:
    return report(recording, tmp_path_factory.mktemp("page"))


# --- every report -------------------------------------------------------------------------------


def test_the_page_loads_and_runs_nothing(page: Page) -> None:
    source = re.sub(r"data:image/png;base64,[\w+/=\s]+", "", page.source)
    assert not re.search(r"https?:|//[a-z]", source)
    assert page.all("script") == page.all("link") == page.all("iframe") == page.all("object") == []
    for _, attributes in page.elements:
        assert not any(name.startswith("on") for name in attributes)
        assert attributes.get("href", "#").startswith(("#", "data:image/png"))
        assert "src" not in attributes
    assert not re.search(r"@import|url\((?!#)", page.source)
    policies = [meta["content"] for meta in page.all("meta") if "http-equiv" in meta]
    assert policies == ["default-src 'none'; style-src 'unsafe-inline'; img-src data:"]


def test_every_gate_is_named_with_its_cure_and_the_failed_come_first(
    recording: Recording, page: Page
) -> None:
    shown = [item["data-gate"] for item in page.all("li") if "data-gate" in item]
    assert sorted(shown) == sorted(gate["name"] for gate in recording.summary["quality"])
    order = ["failed", "hint", "unjudged", "passed"]
    states = [order.index(item["data-state"]) for item in page.all("li") if "data-state" in item]
    assert states == sorted(states)
    for gate in recording.summary["quality"]:
        assert page.says(GATE_WORDS[gate["name"]].title)
        assert page.says(gate["advice"])


def test_every_figure_has_a_name_a_description_and_a_table(page: Page) -> None:
    figures = page.all("svg")
    assert figures
    ids = [attributes["id"] for _, attributes in page.elements if "id" in attributes]
    assert len(ids) == len(set(ids))
    for figure in figures:
        assert figure["role"] == "img"
        assert set(figure["aria-labelledby"].split()) <= set(ids)
    assert len(page.all("figure")) == len(figures)
    assert len(page.all("table")) == len(figures) + 1
    assert all(header["scope"] in ("col", "row") for header in page.all("th"))
    assert page.all("html")[0]["lang"] == "en"
    headings = [int(tag[1]) for tag, _ in page.elements if re.fullmatch("h[1-6]", tag)]
    assert headings[0] == 1
    assert all(step <= 1 for step in np.diff(headings))


def test_it_says_what_it_is_not(page: Page) -> None:
    assert page.says("not certified as a medical device")
    assert page.says("not for diagnosis")
    assert page.says("cannot tell a blush from warmth")
    assert page.says("You look at the person: their left is on your right.")


def test_person_left_is_drawn_on_the_right_of_the_map(page: Page) -> None:
    drawn = re.findall(r'data-part="cell-(\w+)">\s*<path d="([^"]+)"', page.source)
    assert {name for name, _ in drawn} == set(reference_face().cell_names)
    centre = {
        name: np.mean([float(x) for x in re.findall(r"[ML] ([\d.]+) ", course)])
        for name, course in drawn
    }
    for name, x in centre.items():
        if "_left_" in name:
            assert x > centre[mirrored_name(name)]
    assert page.says("PERSON'S LEFT")
    assert page.says("PERSON'S RIGHT")


# --- what is said -------------------------------------------------------------------------------


def test_a_blush_is_reported_where_and_when_it_was(blush: Recording, tmp_path: Path) -> None:
    page = report(blush, tmp_path)
    assert page.says("Recording accepted")
    assert re.search(r"<h2>Both cheeks became redder\.</h2>", page.source)
    assert page.says("times the noise")
    assert page.says("No clear change was seen in")
    assert not page.says("Left and right may be swapped")


def test_a_still_face_is_not_said_to_have_changed(still_face: Recording, tmp_path: Path) -> None:
    page = report(still_face, tmp_path)
    assert page.says("No change of redness that noise, light and movement could not explain.")
    assert page.says("That does not prove that nothing happened")
    assert not page.says("became redder")


def test_undeclared_mirroring_is_said_aloud(photo: Recording, tmp_path: Path) -> None:
    warning = "Left and right may be swapped."
    assert report(changed(photo, mirrored=None), tmp_path).says(warning)
    assert not report(changed(photo, mirrored=True), tmp_path).says(warning)


def test_a_recording_that_is_not_accepted_says_why_and_concludes_nothing(
    short: Recording, tmp_path: Path
) -> None:
    page = report(short, tmp_path)
    assert page.says("Recording not accepted")
    assert page.says("Rubor draws no conclusion from this recording.")
    assert page.says("“long enough”")
    assert page.says("Record at least 10 seconds")
    assert not page.says("became redder")
    assert page.says("no change could be measured")


def test_a_refused_recording_concludes_nothing_even_where_it_changed(blush: Recording) -> None:
    changes = [SustainedChange("cheek_left", 0.02, 10.0, 15.0, 0.005, True)]
    assert "redder" in find(blush, changes).headline
    assert "no conclusion" in find(changed(blush, accepted=False), changes).headline


def test_a_photo_has_no_curves_and_no_change(photo: Recording, tmp_path: Path) -> None:
    page = report(photo, tmp_path)
    assert page.says("A photo shows one moment.")
    assert page.says("How red each region is")
    assert not page.says("How the redness moved")
    assert not page.says("The pulse, as a check")
    assert len(page.all("svg")) == 3  # redness at rest, visible vessels, regions


def test_without_a_light_reference_a_change_comes_with_a_caution(
    blush: Recording, tmp_path: Path
) -> None:
    reference = {"kind": "none", "drift": None, "patches": 0, "reason": "none was asked for"}
    page = report(changed(blush, reference=reference), tmp_path)
    assert page.says("Nothing in the picture could show what the light did.")
    assert page.says("changed less than half as much")
    assert page.says("There was no light reference. Why: none was asked for.")


def test_a_light_that_is_poorly_known_is_named_as_a_possible_cause(blush: Recording) -> None:
    changes = [SustainedChange("cheek_left", 0.02, 10.0, 15.0, 0.005, True)]
    drift = {**(blush.summary["reference"]["drift"] or {}), "sd": 0.05, "log_r_over_g_max": 0.01}
    known = {"kind": "background", "patches": 9, "reason": None, "drift": {**drift, "sd": 0.002}}
    assert find(changed(blush, reference=known), changes).cautions == ()
    (caution,) = find(changed(blush, reference={**known, "drift": drift}), changes).cautions
    assert "only known to within 10 %" in caution


def test_a_shift_that_is_light_is_called_light(blush: Recording) -> None:
    shift = {**blush.summary["largest_shift"], "kind": "colour temperature", "sentence": "Warmer."}
    changes = [SustainedChange("cheek_left", 0.02, 10.0, 15.0, 0.005, True)]
    assert "Warmer." in find(changed(blush, largest_shift=shift), changes).cautions


def test_a_change_within_the_noise_or_of_unknown_noise_is_no_headline(blush: Recording) -> None:
    within = [SustainedChange("nose", 0.006, 1.0, 6.0, 0.005, False)]
    assert "No change" in find(blush, within).headline
    unknown = [SustainedChange("nose", 0.006, 1.0, 6.0, None, None)]
    assert find(blush, unknown).headline == "Whether the face changed cannot be told."


def test_a_missing_pulse_is_said_with_its_reason(blush: Recording) -> None:
    nothing = {"rate_bpm": None, "snr_db": 1.0, "reason": "the pulse is too weak"}
    summary = {**blush.summary, "pulse_bpm": None, "pulse": {"POS": nothing, "CHROM": nothing}}
    assert any("the pulse is too weak" in sentence for sentence in pulse_sentences(summary))


def test_regions_are_named_as_a_person_would() -> None:
    assert plain_regions(["cheek_left", "nose"]) == "the left cheek and the nose"
    assert plain_regions(["jaw_left", "jaw_right"]) == "both sides of the jaw"


def test_a_gate_without_words_is_still_shown() -> None:
    gate = {"name": "new_gate", "value": 2.0, "limit": 1.0, "passed": False, "matters": True}
    (text,) = gate_texts([{**gate, "advice": "Do better."}])
    assert (text.title, text.state, text.found, text.cure) == (
        "New gate",
        "failed",
        "2",
        "Do better.",
    )
    assert "“new gate”" in trust_sentence(False, [text])


# --- what is shown ------------------------------------------------------------------------------


def test_names_are_escaped(photo: Recording, tmp_path: Path) -> None:
    file = {**photo.summary["file"], "name": "<b>\"'&.mp4"}
    warning = "A <script>alert(1)</script> in a file's tags."
    page = report(changed(photo, file=file, warnings=[warning]), tmp_path)
    assert page.all("b") == page.all("script") == []
    assert page.says("<b>\"'&.mp4")
    assert page.says(warning)


def test_gaps_stay_open_in_curve_and_table(blush: Recording, tmp_path: Path) -> None:
    traces = blush.traces.copy()
    gone = traces["time_s"].between(7.0, 9.999)
    values = [name for name in traces if name not in ("time_s", "region", "valid")]
    traces.loc[gone, values] = np.nan
    traces.loc[gone, "valid"] = False
    page = report(Recording(blush.summary, traces, blush.cell_chunks), tmp_path)
    mean = re.search(r'data-part="mean-cheek_left".*?d="([^"]+)"', page.source, re.S)
    assert mean is not None
    assert mean[1].count("M") == 2  # the pen is lifted once
    row = re.search(r'<tr><th scope="row">8</th><td>([^<]+)</td>', page.source)
    assert row is not None
    assert row[1] == "–"


def test_a_picture_of_the_face_is_shown_only_when_given(photo: Recording, tmp_path: Path) -> None:
    assert report(photo, tmp_path).all("img") == []
    picture = BytesIO()
    Image.new("RGB", (8, 8)).save(picture, format="PNG")
    (image,) = report(photo, tmp_path, face_image=picture.getvalue()).all("img")
    assert image["src"].startswith("data:image/png;base64,")
    assert image["alt"]
    with pytest.raises(InputError, match="not a PNG"):
        write_report(photo, tmp_path / "report.html", face_image=b"GIF89a")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_stands_out_from_its_background(scheme: str) -> None:
    """At least 4.5 to 1, as WCAG 2.2 asks for (success criterion 1.4.3)."""
    style = (files("rubor.report") / "templates" / "report.css").read_text(encoding="utf-8")
    roots = re.findall(r":root \{(.*?)\}", style, re.S)
    colours = dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6})", roots[0]))
    if scheme == "dark":
        colours |= dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6})", roots[1]))

    def luminance(colour: str) -> float:
        coded = np.array([int(colour[place : place + 2], 16) for place in (1, 3, 5)]) / 255.0
        linear = np.where(coded <= 0.04045, coded / 12.92, ((coded + 0.055) / 1.055) ** 2.4)
        return float(linear @ [0.2126, 0.7152, 0.0722])

    pairs = [(name, ground) for name in ("ink", "muted", "accent") for ground in ("paper", "page")]
    pairs += [(name, f"{name}-soft") for name in ("good", "bad", "care", "unknown")]
    pairs += [
        ("ink", "care-soft"),
        ("figure-ink", "figure-paper"),
        ("figure-muted", "figure-paper"),
    ]
    for text, ground in pairs:
        brighter, darker = sorted((luminance(colours[text]), luminance(colours[ground])))[::-1]
        assert (brighter + 0.05) / (darker + 0.05) >= 4.5, (text, ground)
