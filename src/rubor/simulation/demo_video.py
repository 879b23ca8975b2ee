"""A short video of a blush with known truth, for `rubor demo` and for tests of measuring.

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
from rubor.simulation.portrait import Portrait, load_portrait

__all__ = [
    "LOG_LIGHT_PER_LOG_BLOOD",
    "BlushCourse",
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

# Rows of the photo, from its top, that fill the height of the picture.
_PHOTO_ROWS_SHOWN = 260.0

# The head's sway, a sum of slow waves. Standard deviations: shifts in shares of the distance
# between the outer eye corners (2.2 and 1.3 px at 720 lines), turn in degrees, log of size.
_SWAY_WAVES = 4
_SWAY_RATES_HZ = (0.04, 0.35)
_SWAY_ACROSS_SHARE = 0.012
_SWAY_DOWN_SHARE = 0.007
_SWAY_TURN_DEG = 0.35
_SWAY_SIZE = 0.002

# The wall: linear light, shading from one side to the other, grain; as bright as the photo's own
# backdrop, so that the soft edge of the hair fits.
_WALL_LIGHT = 0.42
_WALL_SHADING = 0.10
_WALL_TEXTURE = 0.015

# A pulse whose amplitude in G is 1 %: 2.7e-3 in log10(R/G), the least measured on a real face
# (2.7 to 4.5e-3 in its regions).
_PULSE_BPM = 60.0
_PULSE_LOG_BLOOD = -0.01 / _LOG_GREEN

# The camera: noise in 8-bit levels, and the rate of a decent webcam or phone at 720 lines.
_NOISE_LEVELS = 2.0
_BIT_RATE = 6_000_000


@dataclass(frozen=True)
class BlushCourse:
    """The time course of a blush, from 0 (baseline) to 1 (plateau) and back.

    Attributes:
        onset_s: time at which the rise begins.
        rise_s: from onset to plateau, along half a cosine.
        plateau_s: length of the plateau.
        recovery_s: time constant of the exponential decay after it.
    """

    onset_s: float = 6.0
    rise_s: float = 4.0
    plateau_s: float = 4.0
    recovery_s: float = 4.0

    def at(self, times_s: npt.ArrayLike) -> FloatArray:
        """Share of the full blush at each time, 0..1, in the shape of `times_s`.

        >>> BlushCourse().at([0.0, 6.0, 8.0, 10.0, 14.0, 18.0]).round(3).tolist()
        [0.0, 0.0, 0.5, 1.0, 1.0, 0.368]
        """
        since_onset = np.asarray(times_s, dtype=np.float64) - self.onset_s
        rising = np.clip(since_onset / self.rise_s, 0.0, 1.0)
        since_plateau = np.maximum(since_onset - self.rise_s - self.plateau_s, 0.0)
        course: FloatArray = (
            (1.0 - np.cos(np.pi * rising)) / 2.0 * np.exp(-since_plateau / self.recovery_s)
        )
        return course


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
    course: BlushCourse = field(default_factory=BlushCourse)


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
    enlargement = scene.height / _PHOTO_ROWS_SHOWN
    return DemoTruth(
        frame_rate=scene.frame_rate,
        times_s=times_s,
        log_blood_left=scene.log_blood_left * course,
        log_blood_right=scene.log_blood_right * course,
        log_blood_pulse=_PULSE_LOG_BLOOD * np.sin(2.0 * np.pi * _PULSE_BPM / 60.0 * times_s),
        head_motion=_head_motion(scene, load_portrait(enlargement), times_s),
        portrait_enlargement=enlargement,
    )


def render_frames(scene: DemoScene) -> Iterator[Frame]:
    """The frames of a scene in linear light, as the camera's lens sees them: no noise, no rounding.

    Yields:
        Linear light with BT.709 primaries, float32 (height, width, 3), 1 for white.
    """
    truth = true_course(scene)
    portrait = load_portrait(truth.portrait_enlargement)
    wall = _wall(scene)
    layers = np.dstack([portrait.linear * portrait.person[..., None], portrait.person])
    rows, columns = (
        slice(int(where.min()), int(where.max()) + 1) for where in np.nonzero(portrait.skin > 0.0)
    )
    skin_at_rest = layers[rows, columns, :3].copy()
    cheek_left = portrait.cheek_left[rows, columns]
    cheek_right = portrait.cheek_right[rows, columns]
    skin = portrait.skin[rows, columns]
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
        moved = cv2.warpAffine(layers, motion, (scene.width, scene.height), flags=cv2.INTER_LINEAR)
        behind = wall * (1.0 - cv2.extractChannel(moved, 3))
        frame: Frame = cv2.add(
            cv2.cvtColor(moved, cv2.COLOR_RGBA2RGB), cv2.cvtColor(behind, cv2.COLOR_GRAY2RGB)
        ).astype(np.float32, copy=False)
        yield frame


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


def _head_motion(scene: DemoScene, portrait: Portrait, times_s: FloatArray) -> FloatArray:
    """Affine maps (n, 2, 3) from the portrait to the frame: a slow sway about the neck."""
    generator = np.random.default_rng([scene.seed, 0])

    def sway() -> FloatArray:
        rates_hz = generator.uniform(*_SWAY_RATES_HZ, size=(_SWAY_WAVES, 1))
        phases = generator.uniform(0.0, 2.0 * np.pi, size=(_SWAY_WAVES, 1))
        waves = np.sin(2.0 * np.pi * rates_hz * times_s + phases)
        scaled: FloatArray = waves.sum(axis=0) * math.sqrt(2.0 / _SWAY_WAVES)
        return scaled

    turn = np.deg2rad(_SWAY_TURN_DEG * sway())
    size = np.exp(_SWAY_SIZE * sway())
    cosine, sine = size * np.cos(turn), size * np.sin(turn)
    linear: FloatArray = np.stack(
        [np.stack([cosine, -sine], -1), np.stack([sine, cosine], -1)], axis=-2
    )

    neck = np.array(portrait.neck)
    eyes_x = (portrait.outer_eye_corner_left[0] + portrait.outer_eye_corner_right[0]) / 2.0
    centred = np.array([(scene.width - 1) / 2.0 - eyes_x, 0.0])
    shift = portrait.eye_span_px * np.stack(
        [_SWAY_ACROSS_SHARE * sway(), _SWAY_DOWN_SHARE * sway()], axis=-1
    )
    offset = neck + centred + shift - linear @ neck
    maps: FloatArray = np.concatenate([linear, offset[..., None]], axis=-1)
    return maps


def _wall(scene: DemoScene) -> Frame:
    """Linear light of a neutral wall, (h, w): brighter towards person-right, with faint plaster."""
    generator = np.random.default_rng([scene.seed, 1])
    plaster = cv2.GaussianBlur(
        generator.standard_normal((scene.height, scene.width)), (0, 0), scene.height / 360.0
    )
    shading = np.linspace(_WALL_SHADING, -_WALL_SHADING, scene.width)
    wall: Frame = (_WALL_LIGHT * (1.0 + shading + _WALL_TEXTURE * plaster / plaster.std())).astype(
        np.float32
    )
    return wall
