"""Faces that plans are made on."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
import skimage.data
from PIL import Image

from rubor.pathway.frontal_face import FrontalFace, find_frontal_face
from rubor.pathway.injection_plan import InjectionPlan, plan_injections
from rubor.pathway.true_scale import ScaleReference

MADE_ON = date(2026, 3, 2)


@pytest.fixture(scope="session")
def astronaut_photo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("portrait") / "astronaut.png"
    Image.fromarray(skimage.data.astronaut()).save(path)
    return path


@pytest.fixture(scope="session")
def astronaut(astronaut_photo: Path) -> FrontalFace:
    return find_frontal_face(astronaut_photo, mirrored=False)


@pytest.fixture(scope="session")
def astronaut_plan(astronaut: FrontalFace) -> InjectionPlan:
    return plan_injections(astronaut, ScaleReference("eye_corners", 90.0), made_on=MADE_ON)


@pytest.fixture(scope="session")
def even_light(shared: Path) -> FrontalFace:
    return find_frontal_face(shared / "videos" / "face_even_light.jpg", mirrored=False)


@pytest.fixture(scope="session")
def even_light_plan(even_light: FrontalFace) -> InjectionPlan:
    return plan_injections(even_light, ScaleReference("iris"), made_on=MADE_ON)
