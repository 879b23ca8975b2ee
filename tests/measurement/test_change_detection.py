"""Changed or not: found where blood changes, and in five of a hundred recordings at most where not."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rubor.measurement.baseline import Baseline, NoBaseline
from rubor.measurement.change_detection import GLOSS_SD, ChangeDetection, detect_change
from rubor.measurement.light_reference import LightReference
from rubor.measurement.region_series import ColourSeries
from rubor.measurement.skin_reading import SkinReading
from rubor.vision.reference_face import REGIONS

FPS = 10.0
REST = Baseline(0.0, 5.0, "option", None)
LIGHT_SKIN = SkinReading(48.0, 8.0, "declared", (0.5, 0.2), 0.05)
DARK_SKIN = SkinReading(-50.0, 27.0, "declared", (0.9, 0.7), 0.05)
DRIFT_SD = 0.005
# Directions in (ln R, ln G, ln B) of more blood, from the model at very light and dark skin.
BLOOD_IN_LIGHT = np.array([-0.30, -0.78, -0.56])
BLOOD_IN_DARK = np.array([-0.33, -0.88, -0.34])


def filmed(
    change: np.ndarray, noise: np.ndarray, rgb: tuple[float, float, float] = (0.45, 0.28, 0.21)
) -> ColourSeries:
    """Regions whose ln RGB changes alike, with noise of their own in red; (frames, 3), (frames, n)."""
    logs = np.log(rgb) + change[:, None, :] + np.zeros((1, len(REGIONS), 1))
    logs[:, :, 0] += noise
    valid = np.ones(logs.shape[:2], bool)
    return ColourSeries(REGIONS, np.exp(logs).astype(np.float32), valid, valid.astype(np.float32))


def light(frames: int, sd: float = DRIFT_SD, drift: np.ndarray | None = None) -> LightReference:
    flat = np.zeros(frames)
    path = flat if drift is None else drift
    time_s = np.arange(frames) / FPS
    return LightReference(
        "background", time_s, path, flat, flat, np.full(frames, sd), 9, False, None
    )


def judge(
    regions: ColourSeries,
    *,
    skin: SkinReading = LIGHT_SKIN,
    reference: LightReference | None = None,
) -> ChangeDetection:
    frames = len(regions.linear_rgb)
    reference = light(frames) if reference is None else reference
    return detect_change(np.arange(frames) / FPS, regions, REST, reference, skin)


def white(seed: int, seconds: float, sd: float) -> np.ndarray:
    return np.random.default_rng(seed).normal(0.0, sd, (int(seconds * FPS), len(REGIONS)))


def wandering(seed: int, seconds: float, sd: float) -> np.ndarray:
    """A slow walk of each region by itself, with this standard deviation over five seconds."""
    steps = white(seed, seconds, sd / np.sqrt(5.0 * FPS))
    return np.asarray(np.cumsum(steps, axis=0))


def plateau(seconds: float, size: float) -> np.ndarray:
    time_s = np.arange(int(seconds * FPS)) / FPS
    return np.interp(time_s, [6.0, 8.0, 14.0, 17.0], [0.0, size, size, 0.0])


@pytest.mark.parametrize("seconds", [20.0, 60.0])
def test_noise_and_light_of_the_stated_size_are_rarely_taken_for_a_change(seconds: float) -> None:
    """All that the standard deviations allow for happens at once, in 300 recordings."""
    frames = int(seconds * FPS)
    alarms = 0
    for seed in range(300):
        random = np.random.default_rng(seed)
        # A drift that the reference missed: the same in all regions, up by its SD after the rest.
        missed = np.interp(np.arange(frames), [50, 80], [0.0, DRIFT_SD * random.normal()])
        change = missed[:, None] * [1.0, 0.0, 0.0]
        noise = white(seed, seconds, 0.01) + wandering(seed + 1000, seconds, 0.002)
        found = judge(filmed(change, noise)).detected.values()
        alarms += any(found)
    assert alarms <= 15


@pytest.mark.parametrize("rise", [np.log(1.5), -np.log(1.5)], ids=["blush", "pallor"])
def test_a_change_of_half_the_blood_is_found(rise: float) -> None:
    change = 0.25 * plateau(20.0, rise)[:, None] * BLOOD_IN_LIGHT  # ln G falls by 2.5 % per 10 %
    found = judge(filmed(change, white(1, 20.0, 0.01)))
    assert all(found.detected.values())
    assert found.detectors == ("log_r_over_g",)


def test_it_is_found_in_its_own_region_only() -> None:
    noise = white(2, 20.0, 0.005)
    noise[:, REGIONS.index("nose")] += plateau(20.0, 0.1)
    found = judge(filmed(np.zeros((200, 3)), noise)).detected
    assert [region for region, yes in found.items() if yes] == ["nose"]


def test_what_the_reference_saw_is_taken_out() -> None:
    drift = plateau(20.0, 0.1)
    change = drift[:, None] * [1.0, 0.0, 0.0]
    noise = white(3, 20.0, 0.005)
    assert all(judge(filmed(change, noise)).detected.values())
    found = judge(filmed(change, noise), reference=light(200, drift=drift))
    assert not any(found.detected.values())


def test_the_less_sure_the_light_the_less_is_claimed() -> None:
    regions = filmed(plateau(20.0, 0.05)[:, None] * [1.0, 0.0, 0.0], white(4, 20.0, 0.005))
    sure, unsure = judge(regions), judge(regions, reference=light(200, sd=0.03))
    assert all(sure.detected.values())
    assert not any(unsure.detected.values())


def test_a_longer_recording_asks_for_more() -> None:
    short = judge(filmed(np.zeros((200, 3)), white(5, 20.0, 0.01)))
    long = judge(filmed(np.zeros((6000, 3)), white(5, 600.0, 0.01)))
    assert short.critical is not None and long.critical is not None
    assert short.critical < long.critical < short.critical + 1.5


def test_in_dark_skin_blue_tells_blood_from_gloss() -> None:
    """The same shift of ln R/G by blood, which lifts B/G, and by gloss, which goes the other way."""
    rgb = (0.065, 0.027, 0.013)
    size = 0.10
    by_blood = plateau(20.0, size / 0.55)[:, None] * BLOOD_IN_DARK
    white_light = -size / (1 / rgb[0] - 1 / rgb[1])  # of gloss that shifts ln R/G as much
    gloss = plateau(20.0, -white_light)[:, None] / np.array(rgb)
    noise = white(6, 20.0, 0.003)
    blood = judge(filmed(by_blood, noise, rgb), skin=DARK_SKIN)
    shine = judge(filmed(gloss, noise, rgb), skin=DARK_SKIN)
    assert blood.detectors == ("log_r_over_g", "g_matched_a_star")
    assert min(score for score in blood.statistic.values() if score is not None) > max(
        score for score in shine.statistic.values() if score is not None
    )
    assert abs(white_light) > GLOSS_SD / 2


def test_what_cannot_be_judged_is_not_answered() -> None:
    regions = filmed(np.zeros((200, 3)), white(7, 20.0, 0.005))
    time_s = np.arange(200) / FPS
    none = detect_change(time_s, regions, NoBaseline("short"), light(200), LIGHT_SKIN)
    assert set(none.detected.values()) == {None}
    brief = filmed(np.zeros((40, 3)), white(7, 4.0, 0.005))
    assert set(judge(brief).detected.values()) == {None}
    regions.linear_rgb[:, 0] = np.nan
    part = judge(regions)
    assert part.detected[REGIONS[0]] is None and part.detected[REGIONS[1]] is False


@settings(max_examples=25)
@given(st.integers(0, 10**6), st.floats(0.2, 5.0))
def test_brightness_alone_is_never_a_change(seed: int, factor: float) -> None:
    noise = white(seed, 20.0, 0.005)
    ramp = np.interp(np.arange(200), [60, 90], [0.0, np.log(factor)])[:, None] * np.ones(3)
    flat, bright = judge(filmed(0.0 * ramp, noise)), judge(filmed(ramp, noise))
    for region in REGIONS:
        assert bright.statistic[region] == pytest.approx(flat.statistic[region], abs=1e-2)
