"""Reading the drift of the light from background patches seen by a simulated 8-bit 4:2:0 camera."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rubor.errors import InputError
from rubor.measurement.light_reference import LightReference, background_light, card_light
from rubor.optics.transfer import srgb_decode, srgb_encode
from rubor.vision.colour_coding import ycbcr_to_rgb_matrix
from rubor.vision.colour_correction import reference_linear_rgb

FloatArray = npt.NDArray[np.float64]

FPS = 15
TIME = np.arange(0, 20, 1 / FPS)
BASELINE = (0.0, 3.0)
IN_BASELINE = TIME <= 3.0
PATCH = 16

# Greys of a room, 0.12 to 0.6 of white, each with a slight tint as paint and paper have.
GREYS = np.geomspace(0.12, 0.6, 12)[:, None] * np.exp(
    np.random.default_rng(7).normal(0.0, 0.04, (12, 3))
)
ONE_WALL = np.full((12, 3), 0.3)
RED_WALL = np.array([0.40, 0.10, 0.10])

LOG_RATIO_OF_0_004_EI = 0.004 * np.log(10)


class Seen(NamedTuple):
    """What the camera stored of the patches."""

    rgb: FloatArray
    chroma_sd: FloatArray
    clipped: FloatArray


def camera(light: FloatArray, noise_levels: float, seed: int = 0) -> Seen:
    """Patches of even light (n, p, 3) through noise, BT.601 limited, 8-bit 4:2:0, and back."""
    random = np.random.default_rng(seed)
    to_rgb = ycbcr_to_rgb_matrix("bt601")
    frames, patches, _ = light.shape
    seen = Seen(np.empty(light.shape), np.empty((frames, patches)), np.empty((frames, patches)))
    for patch in range(patches):
        coded = 255 * srgb_encode(light[:, patch])[:, None, None]
        noise = random.normal(0, 1, (frames, PATCH, PATCH, 3)) * noise_levels
        coded = np.clip(coded + noise, 0, 255) / 255
        seen.clipped[:, patch] = (coded >= 250 / 255).any(axis=3).mean(axis=(1, 2))
        ycbcr = coded @ np.linalg.inv(to_rgb).T
        luma = np.round(16 + 219 * ycbcr[..., 0])
        half = PATCH // 2
        blocks = ycbcr[..., 1:].reshape(frames, half, 2, half, 2, 2).mean(axis=(2, 4))
        chroma = np.round(128 + 224 * blocks)
        seen.chroma_sd[:, patch] = chroma[..., 1].std(axis=(1, 2))
        upsampled = chroma.repeat(2, axis=1).repeat(2, axis=2)
        back = np.concatenate([((luma - 16) / 219)[..., None], (upsampled - 128) / 224], axis=3)
        linear = srgb_decode(np.clip(back @ to_rgb.T, 0, 1))
        seen.rgb[:, patch] = linear.mean(axis=(1, 2))
    return seen


def lit(surfaces: FloatArray, log_gain: FloatArray) -> FloatArray:
    """Surfaces (p, 3) under light with ln gains (n, 3) of R, G, B."""
    return surfaces * np.exp(log_gain)[:, None, :]


def red_green_drift(log_ratio: FloatArray) -> FloatArray:
    return np.stack([log_ratio / 2, -log_ratio / 2, np.zeros_like(log_ratio)], axis=1)


# R/G from 0.98 to 1.02: 17.4e-3 EI (0.040 in ln) from trough to peak.
SLOW_DRIFT = np.log(1 + 0.02 * np.sin(2 * np.pi * TIME / 20))
STEADY = np.zeros((len(TIME), 3))


def read(seen: Seen) -> LightReference:
    return background_light(TIME, *seen, baseline_s=BASELINE)


def error_of(light: LightReference, log_ratio: FloatArray) -> FloatArray:
    return light.log_r_over_g_drift - (log_ratio - log_ratio[IN_BASELINE].mean())


def means_of_1_s(values: FloatArray) -> FloatArray:
    return values.reshape(-1, FPS).mean(axis=1)


# --- how well a drift is read ------------------------------------------------------------------


@pytest.mark.parametrize("surfaces", [GREYS, ONE_WALL], ids=["greys", "one wall"])
def test_a_slow_drift_is_read_to_0_004_ei_through_8_bit_noise(surfaces: FloatArray) -> None:
    light = read(camera(lit(surfaces, red_green_drift(SLOW_DRIFT)), noise_levels=2.0))
    error = error_of(light, SLOW_DRIFT)
    assert light.kind == "background"
    assert light.patches_used == 12
    assert light.reason is None
    assert not light.quantisation_limited
    assert np.abs(means_of_1_s(error)).max() < LOG_RATIO_OF_0_004_EI
    # In truth far better: 0.2e-3 EI before an encoder comes in.
    assert np.abs(means_of_1_s(error)).max() < 0.0005 * np.log(10)


@pytest.mark.parametrize("surfaces", [GREYS, ONE_WALL], ids=["greys", "one wall"])
def test_without_noise_the_rounding_is_said_to_limit_and_the_sd_covers_the_error(
    surfaces: FloatArray,
) -> None:
    light = read(camera(lit(surfaces, red_green_drift(SLOW_DRIFT)), noise_levels=0.0))
    assert light.quantisation_limited
    assert light.reason is not None and "rounding" in light.reason
    # A standard deviation, not a bound: 95 % of errors lie within 1.96 of it.
    assert (np.abs(error_of(light, SLOW_DRIFT)) < 1.96 * light.drift_sd).all()
    # One 8-bit chroma level is 13 to 18e-3 EI (probes); the difference of two roundings has the
    # standard deviation of a level over sqrt(6).
    # (at its least: what the patches disagree about comes on top).
    assert 0.012 < light.drift_sd.min() / np.log(10) * np.sqrt(6) < 0.020


def test_without_noise_half_the_drift_is_lost_on_one_wall() -> None:
    # Measured before building: "about half the drift is lost in quantisation".
    light = read(camera(lit(ONE_WALL, red_green_drift(SLOW_DRIFT)), noise_levels=0.0))
    assert np.abs(means_of_1_s(error_of(light, SLOW_DRIFT))).max() > 0.008 * np.log(10)


@pytest.mark.parametrize("noise_levels", [0.3, 0.5, 0.75, 1.0, 1.5, 3.0])
def test_the_sd_follows_the_error_from_too_little_noise_to_plenty(noise_levels: float) -> None:
    light = read(camera(lit(ONE_WALL, red_green_drift(SLOW_DRIFT)), noise_levels))
    z = error_of(light, SLOW_DRIFT) / light.drift_sd
    assert np.sqrt(np.mean(z**2)) < 1.5
    assert np.abs(z).max() < 4.0


def test_ten_bits_without_noise_round_four_times_finer() -> None:
    still = np.broadcast_to(ONE_WALL, (len(TIME), 12, 3))
    eight, ten = (
        background_light(TIME, still, 0.0, 0.0, baseline_s=BASELINE, bit_depth=bits)
        for bits in (8, 10)
    )
    assert eight.quantisation_limited and ten.quantisation_limited
    np.testing.assert_allclose(ten.drift_sd, eight.drift_sd / 4)


def test_a_steady_light_gives_no_drift_and_a_small_sd() -> None:
    light = read(camera(lit(GREYS, STEADY), noise_levels=2.0))
    assert np.abs(means_of_1_s(light.log_r_over_g_drift)).max() < 0.0005 * np.log(10)
    assert np.median(light.drift_sd) < 0.001 * np.log(10)


def test_an_exposure_ramp_is_no_colour_drift() -> None:
    ramp = np.linspace(-0.5, 0.4, len(TIME))
    light = read(camera(lit(GREYS, np.repeat(ramp[:, None], 3, axis=1)), noise_levels=2.0))
    assert np.abs(means_of_1_s(light.log_r_over_g_drift)).max() < 0.001 * np.log(10)
    assert np.abs(means_of_1_s(light.log_b_over_g_drift)).max() < 0.002 * np.log(10)
    expected = ramp - ramp[IN_BASELINE].mean()
    assert np.abs(light.log_g_drift - expected)[:-FPS].max() < 0.02


@pytest.mark.parametrize("noise_levels", [2.0, 8.0])
def test_a_lamp_switched_on_is_over_within_a_second(noise_levels: float) -> None:
    on = (TIME >= 10.0).astype(float)
    light = read(camera(lit(GREYS[:9], on[:, None] * [0.25, 0.10, -0.15]), noise_levels))
    away = np.abs(TIME - 10.0) > 0.5
    assert light.kind == "background"
    for drift, step in (
        (light.log_r_over_g_drift, 0.15),
        (light.log_b_over_g_drift, -0.25),
        (light.log_g_drift, 0.10),
    ):
        assert np.abs(drift - step * on)[away].max() < 0.02


def test_a_drift_is_followed_to_the_last_frame_without_lag() -> None:
    # The same noise without the drift, so that only what smoothing does to the drift remains.
    steep = 0.01 * TIME
    drifting, steady = (
        read(camera(lit(GREYS[:6], red_green_drift(drift)), noise_levels=8.0))
        for drift in (steep, 0 * steep)
    )
    lag = error_of(drifting, steep) - steady.log_r_over_g_drift
    # A mean over the last half second alone would lag by 0.0025.
    assert np.abs(lag[-5:]).max() < 0.001
    assert np.abs(lag[:5]).max() < 0.001


def test_light_that_differs_from_place_to_place_widens_the_sd() -> None:
    drift = 5 * SLOW_DRIFT
    place = 1 + 0.2 * np.random.default_rng(3).normal(size=12)
    gains = red_green_drift(drift)[:, None, :] * place[:, None]
    uneven = read(camera(GREYS * np.exp(gains), noise_levels=2.0))
    even = read(camera(lit(GREYS, red_green_drift(drift)), noise_levels=2.0))
    assert uneven.kind == even.kind == "background"
    peak = np.argmax(np.abs(drift))
    assert uneven.drift_sd[peak] > 1.5 * even.drift_sd[peak]
    z = error_of(uneven, drift) / uneven.drift_sd
    assert np.sqrt(np.mean(z**2)) < 1.5


# --- which patches count -----------------------------------------------------------------------


def test_patches_that_a_person_walks_through_are_left_out() -> None:
    light = lit(GREYS, red_green_drift(SLOW_DRIFT))
    random = np.random.default_rng(5)
    for patch in (2, 3, 4, 5):
        there = np.abs(TIME - patch - 5.5) < 3.5
        clothes = 0.2 * np.exp(random.normal(0, 0.3, (int(there.sum()), 3)))
        light[there, patch] = clothes
    seen = read(camera(light, noise_levels=2.0))
    assert seen.patches_used == 8
    assert np.abs(means_of_1_s(error_of(seen, SLOW_DRIFT))).max() < LOG_RATIO_OF_0_004_EI


def test_a_hand_that_passes_for_a_second_costs_only_that_second() -> None:
    light = lit(GREYS, red_green_drift(SLOW_DRIFT))
    passing = (TIME > 8) & (TIME < 9)
    light[np.ix_(passing, [0, 1, 2])] = (0.56, 0.28, 0.21)
    seen = read(camera(light, noise_levels=2.0))
    assert seen.patches_used == 12
    assert np.abs(means_of_1_s(error_of(seen, SLOW_DRIFT))).max() < 0.001 * np.log(10)


def test_a_background_that_moves_everywhere_is_refused_with_the_reason() -> None:
    moving = GREYS * np.exp(np.random.default_rng(0).normal(0, 0.2, (len(TIME), 12, 3)))
    light = background_light(TIME, moving, 1.0, 0.0, baseline_s=BASELINE)
    assert light.kind == "none"
    assert light.patches_used == 0
    assert light.reason is not None and "moves" in light.reason
    assert np.isnan(light.log_r_over_g_drift).all()
    assert np.isnan(light.drift_sd).all()


def test_a_red_wall_is_not_chosen_over_a_grey_one() -> None:
    surfaces = np.concatenate([np.tile(RED_WALL, (9, 1)), GREYS[:5]])
    gains = red_green_drift(SLOW_DRIFT)[:, None, :] * np.where(np.arange(14) < 9, 1.1, 1.0)[:, None]
    light = read(camera(surfaces * np.exp(gains), noise_levels=2.0))
    assert light.patches_used == 5
    assert light.reason is None
    assert np.abs(means_of_1_s(error_of(light, SLOW_DRIFT))).max() < 0.001 * np.log(10)


def test_a_red_wall_alone_serves_with_a_reason_and_a_wider_sd() -> None:
    drift = 3 * SLOW_DRIFT
    red = read(camera(lit(np.tile(RED_WALL, (8, 1)), red_green_drift(drift)), noise_levels=2.0))
    grey = read(camera(lit(GREYS[:8], red_green_drift(drift)), noise_levels=2.0))
    assert red.kind == "background"
    assert red.reason is not None and "coloured" in red.reason
    peak = np.argmax(np.abs(drift))
    assert red.drift_sd[peak] > 1.5 * grey.drift_sd[peak]
    assert np.abs(means_of_1_s(error_of(red, drift))).max() < LOG_RATIO_OF_0_004_EI


def test_warm_lamps_leave_the_greys_grey() -> None:
    # A tungsten lamp as phones leave it, ln R/G 0.2, ln B/G -0.4, with a red wall in view.
    warm = np.array([1.0, 0.82, 0.55])
    surfaces = np.concatenate([np.tile(RED_WALL, (5, 1)), GREYS[:9]]) * warm
    light = read(camera(lit(surfaces, STEADY), noise_levels=2.0))
    assert light.patches_used == 9
    assert light.reason is None


@pytest.mark.parametrize(
    ("surfaces", "clipped", "reason"),
    [
        pytest.param(0.02 * np.ones((6, 3)), 0.0, "dark", id="dark"),
        pytest.param(0.95 * np.ones((6, 3)), 0.0, "overexposed", id="bright"),
        pytest.param(GREYS, 0.3, "overexposed", id="clipped"),
        pytest.param(GREYS[:3], 0.0, "too little", id="three patches"),
        pytest.param(np.full((6, 3), np.nan), 0.0, "too little", id="out of view"),
        pytest.param(np.empty((0, 3)), 0.0, "too little", id="no patch"),
    ],
)
def test_without_usable_patches_there_is_no_reference_but_a_reason(
    surfaces: FloatArray, clipped: float, reason: str
) -> None:
    series = np.broadcast_to(surfaces, (len(TIME), *surfaces.shape))
    light = background_light(TIME, series, 1.0, clipped, baseline_s=BASELINE)
    assert light.kind == "none"
    assert light.reason is not None and reason in light.reason


def test_a_baseline_outside_the_recording_gives_no_reference() -> None:
    light = background_light(TIME, lit(GREYS, STEADY), 1.0, 0.0, baseline_s=(30.0, 40.0))
    assert light.kind == "none"
    assert light.reason is not None and "baseline" in light.reason


def test_frames_without_any_patch_are_nan_and_the_rest_is_not() -> None:
    seen = camera(lit(GREYS, red_green_drift(SLOW_DRIFT)), noise_levels=2.0)
    gone = (TIME > 8) & (TIME < 11)
    seen.rgb[gone] = np.nan
    light = read(seen)
    middle_of_gap = (TIME > 8.6) & (TIME < 10.4)
    assert np.isnan(light.log_r_over_g_drift[middle_of_gap]).all()
    assert np.isnan(light.drift_sd[middle_of_gap]).all()
    assert np.nanmax(np.abs(error_of(light, SLOW_DRIFT)[~gone])) < 0.01


def test_series_that_do_not_fit_are_refused() -> None:
    with pytest.raises(InputError, match="shape"):
        background_light(TIME, GREYS, 1.0, 0.0)
    with pytest.raises(InputError, match="12 patches"):
        background_light(TIME, lit(GREYS, STEADY), np.ones(5), 0.0)
    with pytest.raises(InputError, match="backwards"):
        background_light(TIME[::-1], lit(GREYS, STEADY), 1.0, 0.0)


# --- a colour card -----------------------------------------------------------------------------


def test_a_card_in_the_hand_gives_the_drift_though_it_tilts() -> None:
    greys = reference_linear_rgb()[18:]
    tilt = 0.15 * np.sin(TIME)[:, None] * np.ones(3)
    seen = camera(lit(greys, red_green_drift(SLOW_DRIFT) + tilt), noise_levels=2.0)
    light = card_light(TIME, *seen, baseline_s=BASELINE)
    assert light.kind == "card"
    assert light.patches_used >= 3
    assert light.reason is None
    assert np.abs(means_of_1_s(error_of(light, SLOW_DRIFT))).max() < 0.001 * np.log(10)


def test_a_card_that_is_covered_is_no_reference() -> None:
    covered = np.full((len(TIME), 6, 3), np.nan)
    light = card_light(TIME, covered, 1.0, 0.0, baseline_s=BASELINE)
    assert light.kind == "none"
    assert light.reason is not None and "card" in light.reason


# --- what must not matter ----------------------------------------------------------------------

NOISY = camera(lit(GREYS, red_green_drift(SLOW_DRIFT)), noise_levels=2.0, seed=11)
READ = read(NOISY)


@given(st.floats(0.6, 1.4))
@settings(max_examples=15, deadline=None)
def test_a_gain_on_everything_changes_nothing(gain: float) -> None:
    # The range keeps every grey well exposed (0.12 to 0.6 of white before).
    light = background_light(
        TIME, gain * NOISY.rgb, NOISY.chroma_sd, NOISY.clipped, baseline_s=BASELINE
    )
    assert light.patches_used == READ.patches_used
    np.testing.assert_allclose(light.log_r_over_g_drift, READ.log_r_over_g_drift, atol=1e-3)
    np.testing.assert_allclose(light.log_g_drift, READ.log_g_drift, atol=1e-3)


@given(st.permutations(range(12)))
@settings(max_examples=15, deadline=None)
def test_the_order_of_the_patches_does_not_matter(order: list[int]) -> None:
    light = background_light(
        TIME,
        NOISY.rgb[:, order],
        NOISY.chroma_sd[:, order],
        NOISY.clipped[:, order],
        baseline_s=BASELINE,
    )
    np.testing.assert_allclose(light.log_r_over_g_drift, READ.log_r_over_g_drift, atol=1e-12)
    np.testing.assert_allclose(light.drift_sd, READ.drift_sd, atol=1e-12)


@given(st.floats(-0.15, 0.15), st.floats(-0.15, 0.15))
@settings(max_examples=15, deadline=None)
def test_a_constant_white_balance_does_not_matter(red: float, blue: float) -> None:
    tint = np.exp([red, 0.0, blue])
    light = background_light(
        TIME, tint * NOISY.rgb, NOISY.chroma_sd, NOISY.clipped, baseline_s=BASELINE
    )
    assert light.patches_used == READ.patches_used
    np.testing.assert_allclose(light.log_r_over_g_drift, READ.log_r_over_g_drift, atol=1e-12)


@pytest.mark.parametrize("frames", [0, 1, 2, 3])
def test_a_recording_of_a_few_frames_does_not_fail(frames: int) -> None:
    light = background_light(TIME[:frames], lit(GREYS, STEADY)[:frames], 1.0, 0.0)
    assert light.log_r_over_g_drift.shape == (frames,)
    assert light.kind == ("background" if frames else "none")
