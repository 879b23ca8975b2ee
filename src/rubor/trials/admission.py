"""What a recording must be like to be compared with the others of its trial.

A check is a function from the candidate to one `Finding`, or None where nothing is amiss. It refuses
what breaks the comparison and marks what weakens it, each with its reason and its cure. A new one is
added to `CHECKS`; nothing else has to change.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from rubor.errors import InputError
from rubor.trials.comparison_rules import comparison_rules
from rubor.trials.resting_pattern import mirrored_fit
from rubor.trials.trial import Mark, Session, Trial

__all__ = ["CHECKS", "Candidate", "Finding", "admit", "findings_of"]


@dataclass(frozen=True)
class Candidate:
    """A session that asks to be added to a trial.

    Attributes:
        trial: without it.
        session: what would be added.
        today: no recording is later than this.
    """

    trial: Trial
    session: Session
    today: date

    @property
    def earlier(self) -> tuple[Session, ...]:
        """The sessions that count already."""
        return self.trial.counted


@dataclass(frozen=True)
class Finding:
    """What a check has found.

    Attributes:
        name: snake_case, stable.
        refused: whether the recording cannot be added; else it is marked.
        reason: what is wrong, in one sentence.
        cure: what to do about it.
    """

    name: str
    refused: bool
    reason: str
    cure: str


def findings_of(candidate: Candidate) -> tuple[Finding, ...]:
    """All findings, refusals first."""
    found = [finding for check in CHECKS if (finding := check(candidate)) is not None]
    return tuple(sorted(found, key=lambda finding: not finding.refused))


def admit(candidate: Candidate) -> tuple[Mark, ...]:
    """The marks that a session gets.

    Raises:
        InputError: it is refused; all reasons and cures are in the message.
    """
    findings = findings_of(candidate)
    refused = [finding for finding in findings if finding.refused]
    if refused:
        message = " ".join(finding.reason for finding in refused)
        cure = " ".join(dict.fromkeys(finding.cure for finding in refused))
        raise InputError(f"{candidate.session.origin.file} cannot be compared. {message}", cure)
    return tuple(Mark(finding.name, finding.reason, finding.cure) for finding in findings)


# --- the recording itself -------------------------------------------------------------------------


def same_recording(candidate: Candidate) -> Finding | None:
    """Nothing is counted twice."""
    twins = [
        session
        for session in candidate.earlier
        if session.origin.sha256 == candidate.session.origin.sha256
    ]
    if not twins:
        return None
    return Finding(
        "same_recording",
        True,
        f"It is in the trial already, as {twins[0].name}.",
        "Add another recording. If its date was wrong, leave it out with a reason and add it again.",
    )


def future_date(candidate: Candidate) -> Finding | None:
    """A date to come is a slip of the pen."""
    if candidate.session.date <= candidate.today:
        return None
    return Finding(
        "future_date",
        True,
        f"Its date, {candidate.session.date}, is still to come.",
        "Give the day on which it was recorded.",
    )


def phase_and_date(candidate: Candidate) -> Finding | None:
    """Before is before the first treatment, and after is after it."""
    trial, session = candidate.trial, candidate.session
    if trial.design == "alternating":
        return None
    if not trial.treated_on:
        if session.phase == "before":
            return None
        return Finding(
            "phase_and_date",
            True,
            "It is said to be after the treatment, but no treatment has been noted.",
            "Note its date first, with `rubor trial treated`.",
        )
    first = trial.treated_on[0]
    fits = session.date <= first if session.phase == "before" else session.date >= first
    if fits:
        return None
    return Finding(
        "phase_and_date",
        True,
        f"It is said to be {session.phase} the treatment of {first}, but is of {session.date}.",
        "Check the two dates.",
    )


def not_accepted(candidate: Candidate) -> Finding | None:
    """A recording that failed its quality gates."""
    if candidate.session.origin.accepted:
        return None
    return Finding(
        "not_accepted",
        True,
        "It did not pass its quality checks.",
        "Read in its report.html what was amiss, and record again.",
    )


def no_response(candidate: Candidate) -> Finding | None:
    """The compared skin could not be measured."""
    needed = ("left", "right") if candidate.trial.between_sides else ("whole",)
    missing = [side for side in needed if side not in candidate.session.responses]
    if not missing:
        return None
    return Finding(
        "no_response",
        True,
        f"No response could be measured of its {' and '.join(missing)}.",
        "Record again with the whole face in the picture, and a quiet stretch before the task.",
    )


def photo_without_card(candidate: Candidate) -> Finding | None:
    """A photo has no rest of its own to compare with: a card must hold the colours together."""
    origin = candidate.session.origin
    if not origin.still_photo or origin.reference == "card":
        return None
    return Finding(
        "photo_without_card",
        True,
        "It is a photo without a colour card, and photos of two days have two lights.",
        "Take photos with a 24-patch colour card beside the face, or record videos.",
    )


def mirroring_unknown(candidate: Candidate) -> Finding | None:
    """Sides cannot be compared where left and right may be exchanged."""
    if not candidate.trial.between_sides or candidate.session.origin.mirrored is not None:
        return None
    return Finding(
        "mirroring_unknown",
        True,
        "It was not said whether its picture is mirrored, so that left and right may be exchanged.",
        "Measure it again with --mirrored or --not-mirrored.",
    )


def fits_mirrored(candidate: Candidate) -> Finding | None:
    """The pattern of the face at rest agrees with the earlier recordings only when mirrored."""
    if not candidate.trial.between_sides:
        return None
    earlier = [session.resting_pattern for session in candidate.earlier if session.resting_pattern]
    fit = mirrored_fit(candidate.session.resting_pattern, earlier)
    if fit is None or fit >= comparison_rules().mirrored_below:
        return None
    return Finding(
        "fits_mirrored",
        False,
        "Left and right at rest look exchanged against the earlier recordings.",
        "Check a mole or the parting of the hair. If this one is mirrored, measure it again with the"
        " other of --mirrored and --not-mirrored.",
    )


# --- how it was measured --------------------------------------------------------------------------


def other_method(candidate: Candidate) -> Finding | None:
    """Numbers of two ways of measuring are not compared."""
    methods = {session.origin.method for session in candidate.earlier}
    method = candidate.session.origin.method
    if not methods or methods == {method}:
        return None
    return Finding(
        "other_method",
        True,
        f"It was measured by the method {method}, the others by {', '.join(sorted(methods))}.",
        "Measure all videos of the trial again with one version of Rubor, and add them to a new one.",
    )


def other_measure(candidate: Candidate) -> Finding | None:
    """A response in blood and one in redness are different things."""
    measures = {session.measure for session in candidate.earlier}
    measure = candidate.session.measure
    if not measures or measures == {measure}:
        return None
    return Finding(
        "other_measure",
        True,
        f"Its response is the {measure}, that of the others the {', '.join(sorted(measures))}.",
        "Record with a quiet stretch first, and say the skin tone, so that the same can be measured.",
    )


def other_skin_tone(candidate: Candidate) -> Finding | None:
    """The skin tone sets the scale of blood, of both sides of a face alike."""
    tones = {session.origin.skin_tone for session in candidate.earlier}
    tone = candidate.session.origin.skin_tone
    if not tones or tones == {tone}:
        return None
    return Finding(
        "other_skin_tone",
        not candidate.trial.between_sides,
        f"Its skin tone was taken as {tone}, that of the others as {', '.join(sorted(tones))}.",
        "Measure it again with the same --skin-tone as the others, and add that.",
    )


def other_areas(candidate: Candidate) -> Finding | None:
    """A region that was hidden this time is not in this response."""
    earlier = [session.areas for session in candidate.earlier if session.areas]
    areas = candidate.session.areas
    if not earlier or not areas or set(areas) == set(earlier[0]):
        return None
    changed = sorted(set(areas) ^ set(earlier[0]))
    return Finding(
        "other_areas",
        False,
        f"It does not rest on the same skin as the first recording: {', '.join(changed)} differ.",
        "Keep the whole face free and in the picture.",
    )


def other_camera(candidate: Candidate) -> Finding | None:
    """Another camera shows another redness; both sides of a face alike."""
    camera = candidate.session.conditions.camera
    cameras = {session.conditions.camera for session in candidate.earlier} - {""}
    if not camera or not cameras or cameras == {camera}:
        return None
    return Finding(
        "other_camera",
        not candidate.trial.between_sides,
        f"It is of another camera ({camera}) than the others ({', '.join(sorted(cameras))}).",
        "Use one camera for the whole trial.",
    )


def other_picture_size(candidate: Candidate) -> Finding | None:
    """Another size of the picture is another camera, or another setting of it."""

    def size(session: Session) -> tuple[int, ...]:
        return tuple(sorted((session.origin.width, session.origin.height)))

    sizes = {size(session) for session in candidate.earlier}
    if not sizes or size(candidate.session) in sizes:
        return None
    return Finding(
        "other_picture_size",
        False,
        "Its picture has another size than the others: the camera or its setting is another one.",
        "Use one camera with one setting for the whole trial.",
    )


def other_colour_coding(candidate: Candidate) -> Finding | None:
    """The stored numbers were read as colour in another way; both sides of a face alike."""
    origin = candidate.session.origin
    names = {"transfer": "transfer curve", "range": "range", "matrix": "colour matrix"}
    others = [
        f"{words} ({getattr(origin, name)})"
        for name, words in names.items()
        if candidate.earlier
        and getattr(origin, name)
        not in {getattr(session.origin, name) for session in candidate.earlier}
    ]
    if not others:
        return None
    return Finding(
        "other_colour_coding",
        not candidate.trial.between_sides,
        f"Its file has another {' and '.join(others)} than the others.",
        "Record with the same camera and app, and add the file as the camera wrote it.",
    )


def other_reference(candidate: Candidate) -> Finding | None:
    """A card corrects colours, a background only follows the light; both sides of a face alike."""
    references = {session.origin.reference for session in candidate.earlier}
    reference = candidate.session.origin.reference
    if not references or reference in references:
        return None
    return Finding(
        "other_reference",
        not candidate.trial.between_sides,
        f"Its light was told from another reference ({reference}) than in the others"
        f" ({', '.join(sorted(references))}).",
        "Measure all of them with the same --reference.",
    )


# --- what was done before it ----------------------------------------------------------------------


def vasoconstrictor(candidate: Candidate) -> Finding | None:
    """A gel that pales or reddens the face for hours, unless it is what the trial is about."""
    findings = []
    for medicine in candidate.session.conditions.medicines:
        for known in comparison_rules().vasoconstrictors:
            named = any(name in medicine.name.lower() for name in known.names)
            hours = medicine.hours_before
            if not named or known.treatment == candidate.trial.treatment:
                continue
            if hours is None or hours < known.spoils_hours:
                findings.append(
                    Finding(
                        "vasoconstrictor",
                        True,
                        f"{medicine.name} was used less than {known.spoils_hours:g} hours before:"
                        " it pales the skin for hours and can redden it after that.",
                        f"Record at least {known.spoils_hours:g} hours after it, better"
                        f" {known.washout_hours:g}. Ask the prescriber before you leave out what was"
                        " prescribed.",
                    )
                )
            elif hours < known.washout_hours:
                findings.append(
                    Finding(
                        "vasoconstrictor",
                        False,
                        f"{medicine.name} was used {hours:g} hours before, less than"
                        f" {known.washout_hours:g}: a rest of its effect is possible.",
                        f"Next time record {known.washout_hours:g} hours after it. Ask the prescriber"
                        " before you leave out what was prescribed.",
                    )
                )
    return min(findings, key=lambda finding: not finding.refused, default=None)


def make_up(candidate: Candidate) -> Finding | None:
    """Make-up hides redness; on both sides alike, one hopes."""
    if not candidate.session.conditions.make_up:
        return None
    return Finding(
        "make_up",
        not candidate.trial.between_sides,
        "There was make-up on the face.",
        "Take it off at least half an hour before recording.",
    )


def other_medicines(candidate: Candidate) -> Finding | None:
    """A medicine is kept as it is and written down: never stopped for a recording."""
    if not candidate.earlier:
        return None

    def names(session: Session) -> frozenset[str]:
        return frozenset(one.name.strip().lower() for one in session.conditions.medicines)

    usual = names(candidate.earlier[-1])
    changed = sorted(names(candidate.session) ^ usual)
    if not changed:
        return None
    return Finding(
        "other_medicines",
        False,
        f"The medicines are not those of the recording before: {', '.join(changed)}.",
        "Keep prescribed medicines as they are, never stop one for a recording, and write them down"
        " each time.",
    )


def not_provoked(candidate: Candidate) -> Finding | None:
    """Where nothing was provoked, nothing could come."""
    session = candidate.session
    if session.provoked is not False or session.provocation == "rest":
        return None
    return Finding(
        "not_provoked",
        False,
        "Nothing was provoked in it: no blush was felt, and nothing rose above the noise.",
        "It does not count as an improvement. Try another task, song or listener.",
    )


def soon_after_another(candidate: Candidate) -> Finding | None:
    """People get used to a task."""
    rules = comparison_rules()
    if candidate.session.provocation == "rest":
        return None
    days = rules.provocations_apart_hours / 24.0
    near = [
        session
        for session in candidate.earlier
        if session.provocation != "rest"
        and abs((session.date - candidate.session.date).days) < days
    ]
    if not near:
        return None
    return Finding(
        "soon_after_another",
        False,
        f"It is less than {rules.provocations_apart_hours:g} hours from {near[-1].name}, and people get"
        " used to a task.",
        "Leave two days between recordings, and change the task.",
    )


CHECKS: tuple[Callable[[Candidate], Finding | None], ...] = (
    same_recording,
    future_date,
    phase_and_date,
    not_accepted,
    other_method,
    mirroring_unknown,
    photo_without_card,
    no_response,
    other_measure,
    other_skin_tone,
    other_areas,
    other_camera,
    other_colour_coding,
    other_reference,
    vasoconstrictor,
    make_up,
    fits_mirrored,
    other_picture_size,
    other_medicines,
    not_provoked,
    soon_after_another,
)
