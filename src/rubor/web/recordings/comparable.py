"""What stands in the way of comparing two recordings: the checks that a trial makes of a new one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from django.utils.formats import date_format

from rubor.web.recordings.models import Recording
from rubor.web.recordings.noted_conditions import conditions_of

if TYPE_CHECKING:
    from rubor.trials.trial import Session

__all__ = ["Objection", "reasons_against"]

# Of a trial's dates and counting, or said in another way: nothing to do with two recordings as such.
_NOT_ASKED: Final = ("same_recording", "future_date", "phase_and_date")


@dataclass(frozen=True)
class Objection:
    """Something that breaks or weakens a comparison.

    Attributes:
        about: the recording that it speaks of; "the others" in it are the other one.
        reason: in one sentence.
        forbids: whether the two cannot be compared at all.
    """

    about: Recording
    reason: str
    forbids: bool


def reasons_against(first: Recording, second: Recording) -> list[Objection]:
    """Why two measured recordings are not, or not quite, comparable; the worst first."""
    from rubor.trials.admission import CHECKS, Candidate
    from rubor.trials.compared_area import compared_regions
    from rubor.trials.comparison_rules import OTHER_TREATMENT, Window
    from rubor.trials.trial import Trial

    earlier, later = sorted((first, second), key=lambda row: row.recorded_at)
    alone = Trial(
        name="",
        design="before-after",
        treatment=OTHER_TREATMENT,
        compared=compared_regions(("cheek",), between_sides=False),
        smallest_effect=first.person.smallest_effect,
        window=Window(0, 0, 0),
    )
    joined = replace(alone, sessions=(_session(earlier, date_format(earlier.recorded_at)),))
    found = []
    for row, trial in ((earlier, alone), (later, joined)):
        candidate = Candidate(trial, _session(row, "asks"), later.recorded_at.date())
        for check in CHECKS:
            finding = check(candidate)
            if finding is not None and finding.name not in _NOT_ASKED:
                found.append(Objection(row, finding.reason, finding.refused))
    return sorted(found, key=lambda one: not one.forbids)


def _session(row: Recording, name: str) -> Session:
    """A recording as a trial sees it, from its row alone."""
    from rubor.trials.trial import Origin, Session, SideResponse

    summary: Mapping[str, Any] = row.summary or {}
    video, skin = summary["video"], summary["skin"]
    declared = (summary.get("options") or {}).get("skin_tone")
    response = row.response or {"sides": {}, "measure": "", "statistic": "", "provoked": None}
    return Session(
        name=name,
        date=row.recorded_at.date(),
        phase="before",
        provocation=response.get("provocation") or "blush",
        responses={
            side: SideResponse(one["response"], one["response_sd"])
            for side, one in response["sides"].items()
            if one["response"] is not None and one["response_sd"] is not None
        },
        measure=f"{response['statistic']} of {response['measure']}",
        origin=Origin(
            file=row.file_name,
            sha256=row.sha256 or str(row.pk),
            method=summary["versions"]["method"],
            transfer=video["transfer"],
            range=video["range"],
            matrix=video["matrix"],
            width=video["width"],
            height=video["height"],
            reference=summary["reference"]["kind"],
            skin_tone=str(declared if skin["source"] == "declared" else skin["source"]),
            mirrored=summary["mirrored"],
            accepted=summary["accepted"],
            still_photo=video["frames"] < 2,
        ),
        provoked=response["provoked"],
        conditions=conditions_of(row.conditions or {}),
    )
