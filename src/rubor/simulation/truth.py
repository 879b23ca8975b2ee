"""What truly happens in a simulated video, as tables.

The true change of a region is the mean over the points that the reference face samples in it, placed
by the mesh found once on the resting portrait; of a cell likewise. It is counted from no response.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from rubor.simulation.face_field import region_means
from rubor.simulation.scenario_rendering import RenderedScenario
from rubor.vision.reference_face import REGIONS, reference_face

__all__ = ["true_cells", "true_regions", "write_truth"]

FloatArray = npt.NDArray[np.float64]

_UNITS = {
    "time_s": "s since the first frame",
    "true_blood_change": "change of ln blood by all responses, without the pulse",
    "true_pulse": "change of ln blood by the pulse, in all bare skin",
    "true_saturation": "oxygen saturation, 0..1",
    "skin_share": "share of the region's points that show skin and not hair",
    "light_ln_red_green": "ln(R/G) of a white surface, change from the first frame",
    "light_ln_blue_green": "ln(B/G) of a white surface, change from the first frame",
    "exposure_ln": "ln G of a white surface, change from the first frame",
    "head_x_px": "midway between the outer eye corners, px from the left of the frame",
    "head_y_px": "the same, px from the top",
    "head_roll_deg": "about the line of sight, positive clockwise in the picture",
    "head_yaw_deg": "positive to person-left",
    "smile": "0 to 1 for a broad smile",
}


def true_regions(rendered: RenderedScenario) -> pd.DataFrame:
    """One row per frame and region; all but the first of `_UNITS` repeat what the whole frame has.

    Columns: `time_s, region, true_blood_change, true_pulse, true_saturation, skin_share,
    light_ln_red_green, light_ln_blue_green, exposure_ln, head_x_px, head_y_px, head_roll_deg,
    head_yaw_deg, smile`. Light is what reaches the camera's tone curve, gains included.

    >>> from rubor.simulation.scenario import Scenario
    >>> table = true_regions(RenderedScenario(Scenario(duration_s=0.2, width=320, height=180)))
    >>> len(table), sorted(set(table["region"]))[:2]
    (21, ['cheek_left', 'cheek_right'])
    """
    course, responses = rendered.course, rendered.scenario.response
    regions = len(REGIONS)
    means = region_means(_factors_at_taps(rendered))
    sizes = np.array([response.size_ln for response in responses])
    saturations = np.array([response.saturation_change for response in responses])
    blood = (course.responses.T * sizes) @ means
    at_rest = rendered.scenario.skin.oxygen_saturation or 0.0
    saturation = at_rest + (course.responses.T * saturations) @ means
    light = np.log(rendered.white()) + course.gains_ln
    light = light - light[0]
    eyes = np.array([*rendered.sitter.eyes_middle, 1.0])
    head = rendered.head_maps @ eyes
    field = rendered.painter.field
    bare = field.at_taps(rendered.sitter.complexion[field.window]) > 0.5

    def each(of_frame: FloatArray) -> FloatArray:
        return np.repeat(of_frame, regions)

    return pd.DataFrame(
        {
            "time_s": each(course.times_s),
            "region": np.tile(np.array(REGIONS, dtype=object), course.times_s.size),
            "true_blood_change": blood.ravel(),
            "true_pulse": each(course.pulse_ln),
            "true_saturation": np.clip(saturation, 0.0, 1.0).ravel(),
            "skin_share": np.tile(region_means(bare.astype(np.float64)), course.times_s.size),
            "light_ln_red_green": each(light[:, 0] - light[:, 1]),
            "light_ln_blue_green": each(light[:, 2] - light[:, 1]),
            "exposure_ln": each(light[:, 1]),
            "head_x_px": each(head[:, 0]),
            "head_y_px": each(head[:, 1]),
            "head_roll_deg": each(np.degrees(course.sway.turn_rad)),
            "head_yaw_deg": each(np.degrees(course.turn_rad)),
            "smile": each(course.smile),
        }
    )


def true_cells(rendered: RenderedScenario) -> pd.DataFrame:
    """One row per frame and cell: `time_s, cell, region, true_blood_change`."""
    face, course = reference_face(), rendered.course
    factors = _factors_at_taps(rendered)
    counts = np.bincount(face.tap_cell, minlength=face.cells)
    means = np.array(
        [np.bincount(face.tap_cell, factor, minlength=face.cells) / counts for factor in factors]
    ).reshape(len(factors), face.cells)
    sizes = np.array([response.size_ln for response in rendered.scenario.response])
    blood = (course.responses.T * sizes) @ means
    names = np.array(face.cell_names, dtype=object)
    regions = np.array(REGIONS, dtype=object)[face.cell_region]
    return pd.DataFrame(
        {
            "time_s": np.repeat(course.times_s, face.cells),
            "cell": np.tile(names, course.times_s.size),
            "region": np.tile(regions, course.times_s.size),
            "true_blood_change": blood.ravel(),
        }
    )


def write_truth(table: pd.DataFrame, path: Path) -> None:
    """Write one of the tables as Parquet, with the unit of each column in its metadata."""
    arrow = pa.Table.from_pandas(table, preserve_index=False)
    fields = [
        field.with_metadata({"unit": _UNITS[field.name]}) if field.name in _UNITS else field
        for field in arrow.schema
    ]
    arrow = arrow.cast(pa.schema(fields, metadata=arrow.schema.metadata))
    pq.write_table(arrow, path, compression="zstd")


def _factors_at_taps(rendered: RenderedScenario) -> FloatArray:
    """Factor of each response at the points of the reference face, (k, taps)."""
    painter = rendered.painter
    factors = [painter.field.at_taps(factor) for factor in painter.factors]
    return np.array(factors).reshape(len(factors), reference_face().taps)
