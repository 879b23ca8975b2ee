"""The pulse rate is found where there is a pulse, and only there."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rubor.errors import InputError
from rubor.measurement.pulse import Method, chrom_wave, estimate_pulse, pos_wave

FloatArray = npt.NDArray[np.float64]

METHODS: tuple[Method, ...] = ("POS", "CHROM")
SKIN = np.array([0.45, 0.17, 0.05])
# Size of a pulse in ln R, ln G, ln B: that of the real face in probes, about 1 % in ln R/G.
BLOOD = np.array([-0.0025, -0.0100, -0.0025])

seeds = st.integers(0, 2**32 - 1)


def beating_skin(
    time: FloatArray, rate_bpm: float, seed: int = 0, noise: float = 0.001, pulse: float = 1.0
) -> FloatArray:
    """Skin with a pulse, its first harmonic, brightness motion, slow drift and camera noise."""
    random = np.random.default_rng(seed)
    phase = 2.0 * np.pi * rate_bpm / 60.0 * time + random.uniform(0.0, 2.0 * np.pi)
    beat = np.sin(phase) + 0.3 * np.sin(2.0 * phase + 1.0)
    shading = 0.01 * np.sin(2.0 * np.pi * 0.3 * time) + random.normal(0.0, noise, len(time))
    drift = np.outer(time / 60.0, random.normal(0.0, 0.02, 3))
    camera = random.normal(0.0, noise, (len(time), 3))
    change = pulse * np.outer(beat, BLOOD) + shading[:, None] + drift + camera
    skin: FloatArray = SKIN * np.exp(change)
    return skin


def frames(duration_s: float, frame_rate: float = 30.0) -> FloatArray:
    return np.arange(int(duration_s * frame_rate)) / frame_rate


@pytest.mark.parametrize("method", METHODS)
@given(seed=seeds, rate=st.floats(45.0, 170.0), frame_rate=st.sampled_from([15.0, 25.0, 30.0]))
@settings(max_examples=25, deadline=None)
def test_a_known_pulse_is_found(method: Method, seed: int, rate: float, frame_rate: float) -> None:
    time = frames(15.0, frame_rate)
    pulse = estimate_pulse(time, beating_skin(time, rate, seed), method=method)
    assert pulse.reason is None
    assert pulse.rate_bpm == pytest.approx(rate, abs=1.0)
    assert pulse.method == method


@pytest.mark.parametrize("method", METHODS)
@given(seed=seeds)
@settings(max_examples=25, deadline=None)
def test_skin_without_a_pulse_has_no_rate(method: Method, seed: int) -> None:
    time = frames(12.0)
    pulse = estimate_pulse(time, beating_skin(time, 60.0, seed, pulse=0.0), method=method)
    assert pulse.rate_bpm is None
    assert pulse.reason is not None
    assert pulse.snr_db is None or pulse.snr_db < 3.0


@pytest.mark.parametrize("method", METHODS)
def test_the_signal_to_noise_ratio_falls_with_the_noise(method: Method) -> None:
    time = frames(30.0)
    ratios = [
        estimate_pulse(time, beating_skin(time, 66.0, noise=noise), method=method).snr_db
        for noise in (0.001, 0.01, 0.1)
    ]
    assert ratios[0] > ratios[1] > ratios[2]


@pytest.mark.parametrize("method", METHODS)
@given(seed=seeds, exposure=st.floats(1e-3, 1e3), red=st.floats(0.5, 2.0), blue=st.floats(0.5, 2.0))
@settings(max_examples=15, deadline=None)
def test_exposure_and_white_balance_change_nothing(
    method: Method, seed: int, exposure: float, red: float, blue: float
) -> None:
    time = frames(10.0)
    skin = beating_skin(time, 72.0, seed)
    plain = estimate_pulse(time, skin, method=method)
    other = estimate_pulse(time, skin * exposure * [red, 1.0, blue], method=method)
    assert other.rate_bpm == pytest.approx(plain.rate_bpm, rel=1e-6)
    assert other.snr_db == pytest.approx(plain.snr_db, abs=1e-6)


@pytest.mark.parametrize("method", METHODS)
def test_coded_values_give_the_same_rate_as_linear_ones(method: Method) -> None:
    time = frames(15.0)
    skin = beating_skin(time, 72.0)
    linear = estimate_pulse(time, skin, method=method).rate_bpm
    assert estimate_pulse(time, 255.0 * skin ** (1 / 2.2), method=method).rate_bpm == pytest.approx(
        linear, abs=0.2
    )


@given(seed=seeds, frame_rate=st.sampled_from([12.0, 29.97, 60.0]))
@settings(max_examples=15, deadline=None)
def test_pos_is_the_sum_over_windows_that_its_paper_defines(seed: int, frame_rate: float) -> None:
    skin = beating_skin(frames(9.0, frame_rate), 75.0, seed)
    length = int(np.ceil(1.6 * frame_rate))
    expected = np.zeros(len(skin))
    for start in range(len(skin) - length + 1):  # algorithm 1 of Wang et al. 2017
        red, green, blue = (window := skin[start : start + length].T) / window.mean(1)[:, None]
        first, second = green - blue, green + blue - 2.0 * red
        beat = first + first.std() / second.std() * second
        expected[start : start + length] += beat - beat.mean()
    # Ours rises with blood, the paper's with brightness.
    assert pos_wave(skin, frame_rate) == pytest.approx(-expected, abs=1e-6 * expected.std())


@pytest.mark.parametrize("wave", [pos_wave, chrom_wave])
def test_the_wave_rises_with_blood(wave: object) -> None:
    assert callable(wave)
    time = frames(10.0)
    blood = np.sin(2.0 * np.pi * 1.1 * time)
    inner = slice(60, -60)
    found = wave(SKIN * np.exp(np.outer(blood, BLOOD)), 30.0)
    assert np.corrcoef(found[inner], blood[inner])[0, 1] > 0.97


@pytest.mark.parametrize("wave", [pos_wave, chrom_wave])
def test_brightness_alone_makes_no_wave(wave: object) -> None:
    assert callable(wave)
    time = frames(10.0)
    shading = 1.0 + 0.01 * np.sin(2.0 * np.pi * 1.1 * time)
    blood = SKIN * np.exp(np.outer(np.sin(2.0 * np.pi * 1.1 * time), BLOOD))
    assert wave(np.outer(shading, SKIN), 30.0).std() < 0.02 * wave(blood, 30.0).std()


@pytest.mark.parametrize("method", METHODS)
def test_short_gaps_are_bridged(method: Method) -> None:
    time = frames(15.0)
    skin = beating_skin(time, 80.0)
    skin[100:105] = np.nan
    skin[300] = 0.0  # black, as a lost frame is written
    pulse = estimate_pulse(np.delete(time, 200), np.delete(skin, 200, axis=0), method=method)
    assert pulse.rate_bpm == pytest.approx(80.0, abs=1.0)


@pytest.mark.parametrize("method", METHODS)
def test_stretches_on_both_sides_of_a_long_gap_are_used(method: Method) -> None:
    time = frames(30.0)
    skin = beating_skin(time, 80.0)
    skin[400:450] = np.nan
    assert estimate_pulse(time, skin, method=method).rate_bpm == pytest.approx(80.0, abs=1.0)


def test_stretches_under_eight_seconds_give_no_rate_and_say_why() -> None:
    time = frames(15.0)
    skin = beating_skin(time, 80.0)
    skin[220:240] = np.nan
    pulse = estimate_pulse(time, skin)
    assert (pulse.rate_bpm, pulse.snr_db) == (None, None)
    assert pulse.reason == "no stretch without a gap lasts 8 s"


def test_eight_seconds_are_enough() -> None:
    time = frames(8.0)
    assert estimate_pulse(time, beating_skin(time, 70.0)).rate_bpm == pytest.approx(70.0, abs=2.0)


def test_uneven_frames_give_the_rate() -> None:
    random = np.random.default_rng(8)
    time = np.cumsum(random.uniform(0.5, 1.5, 600) / 30.0)
    assert estimate_pulse(time, beating_skin(time, 64.0)).rate_bpm == pytest.approx(64.0, abs=1.0)


def test_too_few_frames_a_second_give_no_rate_and_say_why() -> None:
    time = frames(30.0, 8.0)
    assert "8.0 frames a second" in (estimate_pulse(time, beating_skin(time, 70.0)).reason or "")


@pytest.mark.parametrize("method", METHODS)
def test_constant_or_missing_colour_gives_no_rate(method: Method) -> None:
    time = frames(10.0)
    assert estimate_pulse(time, np.tile(SKIN, (300, 1)), method=method).rate_bpm is None
    assert estimate_pulse(time, np.full((300, 3), np.nan), method=method).rate_bpm is None
    assert estimate_pulse([], np.empty((0, 3)), method=method).rate_bpm is None


def test_bad_arguments_are_refused_with_a_cure() -> None:
    time = frames(10.0)
    with pytest.raises(InputError, match="shape"):
        estimate_pulse(time, np.ones((300, 2)))
    with pytest.raises(InputError, match="method"):
        estimate_pulse(time, np.ones((300, 3)), method="ICA")  # type: ignore[arg-type]
