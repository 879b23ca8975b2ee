"""The scale of a photo, from each thing that can give it, with its error."""

from __future__ import annotations

import numpy as np
import pytest

from rubor.errors import InputError
from rubor.pathway.frontal_face import FrontalFace
from rubor.pathway.true_scale import ScaleReference, true_scale


def test_a_measured_distance_gives_exactly_that_distance(astronaut: FrontalFace) -> None:
    scale = true_scale(astronaut, ScaleReference("eye_corners", 90.0))
    assert scale.mm_per_px * astronaut.eye_corners_px == pytest.approx(90.0, rel=1e-3)
    assert 0.02 < scale.relative_sd < 0.06


def test_iris_and_measured_distances_of_one_face_agree_within_their_errors(
    astronaut: FrontalFace,
) -> None:
    """The pupils of adults are 63 mm apart on average, SD 3.6 (Dodgson 2004)."""
    iris = true_scale(astronaut, ScaleReference("iris"))
    pupils = true_scale(astronaut, ScaleReference("pupils", 63.0))
    apart = abs(np.log(iris.mm_per_px / pupils.mm_per_px))
    assert apart < 2.0 * np.hypot(np.hypot(iris.relative_sd, pupils.relative_sd), 3.6 / 63.0)


def test_a_thing_of_known_size_gives_its_size_and_a_larger_error(astronaut: FrontalFace) -> None:
    ends = ((100.0, 300.0), (160.0, 300.0))
    scale = true_scale(astronaut, ScaleReference("object", 85.6, ends))
    assert scale.mm_per_px == pytest.approx(85.6 / 60.0, rel=1e-4)
    shorter = true_scale(astronaut, ScaleReference("object", 60.0, (ends[0], (142.0, 300.0))))
    assert shorter.relative_sd > scale.relative_sd > 0.03


def test_an_unusual_face_is_noted(even_light: FrontalFace) -> None:
    assert true_scale(even_light, ScaleReference("eye_corners", 75.0)).notes
    assert not true_scale(even_light, ScaleReference("eye_corners", 90.0)).notes


@pytest.mark.parametrize(
    ("reference", "message"),
    [
        (ScaleReference("eye_corners", 20.0), "not what an adult has"),
        (ScaleReference("pupils"), "not what an adult has"),
        (ScaleReference("object", 85.6), "two ends"),
        (ScaleReference("object", 85.6, ((10.0, 10.0), (20.0, 10.0))), "only 10 pixels"),
        (ScaleReference("object", 85.6, ((10.0, 10.0), (900.0, 10.0))), "outside the photo"),
        (ScaleReference("object", 85.6, ((10.0, 10.0), (400.0, 10.0))), "no adult has that"),
        (ScaleReference("colour_card", 100.0), "no colour card"),
        (ScaleReference("colour_card"), "width of the card"),
    ],
)
def test_an_impossible_scale_is_refused_with_a_cure(
    astronaut: FrontalFace, reference: ScaleReference, message: str
) -> None:
    with pytest.raises(InputError, match=message) as caught:
        true_scale(astronaut, reference)
    assert caught.value.cure
