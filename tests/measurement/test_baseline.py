"""The baseline is what the person named, else what the events mark, else a quiet early stretch."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rubor.errors import InputError
from rubor.measurement.baseline import Baseline, NoBaseline, choose_baseline
from rubor.measurement.events import Event

FloatArray = npt.NDArray[np.float64]

FRAME_RATE = 10.0
seeds = st.integers(0, 2**32 - 1)


def recording(
    duration_s: float, seed: int = 0, regions: int = 3
) -> tuple[FloatArray, FloatArray, npt.NDArray[np.bool_]]:
    time = np.arange(int(duration_s * FRAME_RATE)) / FRAME_RATE
    values = np.random.default_rng(seed).normal(0.4, 0.002, (len(time), regions))
    return time, values, np.ones(values.shape, dtype=np.bool_)


def marks(*pairs: tuple[float, str]) -> list[Event]:
    return [Event(time, kind) for time, kind in pairs]


def chosen(found: Baseline | NoBaseline) -> Baseline:
    assert isinstance(found, Baseline), found
    return found


class TestWhatThePersonNamed:
    def test_goes_before_events_and_quiet(self) -> None:
        events = marks((1.0, "baseline_start"), (5.0, "baseline_end"))
        found = choose_baseline(*recording(60.0), requested=(20.0, 31.5), events=events)
        assert found == Baseline(20.0, 31.5, "option")

    def test_is_taken_as_far_as_the_recording_reaches(self) -> None:
        found = chosen(choose_baseline(*recording(8.0), requested=(0.0, 10.0)))
        assert (found.start_s, found.end_s) == (0.0, pytest.approx(8.0))

    @pytest.mark.parametrize("requested", [(100.0, 110.0), (2.0, 60.0)])
    def test_is_not_replaced_where_the_recording_does_not_hold_it(
        self, requested: tuple[float, float]
    ) -> None:
        assert isinstance(choose_baseline(*recording(20.0), requested=requested), NoBaseline)

    def test_is_not_replaced_where_no_face_was_measured(self) -> None:
        time, values, valid = recording(60.0)
        valid[200:300] = False
        found = choose_baseline(time, values, valid, requested=(20.0, 30.0))
        assert isinstance(found, NoBaseline)
        assert "20 to 30 s" in found.reason

    def test_is_kept_where_one_region_was_measured(self) -> None:
        time, values, valid = recording(60.0)
        valid[200:300, 1:] = False
        assert chosen(choose_baseline(time, values, valid, requested=(20.0, 30.0)))

    @pytest.mark.parametrize(
        "requested", [(5.0, 5.0), (6.0, 5.0), (-1.0, 5.0), (0.0, float("nan"))]
    )
    def test_is_refused_where_it_is_no_stretch_of_time(
        self, requested: tuple[float, float]
    ) -> None:
        with pytest.raises(InputError, match="not a stretch") as refusal:
            choose_baseline(*recording(60.0), requested=requested)
        assert refusal.value.cure


class TestWhatTheEventsMark:
    def test_is_from_its_start_to_its_end(self) -> None:
        events = marks((25.0, "stimulus_start"), (18.0, "baseline_end"), (6.0, "baseline_start"))
        found = choose_baseline(*recording(60.0), events=events)
        assert found == Baseline(6.0, 18.0, "events")

    def test_with_its_end_only_starts_after_the_first_second(self) -> None:
        found = choose_baseline(*recording(60.0), events=marks((18.0, "baseline_end")))
        assert found == Baseline(1.0, 18.0, "events")

    def test_with_its_start_only_ends_at_the_stimulus(self) -> None:
        events = marks((6.0, "baseline_start"), (25.0, "stimulus_start"))
        assert choose_baseline(*recording(60.0), events=events) == Baseline(6.0, 25.0, "events")

    def test_without_any_end_is_none(self) -> None:
        found = choose_baseline(*recording(60.0), events=marks((6.0, "baseline_start")))
        assert isinstance(found, NoBaseline)
        assert "not where it ends" in found.reason

    def test_the_wrong_way_round_is_none(self) -> None:
        events = marks((6.0, "baseline_end"), (18.0, "baseline_start"))
        assert isinstance(choose_baseline(*recording(60.0), events=events), NoBaseline)

    def test_without_a_face_is_none(self) -> None:
        time, values, valid = recording(60.0)
        valid[60:180] = False
        events = marks((6.0, "baseline_start"), (18.0, "baseline_end"))
        assert isinstance(choose_baseline(time, values, valid, events=events), NoBaseline)

    def test_by_a_stimulus_alone_is_what_comes_before_it(self) -> None:
        events = marks((30.0, "stimulus_end"), (12.0, "stimulus_start"), (40.0, "felt"))
        assert choose_baseline(*recording(60.0), events=events) == Baseline(1.0, 12.0, "events")
        assert choose_baseline(*recording(60.0), events=events, skip_s=2.0) == Baseline(
            2.0, 12.0, "events"
        )

    def test_by_too_early_a_stimulus_leaves_the_quietest_stretch_with_a_caution(self) -> None:
        found = chosen(choose_baseline(*recording(60.0), events=marks((2.0, "stimulus_start"))))
        assert found.source == "quietest early stretch"
        assert found.caution is not None
        assert "'stimulus_start' is marked at 2 s" in found.caution


class TestTheQuietestEarlyStretch:
    @pytest.mark.parametrize(
        ("duration_s", "length_s"), [(4.0, 3.0), (10.0, 3.0), (30.0, 6.0), (50.0, 10.0), (600, 10)]
    )
    def test_lasts_a_fifth_of_the_recording_from_three_to_ten_seconds(
        self, duration_s: float, length_s: float
    ) -> None:
        found = chosen(choose_baseline(*recording(duration_s)))
        assert found.end_s - found.start_s == pytest.approx(length_s)
        assert found.source == "quietest early stretch"
        assert found.caution is None

    @given(seed=seeds, duration=st.floats(3.0, 200.0), skip=st.floats(0.0, 3.0))
    @settings(max_examples=40, deadline=None)
    def test_lies_early_and_after_what_is_skipped(
        self, seed: int, duration: float, skip: float
    ) -> None:
        found = choose_baseline(*recording(duration, seed), skip_s=skip)
        if isinstance(found, NoBaseline):
            assert duration - skip < 3.2
        else:
            assert found.start_s >= skip
            assert found.end_s <= max(10.0, duration / 3.0) + 1e-6
            assert found.end_s <= duration + 1e-6

    @given(seed=seeds, quiet=st.integers(0, 10))
    @settings(max_examples=40, deadline=None)
    def test_is_the_calm_one_among_restless_ones(self, seed: int, quiet: int) -> None:
        time, values, valid = recording(60.0, seed)
        restless = np.random.default_rng(seed + 1).normal(0.0, 0.02, values.shape)
        calm = (time >= quiet - 0.01) & (time < quiet + 10.01)
        values[~calm] += restless[~calm]
        # A median absolute deviation hardly sees the fifth of a window that is restless.
        assert chosen(choose_baseline(time, values, valid)).start_s == pytest.approx(quiet, abs=2.5)

    @given(seed=seeds)
    @settings(max_examples=40, deadline=None)
    def test_avoids_a_drift(self, seed: int) -> None:
        time, values, valid = recording(60.0, seed)
        values += 0.02 * np.maximum(8.0 - time, 0.0)[:, None]
        assert chosen(choose_baseline(time, values, valid)).start_s >= 6.5

    @given(seed=seeds, factor=st.floats(1e-3, 1e3), offset=st.floats(-10.0, 10.0))
    @settings(max_examples=40, deadline=None)
    def test_does_not_depend_on_the_unit_or_the_level(
        self, seed: int, factor: float, offset: float
    ) -> None:
        time, values, valid = recording(40.0, seed)
        assert choose_baseline(time, factor * (values + offset), valid) == choose_baseline(
            time, values, valid
        )

    def test_is_not_led_astray_by_single_frames(self) -> None:
        time, values, valid = recording(60.0)
        calm = (time > 7.95) & (time < 18.05)
        values[~calm] *= np.random.default_rng(1).normal(1.0, 0.05, values[~calm].shape)
        values[calm & (np.arange(len(time)) % 20 == 0)] += 5.0
        assert chosen(choose_baseline(time, values, valid)).start_s == pytest.approx(8.0, abs=2.5)

    def test_is_one_in_which_most_regions_are_measured(self) -> None:
        time, values, valid = recording(60.0)
        valid[time < 8.0, 0] = False
        assert chosen(choose_baseline(time, values, valid)).start_s >= 3.0

    def test_ends_before_a_provocation_shorter_if_need_be(self) -> None:
        for when, length in ((15.0, 10.0), (7.0, 7.0), (3.0, 3.0)):
            found = chosen(choose_baseline(*recording(60.0), events=marks((when, "heat"))))
            assert found.end_s <= when
            assert found.end_s - found.start_s == pytest.approx(length)
            assert found.caution is None

    def test_after_an_early_provocation_carries_a_caution(self) -> None:
        found = chosen(choose_baseline(*recording(60.0), events=marks((0.0, "food"))))
        assert found.caution is not None
        assert "'food' is marked at 0 s" in found.caution

    def test_is_none_in_too_short_a_recording(self) -> None:
        found = choose_baseline(*recording(2.4))
        assert found == NoBaseline("the recording is too short: it leaves 2.4 s (at least 3.0)")
        found = choose_baseline(*recording(3.5), skip_s=1.0)
        assert found == NoBaseline("the recording is too short: it leaves 2.5 s (at least 3.0)")

    def test_is_none_where_no_face_was_measured_early(self) -> None:
        time, values, valid = recording(60.0)
        valid[time < 20.0] = False
        found = choose_baseline(time, values, valid)
        assert isinstance(found, NoBaseline)
        assert "early stretch" in found.reason

    def test_finds_missing_rows_and_rows_marked_invalid_alike(self) -> None:
        time, values, valid = recording(60.0)
        lost = (time > 3.0) & (time < 7.5)
        valid[lost] = False
        marked = choose_baseline(time, values, valid)
        missing = choose_baseline(time[~lost], values[~lost], valid[~lost])
        assert marked == missing


def test_nan_counts_as_invalid_and_one_flag_may_stand_for_a_row() -> None:
    time, values, valid = recording(60.0)
    lost = time < 5.0
    per_row = choose_baseline(time, values, ~lost)
    values[lost] = np.nan
    assert choose_baseline(time, values, valid) == per_row


def test_an_empty_recording_has_none() -> None:
    found = choose_baseline([], np.empty((0, 3)), np.empty((0, 3), dtype=bool), requested=(0, 5))
    assert found == NoBaseline("the recording has no measured stretch")


def test_bad_arguments_are_refused_with_a_cure() -> None:
    time, values, valid = recording(20.0)
    with pytest.raises(InputError, match="column per region"):
        choose_baseline(time, values[:, 0], valid)
    with pytest.raises(InputError, match="validity"):
        choose_baseline(time, values, valid[:-1])
    with pytest.raises(InputError, match="Skipping"):
        choose_baseline(time, values, valid, skip_s=-1.0)
