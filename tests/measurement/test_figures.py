"""What the figures of a recording show, and what they must not."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch
from skimage.color import deltaE_ciede2000, rgb2lab

from rubor.measurement import Recording, measure
from rubor.measurement.cell_redness import cell_redness
from rubor.measurement.face_outline import face_outline
from rubor.measurement.figure_style import CHANGE_SCALE, REST_SCALE, inline_svg, new_figure
from rubor.measurement.figures import (
    notebook_view,
    panels_of_regions,
    plot_face_map,
    plot_traces,
)
from rubor.measurement.running_mean import running_mean, thinned, with_gaps
from rubor.measurement.sustained_change import sustained_change_of_regions
from rubor.vision.reference_face import REGIONS, mirrored_name, reference_face

FloatArray = npt.NDArray[np.float64]
CELLS = reference_face().cell_names
RATE = 10.0
NOISE = 0.002


def make_recording(
    *,
    seconds: float = 60.0,
    rise: dict[str, float] | None = None,
    gap_s: tuple[float, float] | None = None,
    baseline: tuple[float, float] | None = (0.0, 10.0),
    drop_rows: bool = False,
) -> Recording:
    """White noise everywhere; from 30 to 40 s the regions of `rise` are redder by so much."""
    rng = np.random.default_rng(5)
    time_s = np.arange(int(seconds * RATE)) / RATE
    missing = np.zeros(len(time_s), dtype=bool)
    if gap_s is not None:
        missing = (time_s >= gap_s[0]) & (time_s < gap_s[1])
    high = (time_s >= 30.0) & (time_s < 40.0)
    lifts = rise or {}

    def table(column: str, names: tuple[str, ...], regions: list[str]) -> pd.DataFrame:
        change = rng.normal(0.0, NOISE, (len(time_s), len(names)))
        change += high[:, None] * np.array([lifts.get(region, 0.0) for region in regions])
        change[missing] = np.nan
        frame = pd.DataFrame(
            {
                "time_s": np.repeat(time_s, len(names)),
                column: pd.Categorical.from_codes(
                    np.tile(np.arange(len(names)), len(time_s)), list(names)
                ),
                "erythema_index": 0.2 + change.ravel(),
                "erythema_index_change": change.ravel() if baseline else np.nan,
                "lab_l": 60.0,
                "lab_a": 12.0,
                "lab_b": 15.0,
                "blood_change": 13.0 * change.ravel() if baseline else np.nan,
                "blood_change_sd": 0.05 if baseline else np.nan,
                "valid": np.isfinite(change).ravel(),
            }
        )
        gone = np.repeat(missing, len(names))
        return frame[~gone].reset_index(drop=True) if drop_rows else frame

    cells = table("cell", CELLS, [REGIONS[number] for number in reference_face().cell_region])

    def chunks() -> Iterator[pd.DataFrame]:
        # Pieces end in the middle of a frame, as those of a file do.
        for first in range(0, len(cells), 1000):
            yield cells.iloc[first : first + 1000]

    start_s, end_s = baseline or (None, None)
    floor = 1.96 * np.sqrt(2.0) * NOISE / np.sqrt(RATE)
    floors = {"erythema_index": {"1_s": floor, "10_s": None}}
    summary: dict[str, Any] = {
        "file": {"name": "made.mp4", "sha256": "0" * 64},
        "video": {"frames": len(time_s), "duration_s": seconds},
        "regions": list(REGIONS),
        "baseline": {"start_s": start_s, "end_s": end_s, "source": "option"},
        "noise_floor": {region: floors for region in REGIONS},
        "change_detected": {region: region in lifts for region in REGIONS},
        "accepted": True,
        "quality": [],
    }
    return Recording(summary, table("region", REGIONS, list(REGIONS)), chunks)


def lines(figure: Figure, prefix: str) -> dict[str, tuple[FloatArray, FloatArray]]:
    """x and y of the lines whose id begins so, by region."""
    return {
        line.get_gid().removeprefix(prefix): (
            np.asarray(line.get_xdata(), float),
            np.asarray(line.get_ydata(), float),
        )
        for axes in figure.axes
        for line in axes.lines
        if (line.get_gid() or "").startswith(prefix)
    }


# --- curves -------------------------------------------------------------------------------------


def test_left_and_right_share_a_panel_and_every_region_has_its_line() -> None:
    figure = plot_traces(make_recording())
    titles = [axes.get_title(loc="left") for axes in figure.axes if axes.get_visible()]
    assert [title for title in titles if title] == ["Forehead", "Nose", "Chin", "Cheeks", "Jaw"]
    assert set(lines(figure, "mean-")) == set(REGIONS)


def test_one_sided_regions_have_a_panel_of_their_own() -> None:
    assert panels_of_regions(["ear_left", "nose"]) == (("ear_left",), ("nose",))


@pytest.mark.parametrize("drop_rows", [False, True], ids=["NaN rows", "missing rows"])
def test_no_line_bridges_a_gap(drop_rows: bool) -> None:
    figure = plot_traces(make_recording(gap_s=(20.0, 26.0), drop_rows=drop_rows))
    for prefix in ("mean-", "frames-"):
        for x, y in lines(figure, prefix).values():
            inside = (x > 20.0) & (x < 25.9)
            assert inside.any()
            assert np.isnan(y[inside]).all()
            assert np.isfinite(y[(x < 19.9) | (x > 26.1)]).all()


def test_the_band_is_the_region_s_own_noise_floor() -> None:
    recording = make_recording()
    floors = dict(recording.summary["noise_floor"])
    floors["nose"] = {"erythema_index": {"1_s": 0.007, "10_s": None}}
    floors["chin"] = {"erythema_index": {"1_s": None, "10_s": None}}
    recording.summary["noise_floor"] = floors
    bands = {
        patch.get_gid(): patch.get_extents().transformed(axes.transData.inverted())
        for axes in plot_traces(recording).axes
        for patch in axes.patches
        if (patch.get_gid() or "").startswith("noise-band-")
    }
    assert bands["noise-band-nose"].ymin == pytest.approx(-0.007)
    assert bands["noise-band-nose"].ymax == pytest.approx(0.007)
    assert "noise-band-chin" not in bands


def test_the_baseline_and_the_events_are_marked() -> None:
    recording = make_recording(baseline=(2.0, 12.0))
    recording.summary["events"] = [{"time_s": 30.0, "kind": "stimulus_start"}]
    axes = plot_traces(recording, ["nose"]).axes[0]
    (shade,) = (patch for patch in axes.patches if patch.get_gid() == "at-rest")
    extent = shade.get_extents().transformed(axes.transData.inverted())
    assert (extent.xmin, extent.xmax) == pytest.approx((2.0, 12.0))
    assert "stimulus start" in [text.get_text().strip() for text in axes.texts]


def test_noise_alone_is_not_blown_up_to_fill_the_panel() -> None:
    low, high = plot_traces(make_recording()).axes[0].get_ylim()
    assert low <= -0.02
    assert high >= 0.02


def test_every_panel_has_the_same_scale_alone_or_together() -> None:
    recording = make_recording(rise={"cheek_left": 0.05})
    together = {axes.get_ylim() for axes in plot_traces(recording).axes if axes.get_visible()}
    assert together == {plot_traces(recording, ["nose"]).axes[0].get_ylim()}
    assert max(high for _, high in together) > 0.05


def test_without_a_baseline_the_index_itself_is_drawn() -> None:
    curves = lines(plot_traces(make_recording(baseline=None)), "mean-")
    for _, y in curves.values():
        assert np.nanmean(y) == pytest.approx(0.2, abs=0.001)


def test_long_recordings_are_drawn_with_few_points() -> None:
    figure = plot_traces(make_recording(seconds=900.0))
    for prefix in ("mean-", "frames-"):
        assert all(len(x) <= 1200 for x, _ in lines(figure, prefix).values())


@given(
    st.lists(st.one_of(st.floats(-1, 1), st.just(float("nan"))), min_size=3, max_size=400),
    st.integers(1, 20),
)
def test_thinning_keeps_the_extremes_and_invents_nothing(values: list[float], most: int) -> None:
    time_s, curve = np.arange(float(len(values))), np.array(values)
    x, y = thinned(time_s, curve, most)
    known = np.isfinite(y)
    assert len(y) <= max(2 * most, len(values) if len(values) <= 2 * most else 0)
    assert np.all(np.diff(x) > 0)
    np.testing.assert_array_equal(curve[x[known].astype(int)], y[known])
    if np.isfinite(curve).all():
        assert (y.min(), y.max()) == (curve.min(), curve.max())


@given(st.lists(st.floats(-1, 1), min_size=2, max_size=200), st.floats(0.05, 3.0))
def test_a_running_mean_stays_within_its_values(values: list[float], step_s: float) -> None:
    time_s = np.arange(len(values)) * step_s
    smooth = running_mean(time_s, np.array(values), 1.0)
    known = smooth[np.isfinite(smooth)]
    assert np.all(known >= min(values) - 1e-9)
    assert np.all(known <= max(values) + 1e-9)


def test_missing_frames_open_the_curve_once() -> None:
    time_s, values = with_gaps(np.array([0.0, 0.1, 0.2, 5.0, 5.1]), np.ones(5))
    assert np.flatnonzero(np.isnan(values)).tolist() == [3]
    assert 0.2 < time_s[3] < 5.0


# --- what counts as a change --------------------------------------------------------------------


def test_a_change_is_found_where_it_is_and_nowhere_else() -> None:
    changes = {
        change.region: change
        for change in sustained_change_of_regions(make_recording(rise={"cheek_left": 0.01}))
    }
    cheek = changes.pop("cheek_left")
    assert cheek.change == pytest.approx(0.01, abs=0.001)
    assert cheek.start_s is not None
    assert 30.0 <= cheek.start_s <= 35.0
    assert cheek.times_noise > max(change.times_noise for change in changes.values())


def test_a_fall_is_found_as_well_as_a_rise() -> None:
    changes = sustained_change_of_regions(make_recording(rise={"nose": -0.008}))
    nose = next(change for change in changes if change.region == "nose")
    assert nose.change == pytest.approx(-0.008, abs=0.001)


def test_white_noise_is_not_taken_for_a_change() -> None:
    """Seven regions in 40 recordings of a minute, each held against its own floor from the noise."""
    from rubor.measurement.noise_floor import noise_floor
    from rubor.measurement.sustained_change import floor_upper_factor, sustained_means

    rng = np.random.default_rng(0)
    time_s = np.arange(60.0)
    found = 0
    for _ in range(280):
        means = rng.normal(0.0, 1.0, 60)
        change = means - means[:5].mean()
        floor = noise_floor(time_s, means, 1.0).value
        assert floor is not None
        largest = np.nanmax(np.abs(sustained_means(change[:, None])))
        found += largest > floor * floor_upper_factor(60)
    assert found <= 3


# --- face maps ----------------------------------------------------------------------------------


def cells_of(axes: Axes) -> dict[str, Patch]:
    """The drawn cells by name."""
    return {
        patch.get_gid().removeprefix("cell-"): patch
        for patch in axes.patches
        if (patch.get_gid() or "").startswith("cell-")
    }


def hatched(axes: Axes) -> set[str]:
    return {name for name, patch in cells_of(axes).items() if patch.get_hatch()}


def test_person_left_is_on_the_viewer_s_right_and_says_so() -> None:
    figure = plot_face_map(make_recording(), ["rest"])
    figure.draw_without_rendering()
    drawn = cells_of(figure.axes[0])
    assert set(drawn) == set(CELLS)
    middle_px = figure.axes[0].transData.transform((0.0, 0.0))[0]
    for name, patch in drawn.items():
        centre_px = patch.get_window_extent().x0 / 2.0 + patch.get_window_extent().x1 / 2.0
        assert (centre_px > middle_px) == ("left" in name)
    labels = {text.get_text(): text.get_position()[0] for text in figure.axes[0].texts}
    assert labels["PERSON'S RIGHT"] < 0.0 < labels["PERSON'S LEFT"]


def test_every_cell_lies_where_its_points_are() -> None:
    face, outline = reference_face(), face_outline()
    for number, rings in enumerate(outline.cells):
        taps = face.tap_position_cm[face.tap_cell == number, :2]
        assert len(rings) == 1
        ring = rings[0].astype(np.float32)
        inside = [cv2.pointPolygonTest(ring, (x, y), True) > -0.02 for x, y in taps.tolist()]
        assert np.mean(inside) > 0.8


def test_the_two_sides_of_the_drawing_mirror_each_other() -> None:
    outline = face_outline()
    for name in CELLS:
        here = outline.cells[CELLS.index(name)][0]
        there = outline.cells[CELLS.index(mirrored_name(name))][0]
        np.testing.assert_allclose(
            [here[:, 0].min(), here[:, 1].min(), here[:, 1].max()],
            [-there[:, 0].max(), there[:, 1].min(), there[:, 1].max()],
            atol=0.1,
        )


def test_the_change_is_drawn_where_it_is_and_the_rest_is_hatched() -> None:
    recording = make_recording(rise={"cheek_left": 0.02})
    figure = plot_face_map(recording)
    start, end = map(int, re.findall(r"\d+", figure.axes[2].get_title()))
    assert 30 <= start < end <= 40
    quiet = hatched(figure.axes[2])
    cheek = {name for name in CELLS if name.startswith("cheek_left")}
    assert not quiet & cheek
    # About one in a thousand cells is above its noise by chance.
    assert len(quiet) >= len(CELLS) - len(cheek) - 2


def test_the_map_is_of_the_moment_of_the_largest_change() -> None:
    redness = cell_redness(make_recording(rise={"nose": 0.02}))
    assert redness.moment_s is not None
    assert redness.change is not None
    assert 30.0 <= redness.moment_s[0] <= 35.0
    nose = [name.startswith("nose") for name in CELLS]
    np.testing.assert_allclose(redness.change[nose], 0.02, atol=0.002)


def test_cells_that_were_not_measured_stay_empty() -> None:
    recording = make_recording(seconds=12.0)
    cells = recording.cells
    cells.loc[cells["cell"] == "cheek_left_07", ["erythema_index", "erythema_index_change"]] = (
        np.nan
    )
    figure = plot_face_map(Recording(recording.summary, recording.traces, lambda: iter([cells])))
    for axes in (figure.axes[0], figure.axes[2]):
        cell = cells_of(axes)["cheek_left_07"]
        assert cell.get_facecolor()[3] == 0.0
        assert not cell.get_hatch()


def test_without_a_baseline_there_is_no_map_of_change() -> None:
    recording = make_recording(baseline=None)
    assert len(plot_face_map(recording).axes) == 2  # one map and its scale
    with pytest.raises(ValueError, match="no baseline"):
        plot_face_map(recording, ["change"])


@pytest.mark.parametrize("scale", [REST_SCALE, CHANGE_SCALE], ids=lambda scale: scale.name)
def test_the_colour_scales_step_evenly_for_the_eye(scale: Any) -> None:
    lab = rgb2lab(scale(np.linspace(0.0, 1.0, 41))[:, :3])
    steps = deltaE_ciede2000(lab[1:], lab[:-1])
    assert steps.max() / steps.min() < 1.8
    assert abs(lab[20, 0] - lab[[0, -1], 0]).min() > 25 or scale is REST_SCALE


def test_the_scale_of_change_is_read_by_lightness_without_colour_vision() -> None:
    lightness = rgb2lab(CHANGE_SCALE(np.linspace(0.0, 1.0, 41))[:, :3])[:, 0]
    assert np.all(np.diff(lightness[:21]) > 0)
    assert np.all(np.diff(lightness[20:]) < 0)
    assert np.all(np.diff(rgb2lab(REST_SCALE(np.linspace(0, 1, 41))[:, :3])[:, 0]) < 0)


# --- SVG and notebook ---------------------------------------------------------------------------


def test_an_inline_figure_refers_to_nothing_outside_and_has_a_name() -> None:
    figure = plot_traces(make_recording(seconds=12.0), ["cheek_left", "cheek_right"])
    svg = inline_svg(figure, name="curve", title="A <title>", description="What is seen.")
    assert svg.startswith("<svg")
    assert "http" not in svg
    assert "A &lt;title&gt;" in svg
    assert "person-left</text>" in svg  # text stays text
    assert "DejaVu" not in svg  # in the fonts of the page
    used = set(re.findall(r'(?:href="|url\()#([^")]+)', svg))
    assert used <= set(re.findall(r'id="([^"]+)"', svg))


def test_colours_of_a_figure_follow_the_page() -> None:
    figure = new_figure(40, 40)
    svg = inline_svg(figure, name="empty", title="", description="")
    assert "var(--figure-paper, #fefefe)" in svg


def test_a_notebook_shows_table_curves_and_map() -> None:
    recording = make_recording(seconds=12.0)
    recording.summary["file"] = {"name": "<b>.mp4", "sha256": "1" * 64}
    page = notebook_view(recording)
    assert page.count("<svg") == 2
    assert "<b>" not in page
    assert "cheek, person-left" in page
    ids = re.findall(r'\bid="([^"]+)"', page)
    assert len(ids) == len(set(ids))


def test_a_photo_is_shown_as_one_dot_a_region(shared: Path) -> None:
    photo = measure(shared / "videos" / "face_even_light.jpg", mirrored=False)
    (axes,) = plot_traces(photo).axes
    (dots,) = axes.collections
    assert len(dots.get_offsets()) == len(REGIONS)
    assert len(plot_face_map(photo).axes) == 2
    assert "<svg" in photo._repr_html_()


def test_a_still_face_has_no_clear_change(shared: Path) -> None:
    """The clip of a still face without a blush: a claim of change would be false."""
    recording = measure(shared / "videos" / "face.mp4", mirrored=False)
    assert not any(recording.summary["change_detected"].values())
    quiet = hatched(plot_face_map(recording).axes[2])
    measured = np.isfinite(cell_redness(recording).contrast).sum()
    assert len(quiet) > 0.9 * measured
