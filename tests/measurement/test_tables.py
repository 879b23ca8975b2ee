"""The tables: tidy, in the agreed columns, person-left and person-right, gaps as gaps."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from rubor.measurement.baseline import Baseline, NoBaseline
from rubor.measurement.blood_series import UNSEEN_DRIFT_SD
from rubor.measurement.light_reference import LightReference
from rubor.measurement.recording import CELL_COLUMNS, TRACE_COLUMNS
from rubor.measurement.region_series import ColourSeries
from rubor.measurement.skin_reading import SkinReading
from rubor.measurement.tables import cell_chunks, exchange_sides, trace_table
from rubor.optics.blood_curve import blood_change
from rubor.vision.reference_face import REGIONS, reference_face

FRAMES = 60
TIME_S = np.arange(FRAMES) / 15.0
REST = Baseline(0.5, 1.5, "quietest early stretch", None)
DRIFT = 0.03
SKIN = SkinReading(48.0, 9.0, "declared", (0.5, 0.2), 0.05)


def series(names: tuple[str, ...] = REGIONS, frames: int = FRAMES) -> ColourSeries:
    """Areas of different colours, each with a rise in its second half and a gap of its own."""
    generator = np.random.default_rng(3)
    colours = generator.uniform(0.1, 0.5, (len(names), 3))
    rgb = np.tile(colours, (frames, 1, 1)).astype(np.float32)
    rgb[frames // 2 :, :, 0] *= 1.1
    valid = np.ones((frames, len(names)), bool)
    for area in range(len(names)):
        valid[5 + area % 20, area] = False
    rgb[~valid] = np.nan
    return ColourSeries(names, rgb, valid, valid.astype(np.float32))


def light(drift: float | None) -> LightReference:
    nothing = np.full(FRAMES, np.nan)
    if drift is None:
        return LightReference("none", TIME_S, nothing, nothing, nothing, nothing, 0, False, "none")
    path = np.linspace(0.0, drift, FRAMES)
    flat = np.zeros(FRAMES)
    return LightReference("background", TIME_S, path, flat, flat, flat, 9, False, None)


def wide(table: pd.DataFrame, column: str) -> np.ndarray:
    return table[column].to_numpy().reshape(FRAMES, -1)


class TestTraces:
    table = trace_table(TIME_S, series(), REST, light(None), SKIN)

    def test_there_is_one_row_for_each_time_and_region(self) -> None:
        assert tuple(self.table.columns) == TRACE_COLUMNS
        assert TRACE_COLUMNS[:9] == (
            "time_s", "region", "erythema_index", "lab_l", "lab_a", "lab_b", "blood_change",
            "blood_change_sd", "valid",
        )  # fmt: skip
        assert len(self.table) == FRAMES * len(REGIONS)
        assert not self.table.duplicated(["time_s", "region"]).any()
        np.testing.assert_array_equal(wide(self.table, "time_s")[:, 0], TIME_S)
        assert wide(self.table, "region")[0].tolist() == list(REGIONS)

    def test_the_index_is_log10_of_red_over_green(self) -> None:
        rgb = series().linear_rgb
        np.testing.assert_allclose(
            wide(self.table, "erythema_index"), np.log10(rgb[..., 0] / rgb[..., 1]), atol=1e-6
        )

    def test_what_is_not_valid_is_nan_and_never_zero(self) -> None:
        lost = self.table[~self.table["valid"]]
        assert len(lost) == len(REGIONS)
        values = lost.drop(columns=["time_s", "region", "valid"])
        assert values.isna().all(axis=None)
        kept = self.table[self.table["valid"]]
        assert kept.notna().all(axis=None)

    def test_a_redder_colour_is_more_blood_with_its_uncertainty(self) -> None:
        late = self.table[self.table["valid"] & (self.table["time_s"] > 3.0)]
        expected = blood_change(
            np.log(1.1), SKIN.ita_deg, SKIN.ita_sd_deg, SKIN.resting_colour,
            SKIN.white_balance_sd, UNSEEN_DRIFT_SD,
        )  # fmt: skip
        np.testing.assert_allclose(late["blood_change"], expected.estimate, rtol=2e-3)
        np.testing.assert_allclose(late["blood_change_sd"], expected.sd, rtol=2e-3)

    def test_the_change_is_from_the_recordings_own_baseline(self) -> None:
        change = wide(self.table, "erythema_index_change")
        at_rest = (REST.start_s <= TIME_S) & (REST.end_s >= TIME_S)
        np.testing.assert_allclose(np.nanmean(change[at_rest], axis=0), 0.0, atol=1e-6)
        np.testing.assert_allclose(
            np.nanmean(change[FRAMES // 2 :], axis=0), np.log10(1.1), atol=1e-6
        )

    def test_without_a_baseline_there_is_no_change(self) -> None:
        table = trace_table(TIME_S, series(), NoBaseline("too short"), light(None), SKIN)
        assert table[["erythema_index_change", "blood_change"]].isna().all(axis=None)
        assert table["erythema_index"].notna().any()


class TestLight:
    def test_the_index_itself_is_never_divided_by_the_reference(self) -> None:
        plain = trace_table(TIME_S, series(), REST, light(None), SKIN)
        corrected = trace_table(TIME_S, series(), REST, light(DRIFT), SKIN)
        for column in ("erythema_index", "lab_l", "lab_a", "lab_b"):
            pd.testing.assert_series_equal(plain[column], corrected[column])

    def test_the_change_is_divided_by_it(self) -> None:
        plain = wide(
            trace_table(TIME_S, series(), REST, light(None), SKIN), "erythema_index_change"
        )
        got = wide(trace_table(TIME_S, series(), REST, light(DRIFT), SKIN), "erythema_index_change")
        taken = (plain - got) * np.log(10.0)
        path = np.linspace(0.0, DRIFT, FRAMES)
        at_rest = (REST.start_s <= TIME_S) & (REST.end_s >= TIME_S)
        np.testing.assert_allclose(
            np.nanmean(taken, axis=1), path - path[at_rest].mean(), atol=5e-4
        )

    def test_where_the_reference_is_unknown_the_change_is_too(self) -> None:
        part = light(DRIFT)
        part.log_r_over_g_drift[50:] = np.nan
        change = wide(trace_table(TIME_S, series(), REST, part, SKIN), "erythema_index_change")
        assert np.isnan(change[50:]).all()
        assert np.isfinite(change[30:50]).all()


class TestSides:
    def test_exchanging_swaps_left_and_right_alone(self) -> None:
        before, after = series(), exchange_sides(series())
        for name, other in (("cheek_left", "cheek_right"), ("jaw_right", "jaw_left")):
            np.testing.assert_array_equal(
                after.linear_rgb[:, REGIONS.index(name)],
                before.linear_rgb[:, REGIONS.index(other)],
            )
            np.testing.assert_array_equal(
                after.valid[:, REGIONS.index(name)], before.valid[:, REGIONS.index(other)]
            )
        for name in ("forehead", "nose", "chin"):
            column = REGIONS.index(name)
            np.testing.assert_array_equal(after.linear_rgb[:, column], before.linear_rgb[:, column])

    @pytest.mark.parametrize("names", [REGIONS, reference_face().cell_names])
    def test_exchanging_twice_gives_it_back(self, names: tuple[str, ...]) -> None:
        before = series(names)
        after = exchange_sides(exchange_sides(before))
        np.testing.assert_array_equal(after.linear_rgb, before.linear_rgb)
        assert after.names == before.names


class TestCells:
    def test_the_pieces_together_are_the_whole_table(self) -> None:
        names = reference_face().cell_names[:5]
        frames = 2500
        time_s = np.arange(frames) / 15.0
        path = np.linspace(0.0, DRIFT, frames)
        flat = np.full(frames, 0.002)
        drift = replace(light(DRIFT), time_s=time_s, log_r_over_g_drift=path, drift_sd=flat)
        cells = series(names, frames)
        pieces = list(cell_chunks(time_s, cells, REST, drift, SKIN))
        assert len(pieces) > 1
        whole = pd.concat(pieces, ignore_index=True)
        assert tuple(whole.columns) == CELL_COLUMNS
        expected = trace_table(time_s, cells, REST, drift, SKIN)
        assert whole["cell"].tolist() == expected["region"].tolist()
        for column in CELL_COLUMNS[2:]:
            np.testing.assert_allclose(
                whole[column].to_numpy(float), expected[column].to_numpy(float), rtol=1e-5,
                atol=1e-6,
            )  # fmt: skip

    def test_values_take_32_bits_and_times_keep_64(self) -> None:
        table = next(cell_chunks(TIME_S, series(("nose_left_01",)), REST, light(None), SKIN))
        assert table["time_s"].dtype == np.float64
        assert table["erythema_index"].dtype == np.float32
        assert table["valid"].dtype == bool
