"""Trials of one person: design, recordings, and an honest answer.

`analyse` turns a table of responses into a `Verdict`; `analyse_each` gives one for each provocation and
each treatment. A `Trial`, which lies in a `TrialFolder`, is answered by `answer_trial`.
"""

from __future__ import annotations

from rubor.trials.analyse import NO_COURSE, analyse, analyse_each
from rubor.trials.before_after import UntreatedCourse, usual_course
from rubor.trials.trial import Trial
from rubor.trials.trial_answer import TrialAnswer, answer_table, answer_trial, write_answer
from rubor.trials.trial_folder import TrialFolder
from rubor.trials.trial_json import TRIAL_SCHEMA, trial_from_json, trial_to_json
from rubor.trials.verdict import VERDICT_SCHEMA, Verdict
from rubor.trials.wear_off import WearOff

__all__ = [
    "NO_COURSE",
    "TRIAL_SCHEMA",
    "VERDICT_SCHEMA",
    "Trial",
    "TrialAnswer",
    "TrialFolder",
    "UntreatedCourse",
    "Verdict",
    "WearOff",
    "analyse",
    "analyse_each",
    "answer_table",
    "answer_trial",
    "trial_from_json",
    "trial_to_json",
    "usual_course",
    "write_answer",
]
