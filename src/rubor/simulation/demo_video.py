"""A short video of a blush with known truth, for tests and benchmarks of measuring.

The portrait sways a little before a plain grey wall, which stays where it is, while the cheeks
redden and fade again and a weak pulse runs through all bare skin.
"""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from fractions import Fraction

import cv2
import numpy as np
import numpy.typing as npt

from rubor.errors import InputError
from rubor.simulation.encoder import write_video
from rubor.simulation.head_sway import draw_head_sway
from rubor.simulation.portrait import PHOTO_ROWS_SHOWN, load_portrait
from rubor.simulation.time_course import TimeCourse
from rubor.simulation.wall import plain_wall

__all__ = [
    "LOG_LIGHT_PER_LOG_BLOOD",
    "DemoScene",
    "DemoTruth",
    "render_frames",
    "simulate_demo_video",
    "true_course",
]

FloatArray = npt.NDArray[np.float64]
Frame = npt.NDArray[np.float32]

# Change of ln R, ln G and ln B (linear light) for a rise of ln blood by 1. Two-layer
# adding-doubling skin model at ITA 27 degrees, blood 1.5 %, surface reflection 2 %, D65: +10 %
# blood lowers ln G by 0.0240 and raises log10(R/G) by 0.00626; the haemoglobin direction at
# melanin 5 % is (0.298, 0.775, 0.557) in (R, G, B), which gives B from G. First order: the true
# curve grows a little steeper (+0.051 in log10(R/G) where this gives +0.046 for doubled blood).
_LOG_GREEN = -0.0240 / math.log(1.1)
LOG_LIGHT_PER_LOG_BLOOD = (
    _LOG_GREEN + 0.00626 * math.log(10.0) / math.log(1.1),
    _LOG_GREEN,
    _LOG_GREEN * 0.557 / 0.775,
)

# A pulse whose amplitude in G is 1 %: 2.7e-3 in log10(R/G), the least measured on a real face
# (2.7 to 4.5e-3 in its regions).
_PULSE_BPM = 60.0
_PULSE_LOG_BLOOD = -0.01 / _LOG_GREEN

# The camera: noise in 8-bit levels, and the rate of a decent webcam or phone at 720 lines.
_NOISE_LEVELS = 2.0
_BIT_RATE = 6_000_000


@dataclass(frozen=True)
class DemoScene:
    """What a demo video shows.

    Attributes:
        seed: of the head's motion, the wall's texture and the camera's noise.
        duration_s: length in seconds.
        frame_rate: frames per second.
        width: of the picture in pixels.
        height: of the picture in pixels; at 720 lines there are 183 px between the outer eye
            corners, and in proportion at others.
        log_blood_left: full rise of ln blood in the person-left cheek; ln 1.5 is +50 %.
        log_blood_right: the same in the person-right cheek.
        course: how the rise comes and goes.
    """

    seed: int
    duration_s: float = 20.0
    frame_rate: float | Fraction = 15
    width: int = 1280
    height: int = 720
    log_blood_left: float = math.log(1.5)
    log_blood_right: float = math.log(1.5)
    course: TimeCourse = field(default_factory=TimeCourse)


@dataclass(frozen=True)
class DemoTruth:
    """What truly happens in a demo video, frame by frame.

    Attributes:
        frame_rate: frames per second.
        times_s: time of each frame, (n,).
        log_blood_left: rise of ln blood in the person-left cheek above the start, (n,), without
            the pulse.
        log_blood_right: the same in the person-right cheek.
        log_blood_pulse: what the pulse adds in all bare skin, (n,).
        head_motion: affine maps from pixels of the portrait, loaded with the enlargement
            `portrait_enlargement`, to pixels of the frame, (n, 2, 3).
        portrait_enlargement: see there.
    """

    frame_rate: float | Fraction
    times_s: FloatArray
    log_blood_left: FloatArray
    log_blood_right: FloatArray
    log_blood_pulse: FloatArray
    head_motion: FloatArray
    portrait_enlargement: float


def true_course(scene: DemoScene) -> DemoTruth:
    """What truly happens in a scene; drawn from its seed.

    Raises:
        InputError: a length, rate or picture size that is not above 0.

    >>> truth = true_course(DemoScene(seed=1))
    >>> len(truth.times_s), round(float(truth.log_blood_left.max()), 3)
    (300, 0.405)
    """
    frames = round(scene.duration_s * float(scene.frame_rate))
    if frames < 1 or scene.width < 2 or scene.height < 2:
        raise InputError(
            "The demo video would have no frame or no picture.",
            "Give a duration, a frame rate and a picture size above 0.",
        )
    times_s = np.arange(frames) / float(scene.frame_rate)
    course = scene.course.at(times_s)
    enlargement = scene.height / PHOTO_ROWS_SHOWN
    portrait = load_portrait(enlargement)
    sway = draw_head_sway(times_s, portrait.eye_span_px, scene.seed)
    return DemoTruth(
        frame_rate=scene.frame_rate,
        times_s=times_s,
        log_blood_left=scene.log_blood_left * course,
        log_blood_right=scene.log_blood_right * course,
        log_blood_pulse=_PULSE_LOG_BLOOD * np.sin(2.0 * np.pi * _PULSE_BPM / 60.0 * times_s),
        head_motion=sway.maps(portrait.neck, portrait.neck_in_frame(scene.width)),
        portrait_enlargement=enlargement,
    )


def render_frames(scene: DemoScene) -> Iterator[Frame]:
    """The frames of a scene in linear light, as the camera's lens sees them: no noise, no rounding.

    Yields:
        Linear light with BT.709 primaries, float32 (height, width, 3), 1 for white.
    """
    truth = true_course(scene)
    portrait = load_portrait(truth.portrait_enlargement)
    wall = plain_wall(scene.width, scene.height, scene.seed)
    layers = np.dstack([portrait.linear * portrait.person[..., None], portrait.person])
    rows, columns = (
        slice(int(where.min()), int(where.max()) + 1) for where in np.nonzero(portrait.skin > 0.0)
    )
    skin_at_rest = layers[rows, columns, :3].copy()
    cheek_left = portrait.cheek_left[rows, columns]
    cheek_right = portrait.cheek_right[rows, columns]
    skin = portrait.skin[rows, columns]
    size = (scene.width, scene.height)
    moved = np.empty((scene.height, scene.width, 4), np.float32)
    log_light = np.array(LOG_LIGHT_PER_LOG_BLOOD, np.float32)[:, None]
    for left, right, pulse, motion in zip(
        truth.log_blood_left.astype(np.float32),
        truth.log_blood_right.astype(np.float32),
        truth.log_blood_pulse.astype(np.float32),
        truth.head_motion,
        strict=True,
    ):
        log_blood = left * cheek_left + right * cheek_right + pulse * skin
        layers[rows, columns, :3] = skin_at_rest * cv2.exp(cv2.transform(log_blood, log_light))
        cv2.warpAffine(layers, motion, size, dst=moved, flags=cv2.INTER_LINEAR)
        yield wall.with_person(moved)


def simulate_demo_video(
    path: str | os.PathLike[str],
    scene: DemoScene,
    *,
    progress: Callable[[float, float], None] | None = None,
) -> DemoTruth:
    """Film a scene with a camera of ordinary noise and write it as H.264 (BT.709, 4:2:0).

    Args:
        path: file to write: mp4, mov or mkv.
        scene: what to show.
        progress: called with the seconds filmed and the seconds in all.

    Returns:
        What truly happens in the video.

    Raises:
        InputError: the scene or the file's ending is not possible.
    """

    def filmed() -> Iterator[Frame]:
        for number, frame in enumerate(render_frames(scene), start=1):
            yield frame
            if progress is not None:
                progress(number / float(scene.frame_rate), scene.duration_s)

    write_video(
        path,
        filmed(),
        frame_rate=scene.frame_rate,
        noise_levels=_NOISE_LEVELS,
        seed=scene.seed,
        bit_rate=_BIT_RATE,
    )
    return true_course(scene)
