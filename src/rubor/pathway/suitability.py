"""What may suit a person, in order and with reasons: red flags first, then what excludes a treatment.

Not a diagnosis and not a prescription. Every line names its rule, why, its source and how strong that is.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from rubor.pathway.answers import Answers
from rubor.pathway.blush_probability import BlushProbability, blush_probability
from rubor.pathway.conditions import Holds, holds, questions_of
from rubor.pathway.questionnaire import questionnaire
from rubor.pathway.suitability_rules import Rule, SuitabilityRules, Urgency, suitability_rules
from rubor.treatments.catalogue import Contraindication, Treatment, catalogue

if TYPE_CHECKING:
    from rubor.pathway.measured_evidence import MeasuredEvidence

__all__ = ["Line", "Missing", "Suitability", "suitability"]

Kind = Literal["stop", "see a doctor", "contraindication", "treatment"]

_URGENCIES: tuple[Urgency, ...] = ("emergency", "today", "soon")


@dataclass(frozen=True)
class Line:
    """One line of advice.

    Attributes:
        rule: id of the rule that made it.
        kind: what sort of line.
        what: what to do.
        why: the reason.
        because: the answers that led to it.
        source, strength: of the rule.
        urgency: of a line that stops; None otherwise.
        action: of a contraindication: `stop`, `wait` or `ask the prescriber`; None otherwise.
        treatments: ids in the catalogue that it speaks of.
        products: of a contraindication that is limited to some products; empty: all.
        excluded: treatments of a step that may not be used, each with the rules that exclude it.
        only_after: rules to be settled before: waits, and questions for the prescriber.
        waits_for: questions to be answered before it holds.
    """

    rule: str
    kind: Kind
    what: str
    why: str
    because: tuple[str, ...]
    source: str
    strength: str
    urgency: Urgency | None = None
    action: str | None = None
    treatments: tuple[str, ...] = ()
    products: tuple[str, ...] = ()
    excluded: tuple[tuple[str, tuple[str, ...]], ...] = ()
    only_after: tuple[str, ...] = ()
    waits_for: tuple[str, ...] = ()


@dataclass(frozen=True)
class Missing:
    """Something that was not answered and that a rule asks.

    Attributes:
        question: its id.
        text: what is asked.
        why: why it matters.
        safety: a rule that stops waits for it.
        rules: ids of the rules that wait for it.
    """

    question: str
    text: str
    why: str
    safety: bool
    rules: tuple[str, ...]


@dataclass(frozen=True)
class Suitability:
    """Ordered advice.

    Attributes:
        stopped: see a doctor first; then there are no lines of treatments.
        lines: in order: stop, see a doctor, contraindications, treatments.
        blush: how likely a blush is.
        missing: what was not answered.
        notes: contradictions, and what recordings say beside the answers.
        rules_version: of the rules.
        questionnaire: that the answers belong to.
    """

    stopped: bool
    lines: tuple[Line, ...]
    blush: BlushProbability
    missing: tuple[Missing, ...]
    notes: tuple[str, ...]
    rules_version: int
    questionnaire: str

    def of_kind(self, kind: Kind) -> tuple[Line, ...]:
        """The lines of one kind, in order."""
        return tuple(line for line in self.lines if line.kind == kind)


@dataclass(frozen=True)
class _Known:
    """What rules are held against, and what they turned out to wait for."""

    answers: Answers
    derived: Mapping[str, float | None]
    waiting: dict[str, dict[str, None]]

    def holds(self, rule: str, condition: Mapping[str, object]) -> Holds:
        found = holds(condition, self.answers.given, self.answers.scores, self.derived)
        for question in found.missing:
            self.waiting.setdefault(question, {})[rule] = None
        return found


def suitability(answers: Answers, measured: MeasuredEvidence | None = None) -> Suitability:
    """Hold the rules against a person's answers.

    A rule that stops looks at its own answers only: nothing else that is answered or measured can keep it
    from firing. While one fires, or a question that could make one fire is open, no treatment is advised
    without saying so.

    Args:
        answers: checked.
        measured: of recordings, if there are any; it supports the answers and never decides alone.

    >>> from rubor.pathway.answers import check_answers
    >>> advice = suitability(check_answers({"comes_with": ["wheeze"]}))
    >>> advice.stopped, advice.lines[0].rule, advice.of_kind("treatment")
    (True, 'diarrhoea_or_wheeze', ())
    """
    rules = suitability_rules()
    blush = blush_probability(answers, measured, rules)
    known = _Known(answers, {"blush_probability": blush.value}, {})
    stops = _stops(rules, known)
    open_stops = tuple(known.waiting)
    causes = [
        _line(rule, "see a doctor", found)
        for rule in rules.cause
        if (found := known.holds(rule.id, rule.when)).value
    ]
    for piece in rules.evidence:
        known.holds("blush_probability", piece.when)
    against = _contraindications(rules, known)
    steps = [] if stops else _steps(rules, known, against, open_stops)
    return Suitability(
        stopped=bool(stops),
        lines=(*stops, *causes, *against, *steps),
        blush=blush,
        missing=_missing(known, open_stops),
        notes=_notes(answers, measured, rules),
        rules_version=rules.version,
        questionnaire=questionnaire().name,
    )


def _stops(rules: SuitabilityRules, known: _Known) -> list[Line]:
    """The most urgent first."""
    lines = [
        _line(rule, "stop", found)
        for rule in rules.stop
        if (found := known.holds(rule.id, rule.when)).value
    ]
    return sorted(lines, key=lambda line: _URGENCIES.index(line.urgency or "soon"))


def _line(rule: Rule, kind: Kind, found: Holds) -> Line:
    return Line(
        rule=rule.id,
        kind=kind,
        what=rule.what,
        why=rule.why,
        because=found.because,
        source=rule.source,
        strength=rule.strength,
        urgency=rule.urgency,
        treatments=rule.treatments,
    )


def _contraindications(rules: SuitabilityRules, known: _Known) -> list[Line]:
    """What excludes each treatment, in the words of the catalogue; stops before waits."""
    lines = []
    for entry in catalogue():
        for against in entry.contraindications:
            found = known.holds(f"{entry.id}.{against.id}", rules.contraindication[against.id])
            if found.value:
                lines.append(_against(entry, against, found))
    order = ("stop", "wait", "ask the prescriber")
    return sorted(lines, key=lambda line: order.index(line.action or "stop"))


def _against(entry: Treatment, against: Contraindication, found: Holds) -> Line:
    subject = (
        f"{entry.title} ({', '.join(against.products)} only)" if against.products else entry.title
    )
    action = {"stop": "not for you", "wait": "not yet", "ask the prescriber": "ask the prescriber"}
    return Line(
        rule=f"{entry.id}.{against.id}",
        kind="contraindication",
        what=f"{subject}: {action[against.action]}, because of {against.condition}.",
        why=against.why,
        because=found.because,
        source=against.source,
        strength=against.strength,
        action=against.action,
        treatments=(entry.id,),
        products=against.products,
    )


def _steps(
    rules: SuitabilityRules, known: _Known, against: list[Line], open_stops: tuple[str, ...]
) -> list[Line]:
    """The pathway; a step of which every treatment is excluded says so."""
    return [
        _step(rule, found, rules, known, against, open_stops)
        for rule in rules.step
        if (found := known.holds(rule.id, rule.when)).value
    ]


def _step(
    rule: Rule,
    found: Holds,
    rules: SuitabilityRules,
    known: _Known,
    against: list[Line],
    open_stops: tuple[str, ...],
) -> Line:
    excluded = {
        name: tuple(line.rule for line in against if _excludes(line, name))
        for name in rule.treatments
    }
    excluded = {name: by for name, by in excluded.items() if by}
    left = tuple(name for name in rule.treatments if name not in excluded)
    shut = bool(rule.treatments) and not left
    open_here = dict.fromkeys(
        question for name in left for question in _open_questions(name, rules, known)
    )
    return Line(
        rule=rule.id,
        kind="treatment",
        what=f"This would come here, but not for you: {rule.what}" if shut else rule.what,
        why=rule.why,
        because=found.because,
        source=rule.source,
        strength=rule.strength,
        treatments=left,
        excluded=tuple(excluded.items()),
        only_after=tuple(
            line.rule
            for line in against
            if not _excludes(line, line.treatments[0]) and line.treatments[0] in left
        ),
        waits_for=tuple(dict.fromkeys([*open_stops, *open_here])),
    )


def _excludes(line: Line, name: str) -> bool:
    return line.action == "stop" and name in line.treatments and not line.products


def _open_questions(name: str, rules: SuitabilityRules, known: _Known) -> list[str]:
    """Questions that a contraindication of the treatment waits for."""
    entry = next(entry for entry in catalogue() if entry.id == name)
    asked = dict.fromkeys(
        question
        for against in entry.contraindications
        for question in questions_of(rules.contraindication[against.id])
    )
    return [question for question in asked if question in known.waiting]


def _missing(known: _Known, open_stops: tuple[str, ...]) -> tuple[Missing, ...]:
    """In the order of the questions; those of the rules that stop first."""
    found = [
        Missing(
            question=entry.id,
            text=entry.text,
            why=entry.why,
            safety=entry.id in open_stops,
            rules=tuple(known.waiting[entry.id]),
        )
        for entry in questionnaire().questions
        if entry.id in known.waiting
    ]
    return tuple(sorted(found, key=lambda missing: not missing.safety))


def _notes(
    answers: Answers, measured: MeasuredEvidence | None, rules: SuitabilityRules
) -> tuple[str, ...]:
    notes = [
        f"In the answer to '{name}', 'none' stands beside something else; the something else counts."
        for name in answers.contradictions
    ]
    if measured is None:
        return (*notes, "No recording was given; measured blushes would support the answers.")
    notes += [f"{name} was not accepted and does not count." for name in measured.left_out]
    return (*notes, *_resting_note(answers, measured, rules))


def _resting_note(
    answers: Answers, measured: MeasuredEvidence, rules: SuitabilityRules
) -> list[str]:
    """Redness at rest of recordings beside the answer, which alone decides."""
    value, limit = measured.resting_redness, rules.redder_from
    if value is None:
        return []
    answer = answers.given.get("resting_redness")
    says_red = answer in ("mild", "moderate", "severe")
    words = (
        f"Measured at rest: cheeks, nose and chin {value:+.2f} log10(R/G) over the palest part of the"
        f" face, which Rubor calls {'red' if value >= limit.value else 'even'} (limit"
        f" {limit.value:g}; {limit.source}; {limit.strength})."
    )
    if answer in (None, "unsure"):
        return [f"{words} Your own answer decides: look in a mirror when you are calm and cool."]
    if says_red == (value >= limit.value):
        return [f"{words} It agrees with your answer."]
    return [f"{words} Your answer says otherwise and counts; look again, or ask somebody."]
