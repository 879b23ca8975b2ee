"""Treatments and what is known of them, from cited data files."""

from __future__ import annotations

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
    "TreatmentPriors",
    "common_priors",
    "treatment_names",
    "treatment_priors",
]
