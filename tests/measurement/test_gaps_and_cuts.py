"""Where there is no face there is a gap; a cut begins a new segment; two people are one too many."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
import pytest

import rubor
from rubor.simulation import load_portrait, write_video

LinearFrame = npt.NDArray[np.float32]
Table = Callable[[rubor.Recording, str], npt.NDArray[np.float64]]

RATE = 15
WIDTH, HEIGHT = 640, 400
VALUES = ("erythema_index", "erythema_index_change", "lab_l", "lab_a", "lab_b")


def scene(*left_at: int, enlargement: float = 1.3) -> LinearFrame:
    """The portrait before a wall, once at each place; none for the empty wall."""
    rows, columns = np.mgrid[:HEIGHT, :WIDTH]
    wall = 0.30 + 0.10 * np.sin(columns / 40.0) * np.cos(rows / 30.0) + 0.1 * columns / WIDTH
    frame = np.repeat(wall[..., None], 3, axis=2).astype(np.float32)
    person = load_portrait(enlargement)
    share = person.person[..., None]
    height = min(HEIGHT, len(share))
    for left in left_at:
        here = frame[:height, left : left + share.shape[1]]
        width = here.shape[1]
        here[:] = (person.linear * share)[:height, :width] + here * (1 - share[:height, :width])
    return frame


def with_covered(frame: LinearFrame, *box: int) -> LinearFrame:
    """Something grey held before the part (left, top, right, bottom) of the picture."""
    covered = frame.copy()
    cv2.rectangle(covered, box[:2], box[2:], (0.22, 0.22, 0.22), -1)
    return covered


# In the scene with the portrait at 150: the whole face, and the third at the picture's left.
WHOLE_FACE, RIGHT_THIRD = (345, 50, 500, 245), (300, 50, 390, 210)


def measure_scenes(
    path: Path, scenes: Iterable[tuple[LinearFrame, int]], **options: object
) -> rubor.Recording:
    frames = [frame for frame, count in scenes for _ in range(count)]
    write_video(path, frames, frame_rate=RATE, noise_levels=2.0, seed=4)
    return rubor.measure(path, mirrored=False, **options)  # type: ignore[arg-type]


class TestAFaceOutOfView:
    BEFORE, AWAY, AFTER = 45, 20, 45

    @pytest.fixture(scope="class")
    @classmethod
    def recording(cls, tmp_path_factory: pytest.TempPathFactory) -> rubor.Recording:
        seen = scene(150)
        return measure_scenes(
            tmp_path_factory.mktemp("gap") / "gap.mp4",
            [
                (seen, cls.BEFORE),
                (with_covered(seen, *WHOLE_FACE), cls.AWAY),
                (seen, cls.AFTER),
            ],
        )

    def test_those_frames_are_nan_and_marked_and_never_zero(
        self, recording: rubor.Recording, table: Table
    ) -> None:
        away = slice(self.BEFORE + 2, self.BEFORE + self.AWAY)
        assert not table(recording, "valid")[away].astype(bool).any()
        for column in VALUES:
            assert np.isnan(table(recording, column)[away].astype(float)).all()
            assert not (table(recording, column).astype(float) == 0.0).any()

    def test_times_go_on_through_the_gap(self, recording: rubor.Recording, table: Table) -> None:
        times = table(recording, "time_s")[:, 0]
        np.testing.assert_allclose(times, np.arange(110) / RATE, atol=1e-3)

    def test_redness_is_the_same_before_and_after(
        self, recording: rubor.Recording, table: Table
    ) -> None:
        cheek = recording.summary["regions"].index("cheek_left")
        index = table(recording, "erythema_index")[:, cheek]
        before, after = index[: self.BEFORE], index[-self.AFTER :]
        assert np.isfinite(before).mean() > 0.8
        assert np.isfinite(after).mean() > 0.7
        assert np.nanmean(after) == pytest.approx(np.nanmean(before), abs=0.004)

    def test_it_costs_visible_time(self, recording: rubor.Recording) -> None:
        gate = next(g for g in recording.summary["quality"] if g["name"] == "face_visible_share")
        assert gate["value"] == pytest.approx(90 / 110, abs=0.05)

    def test_it_is_no_cut(self, recording: rubor.Recording) -> None:
        assert recording.summary["segments"] == 1


def test_what_something_covers_is_lost_and_the_rest_is_kept(tmp_path: Path, table: Table) -> None:
    seen = scene(150)
    recording = measure_scenes(
        tmp_path / "third.mp4",
        [(seen, 45), (with_covered(seen, *RIGHT_THIRD), 30), (seen, 30)],
    )
    covered = slice(50, 72)
    names = recording.summary["regions"]
    valid = table(recording, "valid").astype(bool)
    index = table(recording, "erythema_index")
    assert not valid[covered, names.index("cheek_right")].any()
    kept = names.index("cheek_left")
    assert valid[covered, kept].all()
    assert index[covered, kept].mean() == pytest.approx(np.nanmean(index[:40, kept]), abs=0.01)


class TestAHardCut:
    @pytest.fixture(scope="class")
    @classmethod
    def recording(cls, tmp_path_factory: pytest.TempPathFactory) -> rubor.Recording:
        return measure_scenes(
            tmp_path_factory.mktemp("cut") / "cut.mp4",
            [(scene(0), 40), (scene(280, enlargement=1.2), 40)],
        )

    def test_it_begins_a_new_segment(self, recording: rubor.Recording) -> None:
        assert recording.summary["segments"] == 2

    def test_the_face_is_found_at_once_on_both_sides(
        self, recording: rubor.Recording, table: Table
    ) -> None:
        seen = np.isfinite(table(recording, "erythema_index")).any(axis=1)
        assert seen[:38].all()
        assert seen[44:].all()

    def test_a_recording_with_a_cut_is_not_accepted(self, recording: rubor.Recording) -> None:
        failed = {gate["name"]: gate for gate in recording.failed_gates}
        assert failed["cuts"]["value"] == 1.0
        assert "uncut" in failed["cuts"]["advice"]
        assert not recording.accepted


class TestTwoPeople:
    @pytest.fixture(scope="class")
    @classmethod
    def clip(cls, tmp_path_factory: pytest.TempPathFactory) -> Path:
        # Side by side; the one at the right is lit redder, so that the two can be told apart.
        frame = scene(-0, 320, enlargement=0.9)
        frame[:, WIDTH // 2 :, 0] *= 1.15
        path = tmp_path_factory.mktemp("two") / "two.mp4"
        write_video(path, [frame] * 20, frame_rate=RATE, noise_levels=2.0)
        return path

    def test_they_are_refused_without_a_choice(self, clip: Path) -> None:
        with pytest.raises(rubor.SeveralFacesError, match="2 faces") as caught:
            rubor.measure(clip)
        assert "--face" in caught.value.cure

    def test_the_chosen_one_is_measured(self, clip: Path, table: Table) -> None:
        index = []
        for number in (1, 2):
            recording = rubor.measure(clip, mirrored=False, face=number)
            cheeks = [recording.summary["regions"].index(f"cheek_{s}") for s in ("left", "right")]
            index.append(np.nanmean(table(recording, "erythema_index")[:, cheeks]))
        assert index[1] - index[0] == pytest.approx(np.log10(1.15), abs=0.01)

    def test_another_face_of_similar_size_fails_a_gate(self, clip: Path) -> None:
        recording = rubor.measure(clip, face=1)
        assert "other_faces_share" in {gate["name"] for gate in recording.failed_gates}

    def test_a_choice_that_is_not_there_is_refused(self, clip: Path) -> None:
        with pytest.raises(rubor.InputError, match="Face 3"):
            rubor.measure(clip, face=3)


class TestAFaceThatHoldsNoColour:
    """A face may be found where nothing can be measured: the result says so."""

    @pytest.mark.parametrize(
        "gain", [(1.0, 1.0, 0.0), (6.0, 6.0, 6.0)], ids=["no blue at all", "overexposed"]
    )
    def test_nothing_is_valid_and_nothing_is_accepted(
        self, tmp_path: Path, gain: tuple[float, float, float]
    ) -> None:
        frame = np.clip(scene(150) * np.array(gain, np.float32), 0.0, 1.0)
        path = tmp_path / "clip.mp4"
        write_video(path, [frame] * 20, frame_rate=RATE, pixel_format="yuv444p")
        try:
            recording = rubor.measure(path)
        except rubor.RuborError as error:
            assert error.cure
            return
        assert not recording.accepted
        assert recording.traces.loc[~recording.traces["valid"], "erythema_index"].isna().all()
        if gain[2] == 0.0:
            assert not recording.traces["valid"].any()


def test_a_jump_in_time_of_hours_costs_neither_time_nor_memory(tmp_path: Path) -> None:
    # A phone that slept, or a broken clock: nothing may be laid out over the whole of the time.
    times = np.arange(30) / RATE
    times[15:] += 30_000.0
    path = tmp_path / "jump.mkv"
    write_video(path, [scene(150)] * 30, frame_rate=RATE, times_s=times, noise_levels=2.0)
    recording = rubor.measure(path)
    assert recording.summary["video"]["frames"] == 30
    assert "dropped_share" in {gate["name"] for gate in recording.failed_gates}
    assert not recording.accepted
