"""What a recording shows, in plain sentences for the person whom it is about.

Short words, and no more than is known: a change of colour, never a blush or a diagnosis.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from rubor.measurement import Recording
from rubor.measurement.figure_style import stretch
from rubor.measurement.sustained_change import SustainedChange
from rubor.report.gate_words import GateText
from rubor.vision.reference_face import mirrored_name

_SHIFTS_OF_LIGHT = ("shared light", "colour temperature")

__all__ = [
    "Findings",
    "find",
    "light_sentences",
    "listed",
    "plain_region",
    "plain_regions",
    "pulse_sentences",
    "trust_sentence",
]


@dataclass(frozen=True)
class Findings:
    """What was seen.

    Attributes:
        headline: one sentence.
        sentences: what belongs to it.
        cautions: what the reader must bear in mind before believing it.
    """

    headline: str
    sentences: tuple[str, ...]
    cautions: tuple[str, ...]


def plain_region(region: str) -> str:
    """A region as a person says it; left and right are the person's own.

    >>> plain_region("cheek_left"), plain_region("jaw_right"), plain_region("nose")
    ('left cheek', 'right side of the jaw', 'nose')
    """
    for side in ("left", "right"):
        if region.endswith(f"_{side}"):
            part = region.removesuffix(f"_{side}").replace("_", " ")
            return f"{side} side of the jaw" if part == "jaw" else f"{side} {part}"
    return region.replace("_", " ")


def plain_regions(regions: Sequence[str]) -> str:
    """Several regions as one phrase; a pair is named once.

    >>> plain_regions(["cheek_right", "cheek_left", "jaw_left"])
    'both cheeks and the left side of the jaw'
    >>> plain_regions(["nose", "chin"])
    'the nose and the chin'
    """
    names = []
    for region in regions:
        mirror = mirrored_name(region)
        if mirror == region or mirror not in regions:
            names.append(f"the {plain_region(region)}")
        elif regions.index(region) < regions.index(mirror):
            part = region.removesuffix("_left").removesuffix("_right").replace("_", " ")
            names.append("both sides of the jaw" if part == "jaw" else f"both {part}s")
    return listed(names)


def listed(names: Sequence[str]) -> str:
    """Names as one phrase.

    >>> listed(["nose"]), listed(["nose", "chin"]), listed(["a", "b", "c"])
    ('nose', 'nose and chin', 'a, b and c')
    """
    if len(names) < 2:
        return "".join(names)
    return f"{', '.join(names[:-1])} and {names[-1]}"


def trust_sentence(accepted: bool, gates: Iterable[GateText]) -> str:
    """Whether the recording can be used, and why not."""
    gates = list(gates)
    failed = [gate.title for gate in gates if gate.state == "failed"]
    unjudged = [gate.title for gate in gates if gate.state == "unjudged"]
    if not accepted:
        return (
            "This recording is not good enough to draw conclusions from. What is missing: "
            f"{listed([_quoted(title) for title in failed])}. What helps is told further down."
        )
    sentence = "This recording is good enough to measure."
    if unjudged:
        sentence += f" What could not be checked: {listed([_quoted(title) for title in unjudged])}."
    return sentence


def find(recording: Recording, changes: Sequence[SustainedChange]) -> Findings:
    """What was seen, said with care."""
    if recording.summary["video"]["frames"] < 2:
        return Findings(
            "A photo shows one moment.",
            ("It tells where the face is redder, not whether it changed.",),
            (),
        )
    if not recording.accepted:
        return Findings(
            "Rubor draws no conclusion from this recording.",
            ("You can still see below what was measured.",),
            (),
        )
    clear = sorted(
        (change for change in changes if change.detected),
        key=lambda change: -abs(change.change or 0.0),
    )
    sentences = _clear_sentences(clear) if clear else [_smallest_visible(changes)]
    same = [change.region for change in changes if change.detected is False]
    missing = [change.region for change in changes if change.change is None]
    noiseless = [
        change.region for change in changes if change.change is not None and change.detected is None
    ]
    if clear and same:
        sentences.append(f"No clear change was seen in {plain_regions(same)}.")
    if missing:
        sentences.append(f"Could not be measured for long enough: {plain_regions(missing)}.")
    if noiseless:
        sentences.append(f"Seen too little to judge a change: {plain_regions(noiseless)}.")
    headline = _headline(clear, judged=bool(clear or same))
    cautions = _light_cautions(recording.summary, clear, changes) if clear else ()
    return Findings(headline, tuple(sentences), cautions)


def _headline(clear: Sequence[SustainedChange], *, judged: bool) -> str:
    if not judged:
        return "Whether the face changed cannot be told."
    if not clear:
        return "No change of redness that noise, light and movement could not explain."
    redder = [change.region for change in clear if (change.change or 0.0) > 0.0]
    paler = [change.region for change in clear if (change.change or 0.0) < 0.0]
    parts = []
    if redder:
        parts.append(f"{plain_regions(redder)} became redder")
    if paler:
        parts.append(f"{plain_regions(paler)} became less red")
    sentence = ", and ".join(parts)
    return f"{sentence[:1].upper()}{sentence[1:]}."


def _clear_sentences(clear: Sequence[SustainedChange]) -> list[str]:
    sentences = []
    for change in clear:
        percent = change.percent or 0.0
        assert change.start_s is not None and change.end_s is not None
        sentences.append(
            f"{plain_region(change.region).capitalize()}: red {'rose' if percent > 0 else 'fell'} by"
            f" {abs(percent):.1f} % against green, the most from {stretch(change.start_s, change.end_s)}."
            f"{_in_blood(change)}"
        )
    return sentences


def _in_blood(change: SustainedChange) -> str:
    if change.blood_percent is None:
        return ""
    middle, low, high = change.blood_percent
    more = "more" if middle > 0 else "less"
    ends = sorted((abs(low), abs(high))) if low * high > 0 else (low, high)
    return (
        f" That is about {abs(middle):.0f} % {more} blood in the skin (95 % interval {ends[0]:.0f} to"
        f" {ends[1]:.0f} %)."
    )


def _smallest_visible(changes: Sequence[SustainedChange]) -> str:
    floors = [
        100.0 * math.expm1(change.noise_floor * math.log(10.0))
        for change in changes
        if change.noise_floor is not None and change.change is not None
    ]
    if not floors:
        return "The recording is too short, or the face was seen too little, to know its noise."
    return (
        "That does not prove that nothing happened: a smaller change would not show. The noise is"
        f" {min(floors):.1f} to {max(floors):.1f} % red against green, depending on the part of the"
        " face."
    )


def _light_cautions(
    summary: dict[str, Any],
    clear: Sequence[SustainedChange],
    changes: Sequence[SustainedChange],
) -> tuple[str, ...]:
    """What the light could have to do with the change."""
    reference, shift = summary["reference"], summary["largest_shift"]
    cautions = []
    if shift["kind"] in _SHIFTS_OF_LIGHT:
        cautions.append(shift["sentence"])
    largest = max(abs(change.change or 0.0) for change in clear)
    steady = [
        change.region
        for change in changes
        if change.change is not None and abs(change.change) < 0.5 * largest
    ]
    against_light = ""
    if steady:
        against_light = (
            f" But {plain_regions(steady)} changed less than half as much as the rest, and a change"
            " of the light mostly reaches the whole face."
        )
    if reference["kind"] == "none" or reference["drift"] is None:
        cautions.append(
            "Nothing in the picture could show what the light did. A change of the lamp, the"
            f" daylight or the camera's colours can look the same.{against_light}"
        )
        return tuple(cautions)
    light_sd = reference["drift"]["sd"] or math.inf
    uncertain = [
        change.region
        for change in clear
        if abs(change.change or 0.0) < 1.96 * light_sd / math.log(10.0)
    ]
    if uncertain:
        known = f"to within {_percent(1.96 * light_sd)}" if math.isfinite(light_sd) else "poorly"
        reaches_all = len(uncertain) == len(clear)
        cautions.append(
            f"The light is only known {known}. A slow change of the light could be part of what"
            f" was seen in {plain_regions(uncertain)}.{against_light if reaches_all else ''}"
        )
    return tuple(cautions)


def _percent(log_ratio: float) -> str:
    return f"{100.0 * math.expm1(log_ratio):.2g} %"


def light_sentences(summary: dict[str, Any]) -> tuple[str, ...]:
    """What the light reference was and what it saw."""
    reference, shift = summary["reference"], summary["largest_shift"]
    reason = str(reference["reason"] or "").rstrip(".")
    drift = reference["drift"]
    sentences = []
    if reference["kind"] == "none" or drift is None:
        sentences.append("There was no light reference.")
        if reason:
            sentences.append(f"Why: {_lower_first(reason)}.")
    else:
        what = {
            "background": "parts of the background that held still",
            "card": "greys of the card",
        }
        sentences += [
            f"The light was followed on {reference['patches']} {what[reference['kind']]}.",
            f"Its red drifted by at most {_percent(drift['log_r_over_g_max'])} against its green. This"
            f" was taken out of the curves. It is known to within {_percent(1.96 * drift['sd'])}.",
        ]
        if reason:
            sentences.append(f"Note: {reason}.")
    if shift["kind"] is not None:
        sentences.append(f"All of the face taken together: {_lower_first(shift['sentence'])}")
    return tuple(sentences)


def _lower_first(sentence: str) -> str:
    return f"{sentence[:1].lower()}{sentence[1:]}"


def pulse_sentences(summary: dict[str, Any]) -> tuple[str, ...]:
    """Whether a pulse was seen in the colour, which shows that the colour carries blood."""
    rate = summary["pulse_bpm"]
    if rate is None:
        reason = str(summary["pulse"]["POS"]["reason"] or "").rstrip(".")
        return (
            "No clear pulse was found in the colour of the skin.",
            f"Why: {reason or 'it is not known'}.",
            "Redness is measured all the same. Only this extra check is missing.",
        )
    methods = ", ".join(
        f"{name} {found['rate_bpm']:.0f} ({found['snr_db']:.1f} dB)"
        for name, found in summary["pulse"].items()
        if found["rate_bpm"] is not None
    )
    return (
        f"A pulse of about {rate:.0f} beats a minute was found in the colour of the skin.",
        "So the colour that is measured does come from blood.",
        f"By method, with signal over noise: {methods}.",
    )


def _quoted(title: str) -> str:
    return f"“{_lower_first(title)}”"
