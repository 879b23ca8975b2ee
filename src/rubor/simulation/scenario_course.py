"""A scenario's course in time: what changes, at each frame, and by how much."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.ndimage import gaussian_filter1d

from rubor.simulation.filming_spec import GainDrift, Lamp
from rubor.simulation.head_sway import HeadSway, draw_head_sway
from rubor.simulation.scenario import Scenario

__all__ = ["ScenarioCourse", "scenario_course"]

FloatArray = npt.NDArray[np.float64]

_LN_PER_STOP = math.log(2.0)
# A drift has no jumps from frame to frame: a walk is smoothed over this time.
_WALK_SMOOTHING_S = 1.0
# Streams of the seed; those of a list count on from here.
_WALK = 100


@dataclass(frozen=True, eq=False)
class ScenarioCourse:
    """What happens at each of n frames.

    Attributes:
        times_s: (n,).
        responses: course of each response, 0..1, (k, n).
        pulse_ln: what the pulse adds to ln blood, (n,).
        gains_ln: ln of the camera's gain in R, G and B against the start, (n, 3).
        lamps: light of each lamp, 0 to its strength, (l, n).
        sway: small movements of the head.
        turn_rad: how far the head is turned to person-left, (n,).
        smile: how broad the smile is, (n,).
    """

    times_s: FloatArray
    responses: FloatArray
    pulse_ln: FloatArray
    gains_ln: FloatArray
    lamps: FloatArray
    sway: HeadSway
    turn_rad: FloatArray
    smile: FloatArray


def scenario_course(scenario: Scenario, eye_span_px: float) -> ScenarioCourse:
    """The course of a scenario.

    Args:
        scenario: what is wanted.
        eye_span_px: distance between the outer eye corners in the frame.

    >>> course = scenario_course(Scenario(duration_s=2.0), eye_span_px=180.0)
    >>> course.times_s.shape, course.responses.shape, course.gains_ln.any()
    ((30,), (0, 30), np.False_)
    """
    times_s = np.arange(scenario.frames) / scenario.frame_rate
    none = np.zeros((0, times_s.size))
    beat = 2.0 * np.pi * scenario.pulse.rate_bpm / 60.0
    motion = scenario.motion
    gains = np.zeros((times_s.size, 3))
    for number, drift in enumerate(scenario.camera.drift):
        gains += _drift(drift, times_s, [scenario.seed, _WALK + number])
    return ScenarioCourse(
        times_s=times_s,
        responses=np.array([response.course.at(times_s) for response in scenario.response] or none),
        pulse_ln=scenario.pulse.size_ln * np.sin(beat * times_s),
        gains_ln=gains - gains[0],
        lamps=np.array([_lamp(lamp, times_s) for lamp in scenario.light.lamp] or none),
        sway=draw_head_sway(times_s, eye_span_px, scenario.seed, motion.sway),
        turn_rad=np.deg2rad(
            sum((turn.angle_deg * turn.at(times_s) for turn in motion.turn), 0.0 * times_s)
        ),
        smile=sum((smile.size * smile.at(times_s) for smile in motion.smile), 0.0 * times_s),
    )


def _lamp(lamp: Lamp, times_s: FloatArray) -> FloatArray:
    return lamp.strength * np.clip((times_s - lamp.on_s) / lamp.rise_s, 0.0, 1.0)


def _drift(drift: GainDrift, times_s: FloatArray, seed: list[int]) -> FloatArray:
    """Gain of each channel in ln, (n, 3)."""
    sizes = np.array([drift.red_ln, drift.green_ln, drift.blue_ln])
    stops = drift.exposure_stops * _LN_PER_STOP
    since_start = np.maximum(times_s - drift.start_s, 0.0)
    if drift.kind == "sine":
        course = np.sin(2.0 * np.pi * since_start / drift.period_s)
        return (sizes + stops) * course[:, None]
    if drift.kind == "ramp":
        return (sizes + stops) * np.minimum(since_start / drift.length_s, 1.0)[:, None]
    generator = np.random.default_rng(seed)
    walks = np.stack([_walk(generator, times_s) for _ in range(4)], axis=1)
    return sizes * walks[:, :3] + stops * walks[:, 3:]


def _walk(generator: np.random.Generator, times_s: FloatArray) -> FloatArray:
    """A smooth random walk with a standard deviation of 1 over the recording."""
    steps = generator.standard_normal(times_s.size)
    step_s = float(times_s[1]) if times_s.size > 1 else 1.0
    smooth = gaussian_filter1d(np.cumsum(steps), _WALK_SMOOTHING_S / step_s, mode="nearest")
    spread = float(smooth.std())
    walk: FloatArray = (smooth - smooth.mean()) / spread if spread > 0.0 else 0.0 * smooth
    return walk
