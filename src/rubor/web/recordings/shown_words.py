"""What a recording showed, in sentences for the person, from the stored documents alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from rubor.web.people.templatetags.library import library_text
from rubor.web.recordings.models import Recording
from rubor.web.recordings.shown_numbers import (
    Amount,
    clock,
    estimate_amount,
    number,
    region_name,
    seconds,
    share,
    times,
)

__all__ = ["EpisodeWords", "answer", "episode_words", "felt_words"]


def answer(recording: Recording) -> list[str]:
    """What happened in a measured recording: sentences, the first of which stands for all."""
    summary, document = recording.summary or {}, recording.episodes
    if summary.get("video", {}).get("frames", 0) < 2:
        return [
            _("A photo shows one moment."),
            _("It tells where the face is redder, not whether it changed."),
        ]
    if document is None:
        return [_("Blushes were not looked for in this recording.")]
    if document["reason"]:
        return [_("Rubor could not look for a blush."), library_text(document["reason"])]
    episodes = document["episodes"]
    presses = document["felt_and_seen"]["presses"]
    if not episodes:
        return _nothing_seen(document, len(presses))
    strongest = max(range(len(episodes)), key=lambda at: episodes[at]["peak"]["value"])
    episode = episodes[strongest]
    press = next((one for one in presses if one["episode"] == strongest), None)
    sentences = [
        _began(episode, summary),
        *_how_much(episode, document),
        _felt(press, bool(presses), episode),
        _seen_by_others(episode["visibility"]),
    ]
    if len(episodes) > 1:
        sentences.append(
            ngettext(
                "One more time the face reddened, less strongly.",
                "%(count)d more times the face reddened, less strongly.",
                len(episodes) - 1,
            )
            % {"count": len(episodes) - 1}
        )
    if episode["may_be_light"]:
        sentences.append(_("A change of the light alone could also explain it."))
    return sentences


def _nothing_seen(document: Mapping[str, Any], presses: int) -> list[str]:
    sentences = [
        _("No reddening stood out from the noise in %(seconds)s seconds.")
        % {"seconds": number(document["watched_s"])}
    ]
    if presses:
        sentences.append(
            ngettext(
                "You felt a blush once all the same.",
                "You felt a blush %(count)d times all the same.",
                presses,
            )
            % {"count": presses}
        )
    sentences.append(_("A smaller blush than the noise would not show."))
    return sentences


def _began(episode: Mapping[str, Any], summary: Mapping[str, Any]) -> str:
    label = episode["blush_or_flush"]["label"]
    onset = episode["onset_s"]
    if onset is None:
        return {
            "blush": _("A blush was there already when it could first be seen."),
            "flush": _("A flush was there already when it could first be seen."),
        }.get(label, _("The face was red already when it could first be seen."))
    low, high = onset["interval_95"]
    values = {
        "at": clock(onset["value"]),
        "low": seconds(low),
        "high": seconds(high),
    }
    since = _task_began(summary, onset["value"])
    if since is None:
        return {
            "blush": _("A blush began at %(at)s (%(low)s to %(high)s s)."),
            "flush": _("A flush began at %(at)s (%(low)s to %(high)s s)."),
        }.get(label, _("The face began to redden at %(at)s (%(low)s to %(high)s s).")) % values
    values["after"] = seconds(onset["value"] - since)
    return {
        "blush": _(
            "A blush began at %(at)s (%(low)s to %(high)s s), %(after)s s after the task began."
        ),
        "flush": _(
            "A flush began at %(at)s (%(low)s to %(high)s s), %(after)s s after the task began."
        ),
    }.get(
        label,
        _(
            "The face began to redden at %(at)s (%(low)s to %(high)s s), %(after)s s after the task"
            " began."
        ),
    ) % values


def _task_began(summary: Mapping[str, Any], onset_s: float) -> float | None:
    """When the last provocation before an onset began; None where none was marked."""
    kinds = ("stimulus_start", "heat", "food", "alcohol", "exercise", "medicine")
    times = [
        float(mark["time_s"])
        for mark in summary.get("events", ())
        if mark["kind"] in kinds and mark["time_s"] <= onset_s + 1.0
    ]
    return max(times, default=None)


def _how_much(episode: Mapping[str, Any], document: Mapping[str, Any]) -> list[str]:
    peak = _peak(episode, document)
    values = {
        "from": clock(episode["plateau_start_s"]),
        "to": clock(episode["plateau_end_s"]),
        "percent": number(peak.value),
        "low": number(peak.low),
        "high": number(peak.high),
    }
    if peak.measure == "blood_change":
        text = _(
            "At its height, from %(from)s to %(to)s, the reddest skin held about %(percent)s %% more"
            " blood than at rest (95 %% interval %(low)s to %(high)s %%)."
        )
    else:
        text = _(
            "At its height, from %(from)s to %(to)s, red had risen by about %(percent)s %% against"
            " green (95 %% interval %(low)s to %(high)s %%)."
        )
    return [text % values]


def _peak(episode: Mapping[str, Any], document: Mapping[str, Any]) -> Amount:
    """The height in percent; the interval holds noise, light and the scale."""
    return estimate_amount(episode["peak"], document["measure"], float(document["scale_sd"] or 0.0))


def _felt(press: Mapping[str, Any] | None, pressed: bool, episode: Mapping[str, Any]) -> str:
    if press is None:
        if pressed:
            return _("You did not press “I feel it” during it.")
        return _("You did not press “I feel it” at all, so what you felt is not known.")
    delay_s, onset = press["delay_s"], episode["onset_s"]
    if delay_s is None or onset is None:
        return _("You felt it at %(at)s.") % {"at": clock(press["time_s"])}
    ends = sorted(press["time_s"] - limit for limit in onset["interval_95"])
    if delay_s < 0.0:
        return _("You felt it %(seconds)s s before it began to show (%(low)s to %(high)s s).") % {
            "seconds": seconds(-delay_s),
            "low": seconds(-ends[1]),
            "high": seconds(-ends[0]),
        }
    return _("You felt it %(seconds)s s after it began (%(low)s to %(high)s s).") % {
        "seconds": seconds(delay_s),
        "low": seconds(ends[0]),
        "high": seconds(ends[1]),
    }


def _seen_by_others(visibility: Mapping[str, Any] | None) -> str:
    if visibility is None:
        return _("Whether others could see it cannot be told.")
    if visibility["seen"] == "visible":
        return _("Others could probably see it, for about %(seconds)s s.") % {
            "seconds": number(visibility["visible_s"])
        }
    if visibility["seen"] == "not visible":
        return _("Others could probably not see it.")
    return _("Others may have seen it or not: it was near what an eye can tell apart.")


# --- episodes in a table ------------------------------------------------------------------------


@dataclass(frozen=True)
class EpisodeWords:
    """One row of the table of episodes, and what it rests on."""

    number: int
    kind: str
    began: str
    rise: str
    height: str
    half_gone: str
    ended: str
    left: str
    right: str
    felt: str
    seen: str
    seen_detail: str
    cover: str
    blush_percent: str
    evidence: list[tuple[str, str, str]]
    regions: list[tuple[str, str]]
    notes: list[str]


def episode_words(document: Mapping[str, Any] | None) -> list[EpisodeWords]:
    """The episodes of an `episodes.json` as text."""
    if document is None:
        return []
    presses = document["felt_and_seen"]["presses"]
    return [
        _episode_words(at, episode, document, presses)
        for at, episode in enumerate(document["episodes"])
    ]


def _episode_words(
    at: int,
    episode: Mapping[str, Any],
    document: Mapping[str, Any],
    presses: Sequence[Mapping[str, Any]],
) -> EpisodeWords:
    measure, scale_sd = document["measure"], float(document["scale_sd"] or 0.0)

    def size(estimate: Mapping[str, Any] | None) -> str:
        if estimate is None or estimate["value"] is None:
            return "–"
        return estimate_amount(estimate, measure, scale_sd).text

    half_gone = times(episode["half_recovery_s"])
    if episode["half_recovery_s"] is None and episode["recovering_for_s"]:
        half_gone = _("more than %(seconds)s s") % {"seconds": seconds(episode["recovering_for_s"])}
    kind = episode["blush_or_flush"]
    felt = [clock(press["time_s"]) for press in presses if press["episode"] == at]
    visibility = episode["visibility"]
    ended = clock(episode["end_s"])
    probability = kind["blush_probability"]
    return EpisodeWords(
        number=at + 1,
        kind={"blush": _("blush"), "flush": _("flush")}.get(kind["label"], _("undetermined")),
        began=times(episode["onset_s"]),
        rise=times(episode["rise_time_s"]),
        height=size(episode["peak"]),
        half_gone=half_gone,
        ended=ended if episode["recovered"] else _("not by %(at)s") % {"at": ended},
        left=size(episode["left"]),
        right=size(episode["right"]),
        felt=", ".join(felt) if felt else _("not felt"),
        seen=_seen_word(visibility),
        seen_detail=_seen_detail(visibility),
        cover=_cover_word(visibility),
        blush_percent="–" if probability is None else f"{share(probability)} %",
        evidence=[
            (
                _evidence_name(piece["name"]),
                piece["finding"],
                _("for a blush") if piece["odds_ln"] >= 0 else _("for a flush"),
            )
            for piece in kind["evidence"]
        ],
        regions=[(region_name(name), size(peak)) for name, peak in episode["regions"].items()],
        notes=list(episode["notes"]),
    )


def _evidence_name(name: str) -> str:
    return {
        "rise_time": _("How fast it rose"),
        "half_recovery": _("How fast it went"),
        "duration": _("How long it lasted"),
        "trigger": _("What came before"),
        "spread": _("Where it was"),
    }.get(name, name)


def _seen_word(visibility: Mapping[str, Any] | None) -> str:
    if visibility is None:
        return _("cannot be told")
    return {
        "visible": _("visible to others"),
        "borderline": _("at the edge of visible"),
        "not visible": _("not visible to others"),
    }[visibility["seen"]]


def _seen_detail(visibility: Mapping[str, Any] | None) -> str:
    if visibility is None:
        return ""
    shift = visibility["delta_a"]
    return _(
        "On the %(region)s the red-green colour (a*) moved by %(value)s (%(low)s to %(high)s). Half of"
        " all people can tell %(perceptible)s apart, and find %(acceptable)s too much. For %(visible)s s"
        " it was over the second, for %(any)s s over the first."
    ) % {
        "region": region_name(visibility["region"]),
        "value": number(shift["value"], 1),
        "low": number(shift["interval_95"][0], 1),
        "high": number(shift["interval_95"][1], 1),
        "perceptible": number(visibility["delta_a_perceptible"], 1),
        "acceptable": number(visibility["delta_a_acceptable"], 1),
        "visible": number(visibility["visible_s"]),
        "any": number(visibility["perceptible_s"]),
    }


def _cover_word(visibility: Mapping[str, Any] | None) -> str:
    if visibility is None:
        return ""
    return {
        "nothing to cover": _("There was nothing to cover."),
        "yes": _("Make-up would probably cover it."),
        "perhaps": _("Make-up would perhaps cover it."),
        "no": _("Make-up would probably not cover it."),
    }[visibility["coverable"]]


# --- felt against seen --------------------------------------------------------------------------


def felt_words(document: Mapping[str, Any] | None) -> list[tuple[str, str]]:
    """How often what was felt was measured, and what was measured was felt; with 95 % intervals."""
    if document is None:
        return []
    answer = document["felt_and_seen"]
    told = (
        (_("Felt by you, and measured"), answer["felt_and_there"]),
        (_("Measured, and felt by you"), answer["there_and_felt"]),
    )
    return [
        (
            words,
            _("%(count)d of %(of)d (%(low)s to %(high)s %% of such times)") % _share_values(one),
        )
        for words, one in told
        if one["of"]
    ]


def _share_values(told: Mapping[str, Any]) -> dict[str, Any]:
    low, high = told["interval_95"]
    return {
        "count": told["count"],
        "of": told["of"],
        "low": "–" if low is None else number(100.0 * low),
        "high": "–" if high is None else number(100.0 * high),
    }
