"""Naming a shift of the face's colour."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rubor.errors import InputError
from rubor.measurement.colour_shift import name_shift

SD = 0.002


def along(angle_deg: float, size: float = 0.03, brightness: float = 0.0) -> np.ndarray:
    """A shift of ln R, ln G, ln B in this direction of (ln R/G, ln B/G)."""
    angle = np.radians(angle_deg)
    return brightness + size * np.array([np.cos(angle), 0.0, np.sin(angle)])


STILL = np.zeros(3)

# --- the face alone ----------------------------------------------------------------------------


@pytest.mark.parametrize("angle_deg", [-58.0, -52.0, -45.0, 122.0, 135.0])
def test_colour_temperature_is_told_from_the_face_alone(angle_deg: float) -> None:
    name = name_shift(along(angle_deg), SD, None, None)
    assert name.kind == "colour temperature"
    assert ("warmer" if angle_deg < 0 else "cooler") in name.sentence
    assert name.angle_deg == pytest.approx(angle_deg)


@pytest.mark.parametrize(
    "angle_deg",
    [
        pytest.param(0.0, id="red gain"),
        pytest.param(25.0, id="blood in a skin model"),
        pytest.param(44.0, id="pulse of a real face"),
        pytest.param(45.0, id="green tint"),
        pytest.param(-155.0, id="blood that leaves"),
    ],
)
def test_red_gain_green_tint_and_blood_are_not_separable_on_the_face_alone(
    angle_deg: float,
) -> None:
    name = name_shift(along(angle_deg), SD, None, None)
    assert name.kind == "not separable"
    assert "without a reference" in name.sentence


def test_a_blue_gain_is_neither() -> None:
    assert name_shift(along(90.0), SD, None, None).kind == "other"


def test_a_shift_within_its_noise_has_no_name() -> None:
    name = name_shift(along(25.0, size=0.003), SD, None, None)
    assert name.kind == "none"
    assert name.angle_deg is None


def test_a_noisy_shift_is_not_given_a_direction() -> None:
    name = name_shift(along(-20.0, size=0.03), 0.008, None, None)
    assert name.kind == "not separable"
    assert "noisy" in name.sentence


# --- with a background -------------------------------------------------------------------------


@pytest.mark.parametrize("angle_deg", [-52.0, 0.0, 45.0, 90.0])
def test_what_the_background_does_alike_is_light(angle_deg: float) -> None:
    shift = along(angle_deg)
    assert name_shift(shift, SD, shift, SD).kind == "shared light"


@pytest.mark.parametrize(("angle_deg", "words"), [(25.0, "more blood"), (-140.0, "less blood")])
def test_a_shift_along_blood_that_the_background_lacks_is_blood(
    angle_deg: float, words: str
) -> None:
    name = name_shift(along(angle_deg), SD, STILL, SD)
    assert name.kind == "blood"
    assert words in name.sentence


def test_blood_is_seen_though_the_white_balance_took_it_off_the_face() -> None:
    light = along(0.0, size=-0.03)
    name = name_shift(along(30.0) + light, SD, light, SD)
    assert name.kind == "blood"
    assert name.log_r_over_g == pytest.approx(0.03 * np.cos(np.radians(30)))


def test_a_red_gain_on_the_face_only_is_not_blood() -> None:
    assert name_shift(along(0.0, size=0.05), SD, STILL, SD).kind == "other"


def test_a_screen_that_warms_the_face_only_is_named() -> None:
    name = name_shift(along(-50.0), SD, STILL, SD)
    assert name.kind == "colour temperature"
    assert "screen" in name.sentence


def test_the_tenth_by_which_skin_follows_light_more_than_grey_is_not_called_blood() -> None:
    # A large change of light: what is left on skin is 10 % of it (optics of skin against grey).
    light = along(0.0, size=0.2)
    assert name_shift(1.1 * light, SD, light, SD).kind == "shared light"


def test_a_background_too_noisy_to_tell_says_so() -> None:
    name = name_shift(along(25.0), SD, STILL, 0.03)
    assert name.kind == "not separable"
    assert "noisy" in name.sentence


def test_the_blood_direction_of_the_recording_widens_what_blood_can_be() -> None:
    shift = along(65.0, size=0.05)
    assert name_shift(shift, SD, STILL, SD).kind == "other"
    assert name_shift(shift, SD, STILL, SD, blood_direction_deg=62.0).kind == "blood"


# --- what must not matter ----------------------------------------------------------------------


@given(st.floats(-180, 180), st.floats(-0.5, 0.5), st.booleans())
@settings(max_examples=100)
def test_brightness_does_not_matter(angle: float, brightness: float, reference: bool) -> None:
    background = STILL if reference else None
    dark, bright = (
        name_shift(along(angle, brightness=b), SD, background, SD).kind for b in (0.0, brightness)
    )
    assert dark == bright


@given(st.floats(-180, 180), st.floats(0.0, 0.2))
@settings(max_examples=100)
def test_the_face_alone_never_gives_blood(angle: float, size: float) -> None:
    assert name_shift(along(angle, size), SD, None, None).kind != "blood"


def test_what_cannot_be_judged_is_refused() -> None:
    with pytest.raises(InputError, match="shape"):
        name_shift([0.1, 0.2], SD, None, None)
    with pytest.raises(InputError, match="unknown"):
        name_shift([0.1, np.nan, 0.0], SD, None, None)
    with pytest.raises(InputError, match="error above zero"):
        name_shift(STILL, 0.0, None, None)
    with pytest.raises(InputError, match="no standard error"):
        name_shift(STILL, SD, STILL, None)
