"""The pulse tells in which direction blood moves the colour."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rubor.errors import InputError
from rubor.measurement.blood_direction import BloodDirection, NoBloodDirection, pulse_direction

FloatArray = npt.NDArray[np.float64]

SKIN = np.array([0.45, 0.17, 0.05])
RATE_BPM = 66.0

seeds = st.integers(0, 2**32 - 1)


def blood_at(angle_deg: float, size: float = 0.01) -> FloatArray:
    """Motion in (ln R, ln G, ln B) with a given angle in the plane (ln R/G, ln B/G)."""
    red, blue = np.cos(np.radians(angle_deg)), np.sin(np.radians(angle_deg))
    return size * (np.array([red, 0.0, blue]) - 1.0)


def beating_skin(
    time: FloatArray,
    blood: FloatArray,
    seed: int = 0,
    channel_noise: tuple[float, float, float] = (0.001, 0.001, 0.001),
) -> FloatArray:
    """Skin with a pulse whose rate wanders, shading out of phase with it, drift and noise."""
    random = np.random.default_rng(seed)
    wander = 1.0 + 0.03 * np.sin(2.0 * np.pi * 0.1 * time + random.uniform(0.0, 6.0))
    phase = 2.0 * np.pi * RATE_BPM / 60.0 * np.cumsum(wander) * np.median(np.diff(time))
    beat = np.sin(phase) + 0.3 * np.sin(2.0 * phase + 1.0)
    shading = 0.002 * np.cos(phase) + 0.01 * np.sin(2.0 * np.pi * 0.3 * time)
    drift = np.outer(time / 60.0, random.normal(0.0, 0.02, 3))
    noise = random.normal(0.0, channel_noise, (len(time), 3))
    skin: FloatArray = SKIN * np.exp(np.outer(beat, blood) + shading[:, None] + drift + noise)
    return skin


def frames(duration_s: float, frame_rate: float = 30.0) -> FloatArray:
    return np.arange(int(duration_s * frame_rate)) / frame_rate


@given(seed=seeds, angle=st.floats(-60.0, 80.0))
@settings(max_examples=40, deadline=None)
def test_a_known_angle_is_found_within_its_error(seed: int, angle: float) -> None:
    time = frames(30.0)
    found = pulse_direction(time, beating_skin(time, blood_at(angle), seed), RATE_BPM)
    assert isinstance(found, BloodDirection)
    assert found.angle_deg == pytest.approx(angle, abs=5.0 * found.standard_error_deg + 1.0)
    assert found.standard_error_deg < 3.0
    assert found.segments == 8


def test_the_standard_error_is_about_the_scatter_between_recordings() -> None:
    time = frames(20.0)
    found = [
        pulse_direction(
            time, beating_skin(time, blood_at(25.0), seed, (0.004, 0.004, 0.004)), RATE_BPM
        )
        for seed in range(60)
    ]
    known = [one for one in found if isinstance(one, BloodDirection)]
    assert len(known) == 60
    scatter = np.std([one.angle_deg for one in known], ddof=1)
    error = np.sqrt(np.mean([one.standard_error_deg**2 for one in known]))
    assert error == pytest.approx(scatter, rel=0.35)


def test_noise_in_the_blue_channel_does_not_turn_the_direction_towards_blue() -> None:
    time = frames(40.0)
    found = [
        pulse_direction(
            time, beating_skin(time, blood_at(25.0), seed, (0.004, 0.004, 0.020)), RATE_BPM
        )
        for seed in range(60)
    ]
    angles = [one.angle_deg for one in found if isinstance(one, BloodDirection)]
    assert len(angles) == 60
    # Without subtracting the power beside the pulse the mean is 29.5 degrees.
    assert np.mean(angles) == pytest.approx(25.0, abs=2.0)


def test_the_direction_is_the_unit_vector_of_the_pulse() -> None:
    time = frames(30.0)
    blood = np.array([-0.002, -0.010, -0.004])
    beat = np.sin(2.0 * np.pi * RATE_BPM / 60.0 * time)
    noise = np.random.default_rng(0).normal(0.0, 0.001, (len(time), 3))
    found = pulse_direction(time, SKIN * np.exp(np.outer(beat, blood) + noise), RATE_BPM)
    assert isinstance(found, BloodDirection)
    direction = np.array(found.direction)
    assert np.linalg.norm(direction) == pytest.approx(1.0)
    assert direction == pytest.approx(blood / np.linalg.norm(blood), abs=0.01)
    plane = np.arctan2(direction[2] - direction[1], direction[0] - direction[1])
    assert np.degrees(plane) == pytest.approx(found.angle_deg)


@given(seed=seeds, gains=st.tuples(*[st.floats(0.2, 5.0)] * 3))
@settings(max_examples=15, deadline=None)
def test_exposure_and_white_balance_change_nothing(
    seed: int, gains: tuple[float, float, float]
) -> None:
    time = frames(20.0)
    skin = beating_skin(time, blood_at(30.0), seed)
    plain = pulse_direction(time, skin, RATE_BPM)
    other = pulse_direction(time, skin * gains, RATE_BPM)
    assert isinstance(plain, BloodDirection)
    assert isinstance(other, BloodDirection)
    assert other.angle_deg == pytest.approx(plain.angle_deg, abs=1e-6)
    assert other.standard_error_deg == pytest.approx(plain.standard_error_deg, abs=1e-6)


@given(seed=seeds)
@settings(max_examples=40, deadline=None)
def test_skin_without_a_pulse_has_hardly_ever_a_direction(seed: int) -> None:
    # One recording in a hundred may pass by chance, three of ten hardly ever.
    time = frames(12.0)
    found = [
        pulse_direction(time, beating_skin(time, np.zeros(3), seed + number), RATE_BPM)
        for number in range(10)
    ]
    assert sum(isinstance(one, BloodDirection) for one in found) <= 2


def test_gaps_cost_segments_not_the_answer() -> None:
    time = frames(30.0)
    skin = beating_skin(time, blood_at(30.0))
    skin[300:360] = np.nan
    found = pulse_direction(np.delete(time, 50), np.delete(skin, 50, axis=0), RATE_BPM)
    assert isinstance(found, BloodDirection)
    assert 4 <= found.segments < 8
    assert found.angle_deg == pytest.approx(30.0, abs=3.0)


@pytest.mark.parametrize(
    ("duration_s", "frame_rate", "words"),
    [(5.0, 30.0, "segments"), (30.0, 4.0, "frames a second"), (0.03, 30.0, "no usable")],
)
def test_short_or_sparse_recordings_have_none_and_say_why(
    duration_s: float, frame_rate: float, words: str
) -> None:
    time = frames(max(duration_s, 2.0 / frame_rate), frame_rate)
    skin = beating_skin(time, blood_at(30.0))
    if duration_s < 1.0:
        skin[:] = np.nan
    found = pulse_direction(time, skin, RATE_BPM)
    assert isinstance(found, NoBloodDirection)
    assert words in found.reason


def test_a_pulse_under_the_noise_has_none_and_says_why() -> None:
    time = frames(12.0)
    skin = beating_skin(time, blood_at(30.0, 0.001), 3, (0.01, 0.01, 0.01))
    found = pulse_direction(time, skin, RATE_BPM)
    assert isinstance(found, NoBloodDirection)
    assert "times the power" in found.reason


def test_constant_colour_has_none() -> None:
    time = frames(12.0)
    assert isinstance(pulse_direction(time, np.tile(SKIN, (360, 1)), RATE_BPM), NoBloodDirection)


def test_bad_arguments_are_refused_with_a_cure() -> None:
    time = frames(12.0)
    with pytest.raises(InputError, match="shape"):
        pulse_direction(time, np.ones((360, 2)), RATE_BPM)
    with pytest.raises(InputError, match="rate"):
        pulse_direction(time, np.ones((360, 3)), float("nan"))
