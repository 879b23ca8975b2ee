"""The pathway of a treatment: whom it may suit, how it is planned, and what is watched afterwards."""

from rubor.pathway.answers import Answers, check_answers, read_answers
from rubor.pathway.blush_probability import BlushProbability
from rubor.pathway.instrument_scoring import InstrumentScore, load_items, score
from rubor.pathway.questionnaire import (
    Question,
    Questionnaire,
    blank_answers,
    languages,
    questionnaire,
)
from rubor.pathway.suitability import Line, Missing, Suitability, suitability
from rubor.pathway.suitability_document import suitability_document

__all__ = [
    "Answers",
    "BlushProbability",
    "InstrumentScore",
    "Line",
    "Missing",
    "Question",
    "Questionnaire",
    "Suitability",
    "blank_answers",
    "check_answers",
    "languages",
    "load_items",
    "questionnaire",
    "read_answers",
    "score",
    "suitability",
    "suitability_document",
]
