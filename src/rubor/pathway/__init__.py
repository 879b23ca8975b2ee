"""The pathway of a treatment: whom it may suit, how it is planned, and what is watched afterwards."""

from rubor.pathway.answers import Answers, check_answers, read_answers
from rubor.pathway.blush_probability import BlushProbability
from rubor.pathway.dosing import DoseChoice, Dosing
from rubor.pathway.frontal_face import FrontalFace, find_frontal_face
from rubor.pathway.injection_plan import Authority, InjectionPlan, plan_injections
from rubor.pathway.instrument_scoring import InstrumentScore, load_items, score
from rubor.pathway.missed_area import EarlierSession, MissedArea, blushing_cells, missed_area
from rubor.pathway.plan_json import plan_from_json, plan_to_json
from rubor.pathway.questionnaire import (
    Question,
    Questionnaire,
    blank_answers,
    languages,
    questionnaire,
)
from rubor.pathway.suitability import Line, Missing, Suitability, suitability
from rubor.pathway.suitability_document import suitability_document
from rubor.pathway.true_scale import ScaleReference, TrueScale, true_scale

__all__ = [
    "Answers",
    "Authority",
    "BlushProbability",
    "DoseChoice",
    "Dosing",
    "EarlierSession",
    "FrontalFace",
    "InjectionPlan",
    "InstrumentScore",
    "Line",
    "MissedArea",
    "Missing",
    "Question",
    "Questionnaire",
    "ScaleReference",
    "Suitability",
    "TrueScale",
    "blank_answers",
    "blushing_cells",
    "check_answers",
    "find_frontal_face",
    "languages",
    "load_items",
    "missed_area",
    "plan_from_json",
    "plan_injections",
    "plan_to_json",
    "questionnaire",
    "read_answers",
    "score",
    "suitability",
    "suitability_document",
    "true_scale",
]
