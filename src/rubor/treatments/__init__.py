"""Treatments and what is known of them, from cited data files."""

from __future__ import annotations

from rubor.treatments.catalogue import Treatment, catalogue, sequences, treatment
from rubor.treatments.comparison import compare
from rubor.treatments.cost import TreatmentCost, treatment_cost
from rubor.treatments.priors import (
    CommonPriors,
    Prior,
    ReductionThirds,
    TreatmentPriors,
    common_priors,
    treatment_names,
    treatment_priors,
)

__all__ = [
    "CommonPriors",
    "Prior",
    "ReductionThirds",
    "Treatment",
    "TreatmentCost",
    "TreatmentPriors",
    "catalogue",
    "common_priors",
    "compare",
    "sequences",
    "treatment",
    "treatment_cost",
    "treatment_names",
    "treatment_priors",
]
