"""Make the blood curve: what a change of ln R - ln G says about a change of ln blood.

People are drawn from the spreads of `rubor.optics.skin_variation`, over all melanin; each is seen
by cameras and in lights drawn at random, and her blood is changed. At every skin tone (ITA) the
table keeps the mean and the variance of ln(change of ln blood / change of log ratio), and how far
both go with the resting colour. It is physics and spreads only; no recording enters it.

Sensitivities: 52 cameras of rawtoaces-data (Academy Software Foundation, Apache-2.0), which stay
outside the project; only what follows from them is shipped. Lights and chart: colour-science.

Run it when the skin model or a spread changes, and raise VERSION; about 15 minutes on one core:

    python scripts/make_blood_curve.py path/to/camera_ssf_rawtoaces.csv
"""

from __future__ import annotations

import argparse
import time
from dataclasses import fields, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.interpolate import CubicSpline

from rubor.optics import individual_typology_angle_deg, linear_rgb_to_lab
from rubor.optics.camera import (
    STANDARD_OBSERVER,
    illuminant_power,
    linear_rgb_weights,
    spectral_sensitivity,
)
from rubor.optics.skin_variation import draw_skin, draw_specular
from rubor.optics.two_layer_skin import Skin, skin_reflectance

FloatArray = npt.NDArray[np.float64]

VERSION = 1
SEED = 20250301
DATA = Path(__file__).parents[1] / "src" / "rubor" / "optics" / "data"

PEOPLE = 4000
VIEWS_PER_PERSON = 4
CHUNK = 100
MELANIN_RANGE = (0.005, 0.6)
LIGHTS = ("D50", "D65", "LED-B1", "LED-B3", "LED-V1", "FL2", "FL11", "A")
# Share of views whose colour is exact, as phones are tuned to be: those of the standard observer.
EXACT_COLOUR_SHARE = 0.25
# How far a phone's own contrast may differ from the sRGB curve that undoes it: an assumption.
CONTRAST_SD_LN = 0.05

SKIN_NM = np.arange(400.0, 701.0, 10.0)
CAMERA_NM = np.arange(400.0, 701.0, 5.0)
BLOOD_STEPS_LN = np.array([-2.3, -1.4, -0.7, -0.3, 0.0, 0.3, 0.7, 1.2, 1.8, 2.6, 3.4])
FINE_LN = np.linspace(BLOOD_STEPS_LN[0], BLOOD_STEPS_LN[-1], 571)

ITA_NODES_DEG = np.arange(-75.0, 76.0, 5.0)
ITA_BANDWIDTH_DEG = 4.0
CHANGE_NODES = np.array(
    [-0.30, -0.20, -0.13, -0.08, -0.04, -0.01, 0.01, 0.03, 0.06, 0.10, 0.15, 0.20, 0.26, 0.33, 0.42,
     0.52, 0.65]
)  # fmt: skip


def read_cameras(path: Path) -> list[FloatArray]:
    """Sensitivities of each camera at CAMERA_NM, shape (w, 3)."""
    table = pd.read_csv(path, comment="#")
    return [
        np.stack(
            [np.interp(CAMERA_NM, rows["wavelength_nm"], rows[channel]) for channel in "rgb"],
            axis=1,
        )
        for _, rows in table.groupby("camera")
    ]


def weights_on_skin_grid(power: FloatArray, sensitivity: FloatArray) -> FloatArray:
    """Spectrum-to-RGB weights for spectra at SKIN_NM: narrow lamp lines need the finer grid."""
    between = CubicSpline(SKIN_NM, np.eye(SKIN_NM.size))(CAMERA_NM)
    return np.asarray(between.T @ linear_rgb_weights(CAMERA_NM, power, sensitivity))


def person(skin: Skin, chosen: slice) -> Skin:
    """Some of the people, with one more axis for the steps of blood."""
    return Skin(*[np.asarray(getattr(skin, field.name))[chosen, None] for field in fields(skin)])


def blood_series(skin: Skin, count: int) -> FloatArray:
    """Spectra without specular at each step of blood, shape (people, steps, wavelengths)."""
    spectra = np.empty((count, BLOOD_STEPS_LN.size, SKIN_NM.size))
    started = time.monotonic()
    for first in range(0, count, CHUNK):
        chosen = slice(first, first + CHUNK)
        some = person(skin, chosen)
        blood = np.minimum(np.asarray(some.blood_fraction) * np.exp(BLOOD_STEPS_LN), 0.95)
        spectra[chosen] = skin_reflectance(replace(some, blood_fraction=blood), SKIN_NM)
        print(f"{first + CHUNK} of {count} people, {time.monotonic() - started:.0f} s", flush=True)
    return spectra


def ln_gain(log_ratio_steps: FloatArray) -> FloatArray:
    """ln(blood change / log-ratio change) at CHANGE_NODES, shape (views, nodes).

    What a view never reaches, because a bright surface hides it, counts as the end of the series.
    """
    rest = int(np.flatnonzero(BLOOD_STEPS_LN == 0.0)[0])
    curve = CubicSpline(BLOOD_STEPS_LN, log_ratio_steps - log_ratio_steps[:, [rest]], axis=1)
    fine = np.asarray(curve(FINE_LN))
    above, below = FINE_LN >= 0.0, FINE_LN <= 0.0
    up = np.maximum.accumulate(fine[:, above], axis=1)
    down = np.minimum.accumulate(fine[:, below][:, ::-1], axis=1)
    rows = np.arange(len(fine))
    gain = np.empty((len(fine), CHANGE_NODES.size))
    for column, change in enumerate(CHANGE_NODES):
        series, steps = (up, FINE_LN[above]) if change > 0.0 else (-down, -FINE_LN[below][::-1])
        size = abs(change)
        reached = series >= size
        first = np.where(reached.any(axis=1), reached.argmax(axis=1), steps.size - 1)
        low, high = series[rows, first - 1], series[rows, first]
        part = np.clip((size - low) / np.where(high > low, high - low, 1.0), 0.0, 1.0)
        blood = steps[first - 1] + part * (steps[first] - steps[first - 1])
        gain[:, column] = np.log(blood / size)
    return gain


def tables(
    ita_deg: FloatArray, gain: FloatArray, resting: FloatArray
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Local linear regression on ITA at each node: means, variances and covariances."""
    curve, colours = [], []
    values = np.concatenate([resting, gain], axis=1)
    for node in ITA_NODES_DEG:
        offset = ita_deg - node
        weight = np.exp(-0.5 * (offset / ITA_BANDWIDTH_DEG) ** 2)
        weight /= weight.sum()
        design = np.stack([np.ones_like(offset), offset], axis=1)
        root = np.sqrt(weight)[:, None]
        coefficients = np.linalg.lstsq(design * root, values * root, rcond=None)[0]
        residual = values - design @ coefficients
        covariance = (residual * weight[:, None]).T @ residual
        mean = coefficients[0]
        colours.append(
            (node, mean[0], mean[1], covariance[0, 0], covariance[1, 1], covariance[0, 1])
        )
        curve += [
            (node, change, mean[j], covariance[j, j], covariance[j, 0], covariance[j, 1])
            for j, change in enumerate(CHANGE_NODES, start=2)
        ]
    return (
        pd.DataFrame(
            curve,
            columns=[
                "ita_deg", "log_ratio_change", "ln_gain", "variance", "covariance_red_green",
                "covariance_green_blue",
            ],
        ),
        pd.DataFrame(
            colours,
            columns=[
                "ita_deg", "ln_red_green", "ln_green_blue", "variance_red_green",
                "variance_green_blue", "covariance",
            ],
        ),
    )  # fmt: skip


def write(table: pd.DataFrame, name: str, meaning: str) -> None:
    """Write one table with where it comes from in its header."""
    header = (
        f"# {meaning}\n"
        f"# Made by scripts/make_blood_curve.py, version {VERSION}, seed {SEED}: two-layer\n"
        f"# adding-doubling skin, {PEOPLE} drawn people, "
        f"{VIEWS_PER_PERSON} views each, specular 0-4 %,\n"
        f"# lights {' '.join(LIGHTS)} of colour-science,\n"
        "# 52 camera sensitivities of rawtoaces-data (Academy Software Foundation, Apache-2.0),\n"
        f"# exact colour in {EXACT_COLOUR_SHARE:.0%} of views,\n"
        f"# contrast SD {CONTRAST_SD_LN:.0%}. Constant oxygen saturation.\n"
    )
    text = table.round(5).to_csv(index=False, lineterminator="\n")
    (DATA / name).write_text(header + text, encoding="utf-8", newline="\n")


def main() -> None:
    """Draw, look and write both tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("cameras", type=Path, help="camera_ssf_rawtoaces.csv")
    arguments = parser.parse_args()
    random = np.random.default_rng(SEED)

    melanin = np.exp(random.uniform(*np.log(MELANIN_RANGE), PEOPLE))
    spectra = blood_series(draw_skin(melanin, random), PEOPLE)
    cameras = read_cameras(arguments.cameras)
    exact = spectral_sensitivity(STANDARD_OBSERVER, CAMERA_NM)
    views, exact_views = (
        np.array(
            [
                weights_on_skin_grid(illuminant_power(light, CAMERA_NM), sensitivity)
                for light in LIGHTS
                for sensitivity in sensitivities
            ]
        )
        for sensitivities in (cameras, [exact])
    )
    observer = weights_on_skin_grid(illuminant_power("D65", CAMERA_NM), exact)
    rest = int(np.flatnonzero(BLOOD_STEPS_LN == 0.0)[0])

    ita, gain, resting = [], [], []
    for _ in range(VIEWS_PER_PERSON):
        specular = draw_specular(PEOPLE, random)
        chosen = np.where(
            (random.random(PEOPLE) < EXACT_COLOUR_SHARE)[:, None, None],
            exact_views[random.integers(len(exact_views), size=PEOPLE)],
            views[random.integers(len(views), size=PEOPLE)],
        )
        contrast = np.exp(CONTRAST_SD_LN * random.standard_normal(PEOPLE))
        seen = spectra + specular[:, None, None]
        rgb = np.einsum("psw,pwc->psc", seen, chosen)
        # Out of the gamut a camera clips; a thousandth keeps the logarithm.
        logs = np.log(np.maximum(rgb, 1e-3)) * contrast[:, None, None]
        gain.append(ln_gain(logs[..., 0] - logs[..., 1]))
        resting.append(-np.diff(logs[:, rest], axis=-1))
        ita.append(individual_typology_angle_deg(linear_rgb_to_lab(seen[:, rest] @ observer)))
    curve, colours = tables(np.concatenate(ita), np.concatenate(gain), np.concatenate(resting))
    write(
        curve,
        "blood_curve.csv",
        "ln(change of ln blood / change of ln R - ln G) by skin tone and size of the change.",
    )
    write(colours, "resting_colour.csv", "Colour of resting skin, ln R - ln G and ln G - ln B.")


if __name__ == "__main__":
    main()
