"""Make the spread of camera sensitivities that simulated cameras are drawn from.

The sensitivities of 52 cameras of rawtoaces-data (Academy Software Foundation, Apache-2.0), each
channel scaled to a peak of 1, are reduced to their mean and six principal components, each of one
standard deviation. These reproduce mean and spread of the colour of skin, and of its change with
blood, of the 52. The cameras themselves stay outside the project.

    python scripts/make_camera_spread.py path/to/camera_ssf_rawtoaces.csv
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import pandas as pd

VERSION = 1
COMPONENTS = 6
WAVELENGTH_NM = np.arange(400.0, 701.0, 5.0)
TARGET = Path(__file__).parents[1] / "src" / "rubor" / "simulation" / "data" / "camera_spread.csv"


def main() -> None:
    """Read, reduce and write."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("cameras", type=Path, help="camera_ssf_rawtoaces.csv")
    cameras = pd.read_csv(parser.parse_args().cameras, comment="#")
    sensitivities = np.array(
        [
            [np.interp(WAVELENGTH_NM, rows["wavelength_nm"], rows[channel]) for channel in "rgb"]
            for _, rows in cameras.groupby("camera")
        ]
    )
    scaled = sensitivities / sensitivities.max(axis=2, keepdims=True)
    flat = scaled.reshape(len(scaled), -1)
    mean = flat.mean(axis=0)
    _, sizes, directions = np.linalg.svd(flat - mean, full_matrices=False)
    # The sign of a component is arbitrary; the largest entry is made positive.
    signs = np.sign(
        directions[np.arange(COMPONENTS), np.abs(directions[:COMPONENTS]).argmax(axis=1)]
    )
    components = (
        directions[:COMPONENTS] * (signs * sizes[:COMPONENTS] / np.sqrt(len(flat) - 1))[:, None]
    )
    columns = {"wavelength_nm": WAVELENGTH_NM}
    names = ["mean", *(f"component_{number}" for number in range(1, COMPONENTS + 1))]
    for name, values in zip(names, [mean, *components], strict=True):
        for channel, row in zip("rgb", values.reshape(3, -1), strict=True):
            columns[f"{name}_{channel}"] = row
    header = (
        "# Mean and principal components (one standard deviation each) of camera sensitivities,\n"
        "# each channel scaled to a peak of 1, from the 52 cameras of rawtoaces-data\n"
        "# (Academy Software Foundation, Apache-2.0).\n"
        f"# Made by scripts/make_camera_spread.py, version {VERSION}.\n"
    )
    table = pd.DataFrame(columns).round(5).to_csv(index=False, lineterminator="\n")
    TARGET.parent.mkdir(exist_ok=True)
    TARGET.write_text(header + table, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
