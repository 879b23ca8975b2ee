"""Make the six steps of skin tone: melanin and patch of each from the skin model.

Run it when the skin model or a spread changes, and raise VERSION:

    python scripts/make_skin_tones.py
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from rubor.optics import individual_typology_angle_deg, linear_rgb_to_lab, srgb_encode
from rubor.optics.camera import (
    STANDARD_OBSERVER,
    illuminant_power,
    linear_rgb_weights,
    quantise,
    spectral_sensitivity,
)
from rubor.optics.skin_variation import HIGHEST_SPECULAR, typical_skin
from rubor.optics.two_layer_skin import skin_reflectance

VERSION = 1
DATA = Path(__file__).parents[1] / "src" / "rubor" / "optics" / "data"
SPECULAR = HIGHEST_SPECULAR / 2.0
WRONG_STEP_SHARE = 1.0 / 3.0

# Name, middle of the band, standard deviation of people within it. The outer bands are open.
STEPS = [
    ("very-light", 60.0, 5.0),
    ("light", 48.0, 4.0),
    ("intermediate", 34.5, 3.8),
    ("tan", 19.0, 5.2),
    ("brown", -10.0, 11.5),
    ("dark", -50.0, 14.0),
]


def main() -> None:
    """Find the melanin of each step and write the table."""
    wavelength = np.arange(400.0, 701.0, 5.0)
    weights = linear_rgb_weights(
        wavelength,
        illuminant_power("D65", wavelength),
        spectral_sensitivity(STANDARD_OBSERVER, wavelength),
    )

    def rgb(melanin: np.ndarray) -> np.ndarray:
        return skin_reflectance(typical_skin(melanin), wavelength, SPECULAR) @ weights

    ln_melanin = np.linspace(np.log(0.002), np.log(0.6), 120)
    ita = individual_typology_angle_deg(linear_rgb_to_lab(rgb(np.exp(ln_melanin))))
    rows = []
    for index, (name, middle, within) in enumerate(STEPS):
        melanin = float(np.exp(np.interp(-middle, -ita, ln_melanin)))
        neighbours = [STEPS[i][1] for i in (index - 1, index + 1) if 0 <= i < len(STEPS)]
        off = WRONG_STEP_SHARE * float(np.mean([(middle - other) ** 2 for other in neighbours]))
        patch = np.rint(255.0 * quantise(srgb_encode(rgb(np.array([melanin]))[0]))).astype(int)
        rows.append((name, middle, round(float(np.hypot(within, np.sqrt(off))), 1),
                     round(melanin, 5), *patch))  # fmt: skip
    header = (
        "# Six steps of skin tone: individual typology angle, its standard deviation when "
        "declared,\n"
        "# melanin of the typical skin that has it, and that skin's colour (8-bit sRGB, daylight,\n"
        f"# specular {SPECULAR:.0%}). Made by scripts/make_skin_tones.py, version {VERSION}.\n"
    )
    columns = ["name", "ita_deg", "ita_sd_deg", "melanin_fraction", "red", "green", "blue"]
    text = pd.DataFrame(rows, columns=columns).to_csv(index=False, lineterminator="\n")
    (DATA / "skin_tones.csv").write_text(header + text, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
