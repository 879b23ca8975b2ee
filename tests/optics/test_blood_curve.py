"""The blood curve: its order, its honesty about what it cannot know, and simulated people."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.interpolate import CubicSpline

from rubor.errors import InputError
from rubor.optics.blood_curve import allowed_drift, blood_change, sensitivity
from rubor.optics.camera import (
    STANDARD_OBSERVER,
    illuminant_power,
    linear_rgb_weights,
    spectral_sensitivity,
)
from rubor.optics.skin_tone import SkinTone, skin_tone_named, skin_tones
from rubor.optics.skin_variation import draw_skin, draw_specular
from rubor.optics.two_layer_skin import Skin, skin_reflectance

FloatArray = npt.NDArray[np.float64]
REPOSITORY = Path(__file__).resolve().parents[2]

tones = st.floats(-70.0, 70.0)
tone_sds = st.floats(0.0, 30.0)
colours = st.one_of(
    st.none(), st.tuples(st.floats(0.0, 1.5), st.floats(-0.5, 2.0)), st.just((np.nan, 0.2))
)


@given(tones, tone_sds, colours)
def test_redder_is_more_blood_and_no_change_is_none(
    ita_deg: float, ita_sd_deg: float, colour: tuple[float, float] | None
) -> None:
    changes = np.linspace(-0.3, 0.65, 400)
    estimate = blood_change(changes, ita_deg, ita_sd_deg, colour).estimate
    known = estimate[np.isfinite(estimate)]
    assert np.all(np.diff(known) > 0.0)
    zero = blood_change(0.0, ita_deg, ita_sd_deg, colour)
    assert (float(zero.estimate), float(zero.sd)) == (0.0, 0.0)


@given(tones, tone_sds, colours)
def test_what_is_known_is_one_stretch_around_no_change(
    ita_deg: float, ita_sd_deg: float, colour: tuple[float, float] | None
) -> None:
    change = blood_change(np.linspace(-2.0, 2.0, 801), ita_deg, ita_sd_deg, colour)
    known = np.isfinite(change.estimate)
    np.testing.assert_array_equal(known, np.isfinite(change.sd))
    assert known[400] and not known[0] and not known[-1]
    assert np.count_nonzero(np.diff(known.astype(int))) == 2
    assert np.all(np.abs(change.estimate[known]) <= np.log(6.0))


@pytest.mark.parametrize("ita_deg", [60.0, 48.0, 34.5, 19.0, -10.0])
def test_the_slope_grows_with_the_change(ita_deg: float) -> None:
    # Colour moves more for the second 20 % of blood than for the first.
    gain = blood_change([0.02, 0.05, 0.10, 0.15], ita_deg, 5.0).estimate / [0.02, 0.05, 0.10, 0.15]
    assert np.all(np.diff(gain) < 0.0)


def test_the_same_colour_change_is_more_blood_in_darker_skin() -> None:
    estimates = [float(blood_change(0.03, tone.ita_deg, 5.0).estimate) for tone in skin_tones()]
    # Very light to light skin hardly differs; from there on it rises.
    assert np.all(np.diff(estimates[1:]) > 0.0)
    assert estimates[-1] > 3.0 * estimates[1]


@given(tones, st.floats(0.0, 10.0), st.floats(0.01, 0.06))
def test_an_unsure_tone_or_measurement_widens(ita: float, sd: float, change: float) -> None:
    sharp = blood_change(change, ita, sd)
    noisy = blood_change(change, ita, sd, log_ratio_change_sd=0.01)
    if np.isfinite(sharp.estimate):
        assert float(noisy.sd) > float(sharp.sd) > 0.0
    if -20.0 < ita < 40.0:
        wide = blood_change(change, ita, sd + 15.0)
        assert float(wide.sd / wide.estimate) > float(sharp.sd / sharp.estimate)


def test_resting_colour_narrows_and_a_redder_rest_moves_the_scale() -> None:
    alone = blood_change(0.05, 34.5, 9.0)
    pale = blood_change(0.05, 34.5, 9.0, (0.46, 0.28), 0.02)
    red = blood_change(0.05, 34.5, 9.0, (0.60, 0.18), 0.02)
    # Where there is much blood already, doubling it moves the colour more.
    assert float(red.estimate) < float(alone.estimate) < float(pale.estimate)
    for told in (pale, red):
        assert float(told.sd / told.estimate) < 0.75 * float(alone.sd / alone.estimate)


def test_a_resting_colour_of_poor_white_balance_fades_out() -> None:
    alone = blood_change(0.05, 34.5, 9.0)
    doubtful = blood_change(0.05, 34.5, 9.0, (0.60, 0.18), white_balance_sd=2.0)
    assert float(doubtful.estimate) == pytest.approx(float(alone.estimate), rel=0.02)
    # A colour that no skin has is taken for a wrong balance, not for a strange person.
    strange = blood_change(0.05, 34.5, 9.0, (1.4, -0.6), white_balance_sd=0.02)
    assert float(strange.estimate) == pytest.approx(float(alone.estimate), rel=0.5)
    assert float(strange.sd) > 0.5 * float(alone.sd)


def test_a_resting_colour_that_is_not_there_changes_nothing() -> None:
    alone = blood_change(0.05, 20.0, 9.0)
    assert blood_change(0.05, 20.0, 9.0, (np.nan, 0.2)) == alone


def test_missing_values_stay_missing() -> None:
    change = blood_change([[0.02, np.nan], [0.03, 3.0]], 48.0, 8.0)
    np.testing.assert_array_equal(np.isnan(change.estimate), [[False, True], [False, True]])
    np.testing.assert_array_equal(np.isnan(change.sd), [[False, True], [False, True]])


def test_only_dark_skin_is_of_low_sensitivity() -> None:
    assert [sensitivity(tone.ita_deg) for tone in skin_tones()] == ["normal"] * 5 + ["low"]
    assert sensitivity(-30.0) == "normal"
    assert sensitivity(-30.1) == "low"


def test_allowed_drift_is_that_of_the_nominal_model() -> None:
    # Drift of R/G for seeing +20 % blood at two standard deviations: the same model with one set of
    # parameters, specular 2 %, standard observer in D65. Here it is the median over spreads, lights
    # and cameras, which see some 10 % more.
    nominal = {55: 1.6, 42: 1.5, 27: 1.4, 15: 1.3, 0: 1.2, -10: 1.1, -25: 1.0, -37: 0.8}
    for ita_deg, percent in nominal.items():
        assert float(allowed_drift(ita_deg)) * 100.0 == pytest.approx(percent, rel=0.25), ita_deg
    assert float(allowed_drift(-55.0)) < 0.006
    steps = allowed_drift([tone.ita_deg for tone in skin_tones()][1:])
    assert np.all(np.diff(steps) < 0.0)


def test_impossible_arguments_are_refused() -> None:
    with pytest.raises(InputError, match="skin tone"):
        blood_change(0.1, float("nan"), 5.0)
    with pytest.raises(InputError, match="skin tone"):
        blood_change(0.1, 30.0, -1.0)
    with pytest.raises(InputError, match="white balance"):
        blood_change(0.1, 30.0, 5.0, (0.5, 0.2), white_balance_sd=0.0)
    with pytest.raises(InputError, match="two log ratios"):
        blood_change(0.1, 30.0, 5.0, (0.5, 0.2, 0.1))


def test_shipped_tables_name_the_version_of_their_script() -> None:
    for script, names in {
        "make_blood_curve": ["blood_curve.csv", "resting_colour.csv"],
        "make_skin_tones": ["skin_tones.csv"],
    }.items():
        source = (REPOSITORY / "scripts" / f"{script}.py").read_text(encoding="utf-8")
        version = re.search(r"^VERSION = (\d+)$", source, re.MULTILINE)
        assert version is not None
        for name in names:
            table = REPOSITORY / "src" / "rubor" / "optics" / "data" / name
            header = table.read_text(encoding="utf-8").split("\n", 12)
            text = " ".join(line for line in header if line.startswith("#"))
            assert f"scripts/{script}.py, version {version[1]}" in text, name


SKIN_NM = np.arange(400.0, 701.0, 10.0)
CAMERA_NM = np.arange(400.0, 701.0, 5.0)
BLOOD = np.array([1.0, 1.2, 1.5, 2.0])
TRUTH = np.log(BLOOD[1:])
# Lights and the 52 cameras of the optics reference, and cameras and a light the table has not seen.
LIGHTS = ("D65", "A", "FL11", "LED-B3")
OTHER_LIGHTS = ("D55", "LED-B4")
OTHER_CAMERAS = ("Nikon 5100 (NPL)", "Sigma SDMerill (NPL)", STANDARD_OBSERVER)


def views(lights: tuple[str, ...], cameras: list[FloatArray]) -> FloatArray:
    """Spectrum-to-RGB weights of every camera in every light, for spectra at SKIN_NM."""
    # Lamps have narrow lines that skin does not have.
    between = CubicSpline(SKIN_NM, np.eye(SKIN_NM.size))(CAMERA_NM)
    return np.array(
        [
            between.T @ linear_rgb_weights(CAMERA_NM, illuminant_power(light, CAMERA_NM), camera)
            for light in lights
            for camera in cameras
        ]
    )


def reference_cameras(shared: Path) -> list[FloatArray]:
    """Sensitivities of the 52 cameras of rawtoaces-data."""
    table = pd.read_csv(shared / "reference-data" / "camera_ssf_rawtoaces.csv", comment="#")
    return [
        np.stack([np.interp(CAMERA_NM, rows["wavelength_nm"], rows[c]) for c in "rgb"], axis=1)
        for _, rows in table.groupby("camera")
    ]


def error_and_coverage(
    tone: SkinTone, people: int, seen_by: FloatArray, seed: int, white_balance_sd: float = 0.03
) -> tuple[FloatArray, float]:
    """Median absolute relative error for +20, +50 and +100 % blood, and coverage of the interval.

    Everything but the step is drawn and unknown to the curve: scattering, saturation, vessels,
    epidermis, resting blood, specular, camera, light, and a white balance that is off. A third
    declare a step beside theirs.
    """
    random = np.random.default_rng(seed)
    skin = draw_skin(np.full(people, tone.melanin_fraction), random)
    columns = {name: np.asarray(value)[:, None] for name, value in vars(skin).items()}
    columns["blood_fraction"] = columns["blood_fraction"] * BLOOD
    spectra = skin_reflectance(Skin(**columns), SKIN_NM, draw_specular(people, random)[:, None])
    chosen = seen_by[random.integers(len(seen_by), size=people)]
    logs = np.log(np.maximum(np.einsum("psw,pwc->psc", spectra, chosen), 1e-3))
    changes = (logs[..., 0] - logs[..., 1])[:, 1:] - (logs[..., 0] - logs[..., 1])[:, :1]
    resting = -np.diff(logs[:, 0], axis=-1)
    resting += white_balance_sd * random.standard_normal(resting.shape)

    steps = skin_tones()
    own = steps.index(tone)
    beside = [step for step in (own - 1, own + 1) if 0 <= step < len(steps)]
    declared = [
        steps[random.choice(beside) if random.random() < 1.0 / 3.0 else own] for _ in range(people)
    ]
    answers = [
        blood_change(change, step.ita_deg, step.ita_sd_deg, colour)
        for change, step, colour in zip(changes, declared, resting, strict=True)
    ]
    estimate = np.array([answer.estimate for answer in answers])
    sd = np.array([answer.sd for answer in answers])
    covered = np.abs(estimate - TRUTH) <= 1.96 * sd
    error = np.nanmedian(np.abs(estimate / TRUTH - 1.0), axis=0)
    return error, float(covered[np.isfinite(estimate)].mean())


def test_people_of_light_to_intermediate_skin_are_measured_within_ten_percent(
    shared: Path,
) -> None:
    seen_by = views(LIGHTS, reference_cameras(shared))
    for tone in skin_tones()[1:3]:
        error, coverage = error_and_coverage(tone, 60, seen_by, seed=1)
        assert np.all(error <= 0.10), tone.name
        assert coverage >= 0.90, tone.name


@pytest.mark.slow
@pytest.mark.parametrize("name", [tone.name for tone in skin_tones()])
def test_people_of_every_tone(shared: Path, name: str) -> None:
    seen_by = views(LIGHTS, reference_cameras(shared))
    error, coverage = error_and_coverage(skin_tone_named(name), 400, seen_by, seed=2)
    if name != "dark":
        assert np.all(error <= (0.20 if name == "brown" else 0.10)), error
    # Dark skin declared as brown cannot be told from brown skin that hardly changed.
    assert coverage >= (0.80 if name == "dark" else 0.90)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["very-light", "light", "intermediate", "tan", "brown"])
def test_the_interval_also_holds_for_cameras_and_lights_the_table_has_not_seen(
    name: str,
) -> None:
    cameras = [spectral_sensitivity(camera, CAMERA_NM) for camera in OTHER_CAMERAS]
    _, coverage = error_and_coverage(
        skin_tone_named(name), 200, views(OTHER_LIGHTS, cameras), seed=3
    )
    assert coverage >= 0.90
