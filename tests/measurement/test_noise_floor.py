"""The noise floor tells what change this recording can show."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rubor.errors import InputError
from rubor.measurement.noise_floor import allan_deviation, block_means, noise_floor

FloatArray = npt.NDArray[np.float64]

FRAME_RATE = 30.0
# Frequency data of NBS Monograph 140, annex 8.E, as in NIST Special Publication 1065 (Riley,
# Handbook of frequency stability analysis, 2008), table 31.
NBS_DATA = [892.0, 809.0, 823.0, 798.0, 671.0, 644.0, 883.0, 903.0, 677.0]

seeds = st.integers(0, 2**32 - 1)


def white_noise(seed: int, duration_s: float, sd: float = 1.0) -> tuple[FloatArray, FloatArray]:
    time = np.arange(int(duration_s * FRAME_RATE)) / FRAME_RATE
    return time, np.random.default_rng(seed).normal(0.0, sd, len(time))


def test_allan_deviation_of_the_standard_data_is_the_published_one() -> None:
    assert allan_deviation(range(9), NBS_DATA, 1.0) == pytest.approx(91.22945, abs=1e-5)
    assert allan_deviation(range(8), NBS_DATA[:8], 2.0) == pytest.approx(115.8082, abs=1e-4)


@pytest.mark.parametrize("averaging_time_s", [1.0, 10.0])
def test_white_noise_gives_the_theoretical_floor(averaging_time_s: float) -> None:
    time, values = white_noise(1, 3000.0, sd=0.004)
    theory = 1.96 * np.sqrt(2.0) * 0.004 / np.sqrt(averaging_time_s * FRAME_RATE)
    floor = noise_floor(time, values, averaging_time_s)
    # 300 blocks tell a deviation to about 5 %, one standard error.
    assert floor.value == pytest.approx(theory, rel=0.12)
    assert floor.blocks == 3000.0 / averaging_time_s


def test_differences_of_block_means_exceed_the_floor_once_in_twenty() -> None:
    time, values = white_noise(2, 4000.0)
    floor = noise_floor(time[: 2000 * 30], values[: 2000 * 30], 1.0).value
    later = block_means(time, values, 1.0).mean[2000:]
    exceeded = np.mean(np.abs(later[1::2] - later[::2]) > floor)
    assert exceeded == pytest.approx(0.05, abs=0.02)


def test_a_pure_drift_gives_its_step_between_blocks_over_root_two() -> None:
    time = np.arange(0.0, 60.0, 0.1)
    assert allan_deviation(time, 0.003 * time, 1.0) == pytest.approx(0.003 / np.sqrt(2.0))


@given(seed=seeds)
@settings(max_examples=40, deadline=None)
def test_slow_drift_raises_the_floor_though_the_frame_noise_is_the_same(seed: int) -> None:
    time, values = white_noise(seed, 60.0)
    still = noise_floor(time, values, 1.0).value
    drifting = noise_floor(time, values + 0.5 * time, 1.0).value
    assert still is not None
    assert drifting is not None
    assert drifting > 1.2 * still


@given(seed=seeds)
@settings(max_examples=40, deadline=None)
def test_a_slow_wave_raises_the_floor_above_the_white_noise_estimate(seed: int) -> None:
    time, values = white_noise(seed, 60.0)
    values = values + 2.0 * np.sin(2.0 * np.pi * time / 12.0)
    floor = noise_floor(time, values, 1.0).value
    assert floor is not None
    assert floor > 1.2 * 1.96 * np.sqrt(2.0) * values.std() / np.sqrt(FRAME_RATE)


@given(seed=seeds, factor=st.floats(-1e3, 1e3).filter(lambda c: abs(c) > 1e-3))
@settings(max_examples=40, deadline=None)
def test_scaling_the_trace_scales_the_floor(seed: int, factor: float) -> None:
    time, values = white_noise(seed, 20.0)
    floor = noise_floor(time, values, 1.0).value
    assert floor is not None
    assert noise_floor(time, factor * values, 1.0).value == pytest.approx(abs(factor) * floor)


@given(seed=seeds, offset=st.floats(-1e3, 1e3), later=st.floats(0.0, 1e4))
@settings(max_examples=40, deadline=None)
def test_shifting_the_trace_in_value_or_time_changes_nothing(
    seed: int, offset: float, later: float
) -> None:
    time, values = white_noise(seed, 20.0)
    shifted = noise_floor(time + later, values + offset, 1.0)
    assert shifted.value == pytest.approx(noise_floor(time, values, 1.0).value, rel=1e-6)


@given(seed=seeds, share=st.floats(0.0, 0.95), missing=st.booleans())
@settings(max_examples=40, deadline=None)
def test_gaps_never_give_nan(seed: int, share: float, missing: bool) -> None:
    time, values = white_noise(seed, 30.0)
    random = np.random.default_rng(seed)
    # Runs of lost frames, as when a face turns away.
    lost = np.repeat(random.random(60) < share, len(time) // 60)
    values[lost] = np.nan
    floor = (
        noise_floor(time[~lost], values[~lost], 1.0) if missing else noise_floor(time, values, 1.0)
    )
    if floor.value is None:
        assert floor.reason
    else:
        assert np.isfinite(floor.value)
        assert floor.value > 0
        assert floor.reason is None


def test_lost_frames_and_frames_written_as_nan_are_the_same() -> None:
    time, values = white_noise(3, 30.0)
    lost = (np.arange(len(time)) // 17) % 5 == 1
    values[lost] = np.nan
    assert noise_floor(time[~lost], values[~lost], 1.0) == noise_floor(time, values, 1.0)


def test_uneven_frames_give_the_floor_of_their_blocks() -> None:
    random = np.random.default_rng(4)
    time = np.cumsum(random.uniform(0.5, 1.5, 60_000) / FRAME_RATE)
    values = random.normal(0.0, 1.0, len(time))
    theory = 1.96 * np.sqrt(2.0 / FRAME_RATE)
    assert noise_floor(time, values, 1.0).value == pytest.approx(theory, rel=0.1)


def test_a_block_counts_from_half_of_its_samples_on() -> None:
    time = np.arange(0.0, 8.0, 0.1)
    values = np.ones(len(time))
    values[20:25] = np.nan  # half of the third block
    assert len(block_means(time, values, 1.0).mean) == 8
    values[25] = np.nan
    blocks = block_means(time, values, 1.0)
    assert len(blocks.mean) == 7
    assert blocks.follows.tolist() == [False, True, False, True, True, True, True]


def test_a_step_across_a_gap_does_not_count() -> None:
    time = np.arange(0.0, 20.0, 0.1)
    values = np.where(time < 10.0, 0.0, 5.0)
    assert allan_deviation(time, values, 1.0) == pytest.approx(5.0 / np.sqrt(2.0 * 19.0))
    gap = (time > 8.95) & (time < 10.95)
    assert allan_deviation(time, np.where(gap, np.nan, values), 1.0) == 0.0
    assert allan_deviation(time[~gap], values[~gap], 1.0) == 0.0


def test_a_step_between_segments_does_not_count() -> None:
    time = np.arange(0.0, 20.0, 0.1)
    values = np.where(time < 9.95, 0.0, 5.0)
    assert allan_deviation(time, values, 1.0, segment=time < 9.95) == 0.0


def test_blocks_start_anew_with_each_segment() -> None:
    time = np.arange(0.0, 6.0, 0.1)
    blocks = block_means(time, time, 1.0, segment=np.where(time < 2.45, "a", "b"))
    assert blocks.mean == pytest.approx([0.45, 1.45, 2.2, 2.95, 3.95, 4.95, 5.7])
    assert blocks.follows.tolist() == [False, True, True, False, True, True, True]


def test_too_short_a_recording_has_no_floor_and_says_why() -> None:
    time, values = white_noise(5, 30.0)
    floor = noise_floor(time, values, 10.0)
    assert floor.value is None
    assert floor.blocks == 3
    assert floor.reason == "too few blocks of 10 s: 3 (at least 6)"


def test_blocks_without_neighbours_give_no_floor_and_say_why() -> None:
    time, values = white_noise(6, 20.0)
    values[time.astype(int) % 2 == 1] = np.nan
    floor = noise_floor(time, values, 1.0)
    assert floor.value is None
    assert floor.blocks == 10
    assert floor.reason is not None
    assert "adjacent" in floor.reason
    assert np.isnan(allan_deviation(time, values, 1.0))


def test_nothing_measured_is_no_floor() -> None:
    time = np.arange(0.0, 30.0, 0.1)
    assert noise_floor(time, np.full(len(time), np.nan), 1.0).value is None
    assert noise_floor([], [], 1.0).blocks == 0


def test_bad_arguments_are_refused_with_a_cure() -> None:
    time, values = white_noise(7, 10.0)
    for arguments in (
        (time, values, 0.0, None),
        (time, values[:, None], 1.0, None),
        (time[::-1], values, 1.0, None),
        (time, values, 1.0, [1, 2]),
    ):
        with pytest.raises(InputError) as refusal:
            noise_floor(*arguments)
        assert refusal.value.cure
