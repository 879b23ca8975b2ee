"""From a video with known truth to its episodes: rendered, filmed, encoded, measured, found."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

import rubor
from rubor.response import (
    blush_or_flush,
    events_of,
    find_episodes,
    provoked_response,
    visibility,
)
from rubor.simulation import Response, Scenario, SkinSpec, TreatedPatch, simulate

TEN = math.acos(0.8) / math.pi
REGIONS = {"cheek": 1.0, "nose": 0.7, "forehead": 0.5, "chin": 0.4, "jaw": 0.5}


def filmed(scenario: Scenario, folder: Path) -> rubor.Recording:
    return rubor.measure(simulate(scenario, folder).path, mirrored=False)


def test_a_blush_with_one_treated_cheek(tmp_path: Path) -> None:
    scenario = Scenario(
        seed=31,
        duration_s=38.0,
        frame_rate=15.0,
        width=640,
        height=480,
        response=(
            Response(
                size_ln=0.5,
                onset_s=12.0,
                rise_s=5.0,
                plateau_s=8.0,
                recovery_s=5.0,
                regions=REGIONS,
            ),
        ),
        treated=(TreatedPatch(reduction=0.6, side="left"),),
    )
    recording = filmed(scenario, tmp_path)
    (episode,) = find_episodes(recording).episodes
    assert episode.times_noise > 10.0
    assert episode.onset_s is not None
    assert episode.onset_s.value == pytest.approx(12.0 + TEN * 5.0, abs=1.0)
    assert episode.rise_time_s is not None
    assert episode.rise_time_s.value == pytest.approx((1.0 - 2.0 * TEN) * 5.0, rel=0.15)
    assert episode.half_recovery_s is not None
    assert episode.half_recovery_s.value == pytest.approx(5.0 * math.log(2.0), rel=0.15)
    assert blush_or_flush(episode, events_of(recording)).label == "blush"
    assert visibility(recording, episode) is not None
    response = provoked_response(recording, {"left": ["cheek_left"], "right": ["cheek_right"]})
    assert response.provoked is True
    reduction = 1.0 - response.sides["left"].response / response.sides["right"].response
    assert reduction == pytest.approx(0.6, abs=0.08)


def test_a_face_at_rest_has_no_episode_and_nothing_was_provoked(tmp_path: Path) -> None:
    scenario = Scenario(seed=32, duration_s=18.0, frame_rate=15.0, width=640, height=480)
    recording = filmed(scenario, tmp_path)
    assert find_episodes(recording).episodes == ()
    assert provoked_response(recording).provoked is False


@pytest.mark.slow
def test_a_flush(tmp_path: Path) -> None:
    scenario = Scenario(
        seed=33,
        duration_s=300.0,
        frame_rate=5.0,
        width=640,
        height=480,
        skin=SkinSpec(tone="intermediate"),
        response=(
            Response(
                "flush", size_ln=0.6, onset_s=40.0, rise_s=70.0, plateau_s=60.0, recovery_s=60.0
            ),
        ),
    )
    recording = filmed(scenario, tmp_path)
    (episode,) = find_episodes(recording).episodes
    rise_s = (1.0 - 2.0 * TEN) * 70.0
    assert episode.onset_s is not None
    assert episode.onset_s.value == pytest.approx(40.0 + TEN * 70.0, abs=0.1 * rise_s)
    assert blush_or_flush(episode, events_of(recording)).label == "flush"
