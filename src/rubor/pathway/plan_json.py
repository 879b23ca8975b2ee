"""An injection plan as JSON, and back; described by `schemas/plan.schema.json`."""

from __future__ import annotations

from dataclasses import asdict, fields
from datetime import date
from typing import Any

from rubor.errors import InputError
from rubor.pathway.dosing import Dosing, PlanWarning
from rubor.pathway.face_drawing import DrawnLine
from rubor.pathway.frontal_face import UsedView
from rubor.pathway.injection_plan import (
    PLAN_SCHEMA,
    Authority,
    InjectionPlan,
    PlannedArea,
    PlannedZone,
    PlanPhoto,
    PlanWishes,
)
from rubor.pathway.injection_points import InjectionPoint
from rubor.pathway.json_records import frozen, plain, record
from rubor.pathway.true_scale import TrueScale

__all__ = ["plan_from_json", "plan_to_json"]


def plan_to_json(plan: InjectionPlan) -> dict[str, Any]:
    """The plan as what JSON can hold, with what follows from it: `draft`, `area_cm2`, `cells`."""
    document = {
        "schema": PLAN_SCHEMA,
        "draft": plan.draft,
        "area_cm2": plan.area_cm2,
        "cells": plan.cells,
        **asdict(plan),
    }
    described: dict[str, Any] = plain(document)
    return described


def plan_from_json(document: Any) -> InjectionPlan:
    """The plan of such a document.

    Raises:
        InputError: it is none, is of another version, or was changed so that it contradicts itself.
    """
    if not isinstance(document, dict) or document.get("schema") != PLAN_SCHEMA:
        found = document.get("schema") if isinstance(document, dict) else None
        raise InputError(
            f"This is not a plan that this version of Rubor can read ({found or 'no schema'}).",
            f"It reads {PLAN_SCHEMA}, which `rubor plan` writes.",
        )
    try:
        plan = _plan(document)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise InputError(f"The plan is damaged: {error}.", "Make it again.") from error
    if plan_to_json(plan) != document:
        raise InputError("The plan contradicts itself: it was changed.", "Make it again.")
    return plan


def _plan(document: dict[str, Any]) -> InjectionPlan:
    parts = {field.name: frozen(document[field.name]) for field in fields(InjectionPlan)}
    authority, dosing = document["authority"], document["dosing"]
    parts |= {
        "made_on": date.fromisoformat(document["made_on"]),
        "photo": record(PlanPhoto, document["photo"]),
        "scale": record(TrueScale, document["scale"]),
        "wishes": record(PlanWishes, document["wishes"]),
        "authority": (
            None
            if authority is None
            else Authority(authority["prescriber"], date.fromisoformat(authority["examined_on"]))
        ),
        "dosing": (
            None
            if dosing is None
            else record(
                Dosing,
                {**dosing, "warnings": [record(PlanWarning, one) for one in dosing["warnings"]]},
            )
        ),
    }
    for name, kind in (
        ("views", UsedView),
        ("areas", PlannedArea),
        ("zones", PlannedZone),
        ("points", InjectionPoint),
        ("outline", DrawnLine),
        ("warnings", PlanWarning),
    ):
        parts[name] = tuple(record(kind, entry) for entry in document[name])
    return InjectionPlan(**parts)
