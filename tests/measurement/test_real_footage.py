"""What real footage must show: redness that holds still on a still face, through a smile too."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

import rubor
from rubor.vision.face_tracking import FaceTracker
from rubor.vision.reference_face import REGIONS
from rubor.vision.video import VideoFile

FloatArray = npt.NDArray[np.float64]
Measured = Callable[[str], rubor.Recording]
Table = Callable[[rubor.Recording, str], FloatArray]

STEADY = ("forehead", "cheek_left", "cheek_right")
CHEEKS = ("cheek_left", "cheek_right")

# Corners of the mouth and outer corners of the eyes, as Face Mesh numbers them.
MOUTH, EYES = (61, 291), (33, 263)
SMILE_FRAMES = 10
SMILE_LIMIT = 0.005


def index_of(recording: rubor.Recording, table: Table, region: str) -> FloatArray:
    return table(recording, "erythema_index")[:, REGIONS.index(region)]


class TestAStillFace:
    """face.mp4: ten seconds, head still (Wu et al. 2012)."""

    @pytest.fixture
    def recording(self, measured: Measured) -> rubor.Recording:
        return measured("face.mp4")

    def test_it_is_accepted_or_refused_for_a_stated_reason(
        self, recording: rubor.Recording
    ) -> None:
        assert recording.summary["video"]["frames"] == 301
        assert recording.summary["video"]["matrix"] == "bt601"
        for gate in recording.failed_gates:
            assert gate["advice"]
        assert recording.accepted == (not any(gate["matters"] for gate in recording.failed_gates))
        assert recording.accepted

    @pytest.mark.parametrize("region", STEADY)
    def test_redness_shows_no_trend_above_its_noise_floor(
        self, recording: rubor.Recording, table: Table, region: str
    ) -> None:
        index = index_of(recording, table, region)
        time_s = table(recording, "time_s")[:, 0]
        floor = recording.summary["noise_floor"][region]["erythema_index"]["1_s"]
        seen = np.isfinite(index)
        assert seen.mean() > 0.95
        trend = np.polyfit(time_s[seen], index[seen], 1)[0] * np.ptp(time_s)
        late = time_s > time_s.mean()
        halves = index[late & seen].mean() - index[~late & seen].mean()
        assert floor <= 0.01
        assert abs(trend) <= floor
        assert abs(halves) <= floor

    @pytest.mark.parametrize("method", ["POS", "CHROM"])
    def test_the_pulse_is_in_the_published_band(
        self, recording: rubor.Recording, method: str
    ) -> None:
        pulse = recording.summary["pulse"][method]
        assert 50.0 <= pulse["rate_bpm"] <= 60.0
        assert pulse["snr_db"] > 0.0

    def test_ten_seconds_are_too_few_for_a_floor_at_ten_seconds(
        self, recording: rubor.Recording
    ) -> None:
        for region in REGIONS:
            floors = recording.summary["noise_floor"][region]
            assert floors["erythema_index"]["10_s"] is None
            assert floors["reasons"]["10_s"]

    def test_every_row_is_a_number_or_marked(self, recording: rubor.Recording) -> None:
        traces = recording.traces
        assert traces["erythema_index"].isna().eq(~traces["valid"]).all()
        assert (traces.loc[traces["valid"], "lab_l"] > 10.0).all()

    def test_cells_lie_about_their_region(self, recording: rubor.Recording) -> None:
        cells = recording.cells[recording.cells["valid"]]
        region = cells["cell"].astype(str).str.extract(r"^(cheek_left|cheek_right)")[0]
        means = cells.groupby(region)["erythema_index"].mean()
        traces = recording.traces[recording.traces["valid"]]
        whole = traces.groupby("region", observed=True)["erythema_index"].mean()
        for cheek in CHEEKS:
            assert means[cheek] == pytest.approx(whole[cheek], abs=0.03)


@pytest.fixture(scope="module")
def onset(shared: Path) -> int:
    """The frame at which the mouth has reached a tenth of its widening, from the mesh."""
    tracker = FaceTracker()
    widths = []
    with VideoFile(shared / "videos" / "single_face.mp4") as video:
        for frame in video.frames():
            points = tracker.follow(frame)
            assert points is not None
            mouth, eyes = (
                np.linalg.norm(points[one, :2] - points[other, :2]) for one, other in (MOUTH, EYES)
            )
            widths.append(float(mouth / eyes))
    neutral, smiling = np.median(widths[:10]), np.percentile(widths, 90)
    assert smiling > 1.2 * neutral
    return int(np.argmax(np.array(widths) > neutral + 0.1 * (smiling - neutral)))


class TestASmile:
    """single_face.mp4: neutral, smile, neutral; 2.4 s, no colour tags, no physiology."""

    @pytest.fixture
    def recording(self, measured: Measured) -> rubor.Recording:
        return measured("single_face.mp4")

    def around(
        self, recording: rubor.Recording, table: Table, region: str, onset: int
    ) -> tuple[FloatArray, FloatArray]:
        index = index_of(recording, table, region)
        return index[onset - SMILE_FRAMES : onset], index[onset : onset + SMILE_FRAMES]

    @pytest.mark.parametrize("cheek", CHEEKS)
    def test_a_smile_does_not_redden_a_cheek(
        self, recording: rubor.Recording, table: Table, onset: int, cheek: str
    ) -> None:
        before, after = self.around(recording, table, cheek, onset)
        # Valid means that at least 30 % of its points are in use.
        assert np.isfinite(before).all()
        assert np.isfinite(after).all()
        assert abs(after.mean() - before.mean()) <= SMILE_LIMIT

    @pytest.mark.parametrize("region", ["forehead", "nose", "chin", "jaw_left", "jaw_right"])
    def test_other_regions_hold_still_or_are_marked(
        self, recording: rubor.Recording, table: Table, onset: int, region: str
    ) -> None:
        before, after = self.around(recording, table, region, onset)
        assert np.isfinite(before).any()
        if np.isfinite(after).any():
            assert abs(np.nanmean(after) - np.nanmean(before)) <= SMILE_LIMIT

    def test_two_seconds_are_not_accepted(self, recording: rubor.Recording) -> None:
        assert not recording.accepted
        failed = {gate["name"]: gate for gate in recording.failed_gates}
        assert failed["duration_s"]["matters"]
        assert "10 seconds" in failed["duration_s"]["advice"]

    def test_missing_colour_tags_are_named(self, recording: rubor.Recording) -> None:
        assert set(recording.summary["video"]["assumed"]) == {"transfer", "matrix", "range"}
        assert any("matrix" in warning for warning in recording.summary["warnings"])


class TestNoFace:
    def test_a_video_without_a_face_is_refused_with_the_reason(self, shared: Path) -> None:
        with pytest.raises(rubor.FaceNotFoundError, match=r"no face in no_face\.mp4") as caught:
            rubor.measure(shared / "videos" / "no_face.mp4")
        assert caught.value.cure


class TestAPhoto:
    def test_a_face_in_even_light_is_accepted(self, measured: Measured) -> None:
        recording = measured("face_even_light.jpg")
        assert recording.accepted
        assert recording.summary["video"]["frames"] == 1
        assert recording.traces["valid"].all()
        assert recording.traces["erythema_index"].between(0.0, 0.7).all()

    def test_it_has_no_change_and_says_why(self, measured: Measured) -> None:
        recording = measured("face_even_light.jpg")
        assert recording.traces["erythema_index_change"].isna().all()
        assert "photo" in recording.summary["baseline"]["source"]
