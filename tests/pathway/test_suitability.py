"""Every rule both ways, the causes of flushing, and the order of the pathway."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from importlib.resources import files
from typing import Any

import pytest

from rubor.pathway import Suitability, check_answers, suitability
from rubor.pathway.conditions import questions_of
from rubor.pathway.measured_evidence import MeasuredEvidence
from rubor.pathway.questionnaire import questionnaire
from rubor.pathway.suitability_rules import suitability_rules
from rubor.treatments.catalogue import STRENGTHS, catalogue

# Somebody who blushes, with clear skin and nothing against anything.
BLUSHER: Mapping[str, Any] = {
    "age_years": 30,
    "troubled_by": ["sudden_redness"],
    "troubles_most": "redness",
    "usual_trigger": "attention",
    "other_triggers": ["none"],
    "comes_within": "under_a_minute",
    "gone_within": "under_15_minutes",
    "where": ["cheeks", "ears"],
    "one_side": "no",
    "comes_with": ["none"],
    "also": ["none"],
    "thoughts_of_dying": "no",
    "began_age_years": 14,
    "more_and_more_often": "no",
    "new_medicine": "no",
    "menopause": "no",
    "medicines": ["none"],
    "health": ["none"],
    "face_skin": ["none"],
    "toxin_last_12_weeks": "no",
    "skin_tone": "light",
    "tanned": "no",
    "resting_redness": "clear",
    "visible_vessels": "no",
    "fear": 2,
    "redness_trouble": 8,
    "others_notice": "yes",
    "hours_of_thought": "under_one",
}


def advise(**changed: Any) -> Suitability:
    return suitability(check_answers({**BLUSHER, **changed}))


def rules(advice: Suitability) -> list[str]:
    return [line.rule for line in advice.lines]


# rule, answers with which it fires, answers close by with which it does not
STOPS: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    ("swelling_or_breathlessness", {"comes_with": ["swelling_or_breathlessness"]}, {}),
    ("thoughts_of_dying", {"thoughts_of_dying": "yes"}, {"thoughts_of_dying": "no"}),
    ("under_18", {"age_years": 17.9}, {"age_years": 18}),
    ("diarrhoea_or_wheeze", {"comes_with": ["diarrhoea"]}, {"comes_with": ["sweating"]}),
    ("diarrhoea_or_wheeze", {"comes_with": ["wheeze"]}, {}),
    ("diarrhoea_or_wheeze", {"comes_with": ["belly_pain"]}, {}),
    ("watery_diarrhoea", {"also": ["watery_diarrhoea"]}, {}),
    ("fainting", {"comes_with": ["fainting"]}, {"comes_with": ["palpitations"]}),
    ("headache_attacks", {"comes_with": ["headache_attacks"]}, {"comes_with": ["palpitations"]}),
    ("itch_or_brown_spots", {"comes_with": ["itch_or_hives"]}, {}),
    ("itch_or_brown_spots", {"also": ["brown_spots_that_swell"]}, {}),
    ("body_or_limbs", {"where": ["cheeks", "trunk_or_limbs"]}, {"where": ["upper_chest"]}),
    ("body_or_limbs", {"where": ["whole_body"]}, {}),
    ("one_side", {"one_side": "yes"}, {"one_side": "unsure"}),
    (
        "night_sweats_with_fever_or_weight_loss",
        {"also": ["night_sweats_with_fever_or_weight_loss"]},
        {"other_triggers": ["night"]},
    ),
    ("began_after_50", {"began_age_years": 51}, {"began_age_years": 50}),
    ("more_and_more_often", {"more_and_more_often": "yes"}, {}),
    ("lump_in_neck", {"also": ["lump_in_neck"]}, {}),
    ("lump_in_neck", {"also": ["noisy_breathing"]}, {}),
    ("eye_pain", {"also": ["eye_pain"]}, {}),
    ("purple_or_blue", {"also": ["purple_or_blue"]}, {}),
    ("new_medicine", {"new_medicine": "yes"}, {}),
    (
        "slight_but_fills_the_thoughts",
        {"others_notice": "hardly", "hours_of_thought": "one_to_three"},
        {"others_notice": "hardly", "hours_of_thought": "under_one"},
    ),
    (
        "slight_but_fills_the_thoughts",
        {"scores": {"cops": 40}},
        {"scores": {"cops": 39}},
    ),
]

CAUSES: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    ("rosacea", {"resting_redness": "moderate", "usual_trigger": "warmth"}, {}),
    (
        "rosacea",
        {"visible_vessels": "some", "usual_trigger": "food_or_alcohol"},
        {"visible_vessels": "some", "usual_trigger": "attention"},
    ),
    (
        "rosacea",
        {"troubled_by": ["sudden_redness", "spots"], "usual_trigger": "warmth"},
        {"usual_trigger": "warmth"},
    ),
    ("menopause", {"menopause": "yes"}, {"menopause": "no"}),
    ("menopause", {"other_triggers": ["night"]}, {}),
    ("alcohol", {"other_triggers": ["alcohol"]}, {}),
    *[
        ("flushing_medicine", {"medicines": [name]}, {"medicines": ["blood_thinner"]})
        for name in (
            "blood_pressure_or_heart",
            "erection",
            "niacin",
            "hormone_blocker",
            "steroid",
            "ciclosporin",
            "opioid",
            "alcohol_reaction",
        )
    ],
    ("food_additives", {"other_triggers": ["additives"]}, {}),
    ("chewing", {"other_triggers": ["chewing"]}, {}),
    ("chewing", {"where": ["in_front_of_ear"]}, {}),
    ("chewing", {"health": ["parotid_operation"]}, {"health": ["psoriasis"]}),
    ("palpitations", {"comes_with": ["palpitations"]}, {"comes_with": ["sweating"]}),
    ("rubbing_or_stings", {"other_triggers": ["rubbing_or_stings"]}, {}),
    ("lasting_rash", {"face_skin": ["scaly_rash"]}, {}),
    (
        "lasting_rash",
        {"troubled_by": ["lasting_redness"]},
        {"troubled_by": ["lasting_redness", "sudden_redness"]},
    ),
]

FEAR_ONLY = {"troubles_most": "fear", "others_notice": "hardly"}
STEPS: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    ("psychological_first", {"troubles_most": "fear"}, {"troubles_most": "both"}),
    ("light_first", {"resting_redness": "mild"}, {"resting_redness": "almost_clear"}),
    ("light_first", {"visible_vessels": "many"}, {"visible_vessels": "no"}),
    ("test_patch", {}, FEAR_ONLY),
    ("test_patch", {}, {"troubled_by": ["lasting_redness"]}),
    ("toxin", {}, FEAR_ONLY),
    (
        "toxin",
        {},
        {"usual_trigger": "warmth", "comes_within": "longer", "gone_within": "longer"},
    ),
    (
        "more_like_a_flush",
        {"usual_trigger": "warmth", "comes_within": "longer", "gone_within": "longer"},
        {},
    ),
    ("redness_hardly_seen", FEAR_ONLY, {"troubles_most": "fear", "others_notice": "yes"}),
    ("topical", {"resting_redness": "severe"}, {}),
    ("psychological_beside", {"troubles_most": "both"}, {"troubles_most": "redness"}),
    ("psychological_beside", {"fear": 5}, {"fear": 4}),
    ("psychological_beside", {"troubled_by": ["sudden_redness", "fear"]}, {}),
    ("psychological_beside", {"scores": {"spin": 19}}, {"scores": {"spin": 18}}),
    (
        "psychological_beside",
        {"scores": {"fea_fear_of_blushing": 3.6}},
        {"scores": {"fea_fear_of_blushing": 3.5}},
    ),
    ("psychological_beside", {"fear": 9}, {"fear": 9, "troubles_most": "fear"}),
    ("make_up", {}, {"troubled_by": ["fear"]}),
]

AGAINST: list[tuple[str, dict[str, Any]]] = [
    *[
        (name, {"health": [name]})
        for name in (
            "neuromuscular_disease",
            "motor_neurone_disease",
            "swallowing_or_breathing_trouble",
            "toxin_allergy",
            "milk_protein_allergy",
            "albumin_allergy",
            "pregnancy",
            "breast_feeding",
            "keloid",
            "photosensitive_epilepsy",
            "lupus_or_light_disease",
            "pacemaker",
            "vitiligo",
            "asthma",
            "slow_heart_or_block",
            "heart_failure",
            "raynaud",
            "low_blood_pressure",
            "psoriasis",
        )
    ],
    *[
        (name, {"medicines": [name]})
        for name in (
            "blood_thinner",
            "aminoglycoside",
            "chloroquine_like",
            "isotretinoin",
            "retinoid_cream",
            "mao_inhibitor_or_tricyclic",
        )
    ],
    ("blood_thinner", {"health": ["bleeding_disorder"]}),
    ("light_sensitising_medicine", {"medicines": ["light_sensitising"]}),
    ("face_infection", {"face_skin": ["infection_or_cold_sores"]}),
    ("face_eczema_or_psoriasis", {"face_skin": ["eczema_or_psoriasis"]}),
    ("psoriasis", {"face_skin": ["eczema_or_psoriasis"]}),
    ("skin_cancer_or_mole", {"face_skin": ["mole_or_tattoo"]}),
    ("recent_toxin", {"toxin_last_12_weeks": "yes"}),
    ("recent_tan", {"tanned": "yes"}),
    ("skin_tone_tan", {"skin_tone": "tan"}),
    ("skin_tone_dark", {"skin_tone": "brown"}),
    ("skin_tone_dark", {"skin_tone": "dark"}),
]


# evidence for or against a blush: answers with which it counts, answers close by with which it does not
EVIDENCE: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    ("social_trigger", {}, {"usual_trigger": "nothing"}),
    ("quick", {}, {"comes_within": "some_minutes"}),
    ("short", {}, {"gone_within": "under_an_hour"}),
    ("slow", {"comes_within": "some_minutes"}, {}),
    ("slow", {"comes_within": "longer"}, {"comes_within": "unsure"}),
    ("long", {"gone_within": "under_an_hour"}, {}),
    ("long", {"gone_within": "longer"}, {"gone_within": "unsure"}),
    ("blush_region", {"where": ["upper_chest"]}, {"where": ["in_front_of_ear"]}),
    ("blush_region", {}, {"where": ["cheeks", "trunk_or_limbs"]}),
    ("clear_at_rest", {"resting_redness": "almost_clear"}, {"resting_redness": "mild"}),
    ("clear_at_rest", {}, {"visible_vessels": "some"}),
    ("physical_trigger", {"usual_trigger": "warmth"}, {}),
    ("physical_trigger", {"usual_trigger": "food_or_alcohol"}, {"usual_trigger": "nothing"}),
    ("red_at_rest", {"resting_redness": "mild"}, {"resting_redness": "almost_clear"}),
    ("red_at_rest", {"visible_vessels": "some"}, {}),
    ("systemic", {"comes_with": ["wheeze"]}, {"comes_with": ["sweating"]}),
    ("systemic", {"where": ["cheeks", "whole_body"]}, {"where": ["cheeks", "neck"]}),
]


def named(rows: list[Any]) -> list[str]:
    return [f"{row[0]}-{number}" for number, row in enumerate(rows)]


@pytest.mark.parametrize(("rule", "fires", "does_not"), STOPS, ids=named(STOPS))
def test_a_red_flag_stops_and_its_neighbour_does_not(
    rule: str, fires: dict[str, Any], does_not: dict[str, Any]
) -> None:
    stopped = advise(**fires)
    assert stopped.stopped
    assert rule in rules(stopped)
    assert stopped.lines[0].kind == "stop"
    assert stopped.of_kind("treatment") == ()
    assert rule not in rules(advise(**does_not))


@pytest.mark.parametrize(("rule", "fires", "does_not"), CAUSES, ids=named(CAUSES))
def test_a_cause_is_named_and_does_not_stop(
    rule: str, fires: dict[str, Any], does_not: dict[str, Any]
) -> None:
    found = advise(**fires)
    assert not found.stopped
    assert rule in rules(found)
    assert rule not in rules(advise(**does_not))


@pytest.mark.parametrize(("rule", "fires", "does_not"), STEPS, ids=named(STEPS))
def test_a_step_comes_when_it_fits(
    rule: str, fires: dict[str, Any], does_not: dict[str, Any]
) -> None:
    assert rule in rules(advise(**fires))
    assert rule not in rules(advise(**does_not))


@pytest.mark.parametrize(("name", "fires"), AGAINST, ids=named(AGAINST))
def test_a_contraindication_is_told_for_every_treatment_that_has_it(
    name: str, fires: dict[str, Any]
) -> None:
    holders = {
        f"{entry.id}.{name}"
        for entry in catalogue()
        if any(against.id == name for against in entry.contraindications)
    }
    assert holders
    assert holders <= set(rules(advise(**fires)))
    assert not holders & set(rules(advise()))


@pytest.mark.parametrize(("piece", "counts", "does_not"), EVIDENCE, ids=named(EVIDENCE))
def test_a_piece_of_evidence_counts_by_its_points_or_not_at_all(
    piece: str, counts: dict[str, Any], does_not: dict[str, Any]
) -> None:
    shipped = next(one for one in suitability_rules().evidence if one.id == piece)
    line = f"{shipped.finding} ({shipped.points:+g})"
    assert line in advise(**counts).blush.findings
    assert line not in advise(**does_not).blush.findings


def test_the_tables_above_hold_every_rule() -> None:
    shipped = suitability_rules()
    assert {row[0] for row in STOPS} == {rule.id for rule in shipped.stop}
    assert {row[0] for row in CAUSES} == {rule.id for rule in shipped.cause}
    assert {row[0] for row in STEPS} == {rule.id for rule in shipped.step}
    assert {row[0] for row in AGAINST} == set(shipped.contraindication)
    assert {row[0] for row in EVIDENCE} == {piece.id for piece in shipped.evidence}


def test_every_contraindication_of_the_catalogue_has_a_condition() -> None:
    ids = {against.id for entry in catalogue() for against in entry.contraindications}
    assert ids == set(suitability_rules().contraindication)


def test_rules_ask_only_what_there_is_a_question_for() -> None:
    shipped = suitability_rules()
    conditions = [
        *[rule.when for rule in (*shipped.stop, *shipped.cause, *shipped.step)],
        *[piece.when for piece in shipped.evidence],
        *shipped.contraindication.values(),
    ]
    asked = {name for condition in conditions for name in questions_of(condition)}
    questions = {entry.id: entry for entry in questionnaire().questions}
    assert asked <= set(questions)

    def options(condition: Any) -> None:
        for part in [
            *condition.get("all", []),
            *condition.get("any", []),
            *condition.get("none", []),
        ]:
            options(part)
        for option in condition.get("has_any", []):
            assert option in questions[condition["question"]].options

    for condition in conditions:
        options(condition)


def test_nothing_that_a_person_ticks_goes_unread() -> None:
    """But for sweat, which comes with blush and flush alike, and for 'none'."""
    shipped = suitability_rules()
    read: set[tuple[str, str]] = set()

    def collect(condition: Any) -> None:
        for name in ("all", "any", "none"):
            for part in condition.get(name, []):
                collect(part)
        read.update((condition.get("question", ""), one) for one in condition.get("has_any", []))

    conditions = [rule.when for rule in (*shipped.stop, *shipped.cause, *shipped.step)]
    conditions += [piece.when for piece in shipped.evidence]
    for condition in (*conditions, *shipped.contraindication.values()):
        collect(condition)
    ticked = {
        (entry.id, option)
        for entry in questionnaire().questions
        if entry.kind == "choices"
        for option in entry.options
        if option != "none"
    }
    assert ticked - read == {("comes_with", "sweating")}


def test_ids_of_rules_are_unique_and_every_rule_has_why_source_and_strength() -> None:
    shipped = suitability_rules()
    every = [*shipped.stop, *shipped.cause, *shipped.step]
    assert len({rule.id for rule in every}) == len(every)
    for rule in every:
        assert rule.what and rule.why and len(rule.source) > 10 and rule.strength in STRENGTHS
    for piece in (*shipped.evidence, shipped.most_odds_ln, shipped.redder_from):
        assert len(piece.source) > 10 and piece.strength in STRENGTHS
    names = {entry.id for entry in catalogue()}
    assert all(set(rule.treatments) <= names for rule in every)


def test_no_number_of_the_rules_stands_without_a_source() -> None:
    path = files("rubor.pathway") / "data" / "suitability_rules.toml"
    data = tomllib.loads(path.read_text(encoding="utf-8"))
    del data["version"]

    def walk(value: Any, where: str, *, covered: bool) -> None:
        if isinstance(value, dict):
            covered = covered or {"source", "strength"} <= set(value)
            for name, part in value.items():
                walk(part, f"{where}.{name}", covered=covered)
        elif isinstance(value, list):
            for part in value:
                walk(part, where, covered=covered)
        elif isinstance(value, int | float):
            assert covered, where

    walk(data, "", covered=False)


@pytest.mark.parametrize("changed", [{}, {"comes_with": ["wheeze"]}, {"health": ["pregnancy"]}])
def test_every_line_names_rule_why_source_and_strength(changed: dict[str, Any]) -> None:
    for line in advise(**changed).lines:
        assert line.rule and line.why and line.because and line.source
        assert line.strength in STRENGTHS


# --- the causes of the differential diagnosis, each with the action it must lead to ------------------

DIFFERENTIAL: list[tuple[str, dict[str, Any], str, bool]] = [
    ("emotional blush", {}, "test_patch", False),
    ("rosacea", {"usual_trigger": "warmth", "resting_redness": "moderate"}, "rosacea", False),
    ("menopause", {"menopause": "yes", "usual_trigger": "nothing"}, "menopause", False),
    (
        "alcohol",
        {"usual_trigger": "food_or_alcohol", "other_triggers": ["alcohol"]},
        "alcohol",
        False,
    ),
    ("medicine", {"medicines": ["niacin"]}, "flushing_medicine", False),
    ("new medicine", {"new_medicine": "yes"}, "new_medicine", True),
    ("additives", {"other_triggers": ["additives"]}, "food_additives", False),
    ("carcinoid", {"comes_with": ["diarrhoea", "wheeze"]}, "diarrhoea_or_wheeze", True),
    ("phaeochromocytoma", {"comes_with": ["headache_attacks"]}, "headache_attacks", True),
    ("mastocytosis", {"comes_with": ["itch_or_hives", "fainting"]}, "itch_or_brown_spots", True),
    ("medullary thyroid cancer", {"also": ["lump_in_neck"]}, "lump_in_neck", True),
    ("VIPoma", {"also": ["watery_diarrhoea"]}, "watery_diarrhoea", True),
    (
        "anaphylaxis",
        {"comes_with": ["swelling_or_breathlessness"]},
        "swelling_or_breathlessness",
        True,
    ),
    ("idiopathic flushing", {"comes_with": ["palpitations", "fainting"]}, "fainting", True),
    ("harlequin", {"one_side": "yes", "usual_trigger": "warmth"}, "one_side", True),
    ("Frey", {"other_triggers": ["chewing"], "where": ["in_front_of_ear"]}, "chewing", False),
    (
        "lupus and other mimics",
        {"troubled_by": ["lasting_redness"], "face_skin": ["scaly_rash"]},
        "lasting_rash",
        False,
    ),
    ("social anxiety", {"troubles_most": "fear", "fear": 9}, "psychological_first", False),
    (
        "body dysmorphic disorder",
        {"others_notice": "hardly", "hours_of_thought": "over_three"},
        "slight_but_fills_the_thoughts",
        True,
    ),
]


@pytest.mark.parametrize(
    ("cause", "answers", "rule", "stops"), DIFFERENTIAL, ids=[row[0] for row in DIFFERENTIAL]
)
def test_each_cause_leads_to_its_action(
    cause: str, answers: dict[str, Any], rule: str, stops: bool
) -> None:
    advice = advise(**answers)
    assert rule in rules(advice), cause
    assert advice.stopped is stops


def test_carcinoid_is_sent_to_a_doctor_with_the_first_test() -> None:
    line = advise(comes_with=["diarrhoea"]).lines[0]
    assert "5-HIAA" in line.what


def test_one_sided_flushing_rules_out_the_test_of_one_half_against_the_other() -> None:
    assert "No test of one half" in advise(one_side="yes").lines[0].what


# --- order, exclusion, what is open -------------------------------------------------------------------


def test_an_emergency_stands_before_other_red_flags() -> None:
    advice = advise(
        comes_with=["wheeze", "swelling_or_breathlessness"], thoughts_of_dying="yes", one_side="yes"
    )
    assert [line.urgency for line in advice.of_kind("stop")] == [
        "emergency",
        "today",
        "soon",
        "soon",
    ]


def test_the_pathway_has_its_order() -> None:
    advice = advise(
        resting_redness="moderate", troubles_most="both", health=["pacemaker"], menopause="yes"
    )
    kinds = [line.kind for line in advice.lines]
    order = ["see a doctor", "contraindication", "treatment"]
    assert kinds == sorted(kinds, key=order.index)
    assert [line.rule for line in advice.of_kind("treatment")] == [
        "light_first",
        "test_patch",
        "toxin",
        "topical",
        "psychological_beside",
        "make_up",
    ]


def test_where_fear_leads_its_treatment_comes_first() -> None:
    steps = [line.rule for line in advise(troubles_most="fear").of_kind("treatment")]
    assert steps[0] == "psychological_first"
    assert "psychological_beside" not in steps


def test_somebody_with_fear_whose_redness_is_hardly_seen_is_not_sent_to_an_injection() -> None:
    steps = {line.rule for line in advise(**FEAR_ONLY).of_kind("treatment")}
    assert {"psychological_first", "redness_hardly_seen"} <= steps
    assert not {"test_patch", "toxin"} & steps


def test_myasthenia_excludes_the_toxin_whatever_the_product() -> None:
    advice = advise(health=["neuromuscular_disease"])
    for rule in ("test_patch", "toxin"):
        line = next(line for line in advice.lines if line.rule == rule)
        assert line.treatments == ()
        assert dict(line.excluded) == {
            "botulinum_toxin": ("botulinum_toxin.neuromuscular_disease",)
        }
        assert line.what.startswith("This would come here, but not for you")


def test_milk_allergy_excludes_one_product_only() -> None:
    advice = advise(health=["milk_protein_allergy"])
    line = next(line for line in advice.lines if line.rule == "toxin")
    assert line.treatments == ("botulinum_toxin",)
    assert line.only_after == ("botulinum_toxin.milk_protein_allergy",)
    against = advice.of_kind("contraindication")[0]
    assert against.products == ("abobotulinumtoxinA",)
    assert "abobotulinumtoxinA only" in against.what


def test_dark_skin_excludes_light_and_leaves_the_cream() -> None:
    advice = advise(resting_redness="moderate", skin_tone="dark")
    light = next(line for line in advice.lines if line.rule == "light_first")
    assert light.treatments == ()
    assert {name for name, _ in light.excluded} == {"intense_pulsed_light", "pulsed_dye_laser"}
    assert next(line for line in advice.lines if line.rule == "topical").treatments


def test_a_recent_tan_makes_light_wait() -> None:
    advice = advise(resting_redness="moderate", tanned="yes")
    light = next(line for line in advice.lines if line.rule == "light_first")
    assert "intense_pulsed_light" in light.treatments
    assert "intense_pulsed_light.recent_tan" in light.only_after


def test_no_answers_at_all_ask_for_everything_that_a_rule_needs() -> None:
    advice = suitability(check_answers({}))
    assert not advice.lines
    assert advice.blush.value is None
    asked = [row.question for row in advice.missing]
    assert {"comes_with", "also", "age_years", "health", "troubled_by", "usual_trigger"} <= set(
        asked
    )
    safety = [row.safety for row in advice.missing]
    assert safety == sorted(safety, reverse=True)


def test_treatments_wait_for_open_questions_of_safety() -> None:
    open_one = {name: value for name, value in BLUSHER.items() if name not in ("also", "health")}
    advice = suitability(check_answers(open_one))
    patch = next(line for line in advice.lines if line.rule == "test_patch")
    assert patch.waits_for[0] == "also"
    assert "health" in patch.waits_for
    assert next(row for row in advice.missing if row.question == "also").safety


def test_unsure_counts_as_not_answered() -> None:
    advice = advise(one_side="unsure")
    assert [row.question for row in advice.missing if row.safety] == ["one_side"]


def test_everything_answered_leaves_nothing_open() -> None:
    advice = advise()
    assert advice.missing == ()
    assert advice.blush.could_be == (advice.blush.value, advice.blush.value)


# --- probability, and recordings ------------------------------------------------------------------------


def measured(probability: float | None = None, resting: float | None = None) -> MeasuredEvidence:
    return MeasuredEvidence(("a.mp4",), (), 0 if probability is None else 3, probability, resting)


def test_points_become_a_probability() -> None:
    """Trigger 2, quick 2, short 1, region 1, clear 1: odds of e^3.5; the other has −2 in all: e^−1."""
    assert advise().blush.value == pytest.approx(0.9707, abs=1e-4)
    flush = advise(usual_trigger="warmth", comes_within="longer", gone_within="longer")
    assert flush.blush.value == pytest.approx(0.2689, abs=1e-4)


def test_a_recording_shifts_the_probability_by_two_points_at_most() -> None:
    given = check_answers(dict(BLUSHER))
    alone = suitability(given).blush.value
    against = suitability(given, measured(0.0)).blush.value
    assert alone is not None and against is not None
    assert 0.9 < against < alone
    only = suitability(check_answers({}), measured(1.0)).blush.value
    assert only == pytest.approx(1.0 / (1.0 + 2.718281828**-1.0))


def test_measured_redness_at_rest_never_decides_alone() -> None:
    for answers in (dict(BLUSHER), {**BLUSHER, "resting_redness": "severe"}, {}):
        given = check_answers(answers)
        without = suitability(given, measured(0.6))
        red = suitability(given, measured(0.6, resting=0.5))
        assert [line.rule for line in red.lines] == [line.rule for line in without.lines]
        assert red.blush == without.blush


@pytest.mark.parametrize(
    ("answer", "value", "words"),
    [
        ("moderate", 0.2, "agrees"),
        ("clear", 0.2, "says otherwise"),
        ("clear", 0.02, "agrees"),
        ("unsure", 0.2, "Your own answer decides"),
    ],
)
def test_measured_redness_at_rest_stands_beside_the_answer(
    answer: str, value: float, words: str
) -> None:
    given = check_answers({**BLUSHER, "resting_redness": answer})
    assert any(words in note for note in suitability(given, measured(resting=value)).notes)


def test_recordings_that_were_not_accepted_are_named() -> None:
    left_out = MeasuredEvidence((), ("dark.mp4",), 0, None, None)
    notes = suitability(check_answers(dict(BLUSHER)), left_out).notes
    assert "dark.mp4 was not accepted and does not count." in notes
