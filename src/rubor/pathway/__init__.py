"""The pathway of a treatment: whom it may suit, how it is planned, and what is watched afterwards."""

from rubor.pathway.answers import Answers, check_answers, read_answers
from rubor.pathway.blush_probability import BlushProbability
from rubor.pathway.dosing import DoseChoice, Dosing
from rubor.pathway.face_from_views import face_from_views, find_turned_face
from rubor.pathway.follow_up import (
    FollowUpSchedule,
    FollowUpTask,
    FollowUpVisit,
    follow_up_calendar,
    follow_up_entries,
    follow_up_schedule,
    follow_up_task,
    follow_up_tasks,
    follow_up_to_json,
)
from rubor.pathway.frontal_face import FaceInPhoto, FrontalFace, UsedView, find_frontal_face
from rubor.pathway.information import (
    InformationSheet,
    Item,
    Section,
    information_sheet,
    information_to_json,
    plan_advice,
    sheet_words,
)
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
from rubor.pathway.side_effect_diary import (
    Diary,
    courses_to_json,
    diary_from_json,
    diary_to_json,
    judge_diary,
    read_diary,
)
from rubor.pathway.side_effects import (
    Course,
    DiaryEntry,
    Rate,
    SideEffect,
    check_diary_entry,
    judge_course,
    side_effect,
    side_effects,
)
from rubor.pathway.smile import OneSmile, SideExcursion, Smile, SmileCourse, SmileFile
from rubor.pathway.smile_change import SmileAdvice, SmileChange, ValueChange, smile_change
from rubor.pathway.smile_excursion import FilmedFace, smile_of_films, smile_of_pictures
from rubor.pathway.smile_files import film_face, measure_smile, smile_from_photos
from rubor.pathway.smile_json import smile_from_json, smile_to_json
from rubor.pathway.suitability import Line, Missing, Suitability, suitability
from rubor.pathway.suitability_document import suitability_document
from rubor.pathway.true_scale import ScaleReference, TrueScale, true_scale

__all__ = [
    "Answers",
    "Authority",
    "BlushProbability",
    "Course",
    "Diary",
    "DiaryEntry",
    "DoseChoice",
    "Dosing",
    "EarlierSession",
    "FaceInPhoto",
    "FilmedFace",
    "FollowUpSchedule",
    "FollowUpTask",
    "FollowUpVisit",
    "FrontalFace",
    "InformationSheet",
    "InjectionPlan",
    "InstrumentScore",
    "Item",
    "Line",
    "MissedArea",
    "Missing",
    "OneSmile",
    "Question",
    "Questionnaire",
    "Rate",
    "ScaleReference",
    "Section",
    "SideEffect",
    "SideExcursion",
    "Smile",
    "SmileAdvice",
    "SmileChange",
    "SmileCourse",
    "SmileFile",
    "Suitability",
    "TrueScale",
    "UsedView",
    "ValueChange",
    "blank_answers",
    "blushing_cells",
    "check_answers",
    "check_diary_entry",
    "courses_to_json",
    "diary_from_json",
    "diary_to_json",
    "face_from_views",
    "film_face",
    "find_frontal_face",
    "find_turned_face",
    "follow_up_calendar",
    "follow_up_entries",
    "follow_up_schedule",
    "follow_up_task",
    "follow_up_tasks",
    "follow_up_to_json",
    "information_sheet",
    "information_to_json",
    "judge_course",
    "judge_diary",
    "languages",
    "load_items",
    "measure_smile",
    "missed_area",
    "plan_advice",
    "plan_from_json",
    "plan_injections",
    "plan_to_json",
    "questionnaire",
    "read_answers",
    "read_diary",
    "score",
    "sheet_words",
    "side_effect",
    "side_effects",
    "smile_change",
    "smile_from_json",
    "smile_from_photos",
    "smile_of_films",
    "smile_of_pictures",
    "smile_to_json",
    "suitability",
    "suitability_document",
    "true_scale",
]
