"""Render a scenario to frames of linear light, as a camera makes them before its noise.

The order is that of the world: skin, light, the person before the background, movement, and then the
camera's gains and tone curve on the whole picture, background and all.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

import cv2
import numpy as np
import numpy.typing as npt

from rubor.simulation.scenario import Scenario
from rubor.simulation.scenario_course import ScenarioCourse, scenario_course
from rubor.simulation.scenario_draws import resolved
from rubor.simulation.sitter import Sitter, load_sitter
from rubor.simulation.skin_colours import Lighting, lightings
from rubor.simulation.skin_rendering import SkinPainter
from rubor.simulation.stage import Stage
from rubor.vision.reference_face import reference_face

__all__ = ["RenderedScenario"]

FloatArray = npt.NDArray[np.float64]
Frame = npt.NDArray[np.float32]

# What metering by the middle of the picture makes of it at the start: mean luminance in linear light.
_METERED_LUMINANCE = 0.18
_METERING_SD = 0.3  # of the picture's height
_LUMINANCE = (0.2126, 0.7152, 0.0722)
_DARKEST = 1e-6

# Side light goes on rising this far beyond the cheeks.
_SIDE_REACH = 1.3
# Hair in linear light for skin darker than the portrait's own, against its own; only for looks.
_DARK_HAIR = (0.14, 0.10, 0.10)
_OWN_HAIR_ABOVE_ITA_DEG, _DARK_HAIR_BELOW_ITA_DEG = 30.0, -10.0


class RenderedScenario:
    """A scenario made ready to be rendered.

    Args:
        scenario: what is wanted.

    Attributes:
        scenario: the same with every value given.
        sitter: who sits there.
        course: what happens when.
        painter: the skin.
        head_maps: affine maps from the sitter's picture to the frame, (n, 2, 3).
        lights: the main light, then each lamp.
        exposure_ln: ln of the camera's gain at the start: what metering chose, and the stops.

    Raises:
        RuborError: the photo cannot be used, or a light or camera is not known.
    """

    def __init__(self, scenario: Scenario) -> None:
        self.scenario = resolved(scenario)
        self.sitter = load_sitter(scenario.photo, scenario.width, scenario.height)
        self.course: ScenarioCourse = scenario_course(self.scenario, self.sitter.eye_span_px)
        light = self.scenario.light
        self.lights: list[Lighting] = lightings(
            self.scenario.camera,
            [light.illuminant or "D65", *(lamp.illuminant for lamp in light.lamp)],
        )
        across = _across(self.sitter)
        sides = [light.side_ln, *(lamp.side_ln for lamp in light.lamp)]
        light_maps = [np.float32(side / 2.0) * across for side in sides]
        self.painter = SkinPainter(
            self.scenario, self.sitter, self.course, self.lights, light_maps, across
        )
        self.head_maps = self.course.sway.maps(self.sitter.pivot, self.sitter.pivot_in_frame)
        rest = np.eye(2, 3)
        rest[:, 2] = np.subtract(self.sitter.pivot_in_frame, self.sitter.pivot)
        self._stage = Stage(
            self.sitter,
            np.concatenate([rest[None], self.head_maps]),
            scenario.width,
            scenario.height,
            scenario.seed,
        )
        person = self._person_without_skin()
        self._person_in_each_light = [
            person * cv2.exp(log_map)[..., None] * lighting.white.astype(np.float32)
            for lighting, log_map in zip(self.lights, light_maps, strict=True)
        ]
        self._lit_by: FloatArray | None = None
        self._layers = np.empty((*person.shape[:2], 4), np.float32)
        self._layers[..., 3] = self.sitter.person
        self.exposure_ln = self._metered_ln() + self.scenario.camera.exposure_stops * math.log(2.0)

    def frames(self) -> Iterator[Frame]:
        """The frames in linear light.

        Yields:
            Linear light with BT.709 primaries as the camera's own curve leaves it, float32
            (height, width, 3), 1 for white; not clipped, no noise, no rounding.
        """
        for number in range(self.scenario.frames):
            yield self.frame(number)

    def frame(self, number: int) -> Frame:
        """One of the frames, counted from 0."""
        camera = self.scenario.camera
        gain_ln = self.exposure_ln + self.course.gains_ln[number]
        gain_ln = gain_ln + np.array([camera.red_error_ln or 0.0, 0.0, camera.blue_error_ln or 0.0])
        return self._seen(number, gain_ln, 1.0 if camera.contrast is None else camera.contrast)

    def white(self) -> FloatArray:
        """Light of all lamps on a white surface at each frame, (n, 3), before the camera's gains."""
        lamps = np.array([light.white for light in self.lights[1:]]).reshape(-1, 3)
        white: FloatArray = self.lights[0].white + self.course.lamps.T @ lamps
        return white

    def _seen(self, number: int, gain_ln: FloatArray, contrast: float) -> Frame:
        """A frame as gains and tone curve leave it."""
        tint = self.white()[number].astype(np.float32) if self.course.lamps.size else None
        self._light_person(number, tint)
        painter, layers = self.painter, self._layers
        skin: Frame = painter.paint(number)
        skin += self._around_skin
        layers[(*painter.window, slice(3))] = painter.moved(skin, number)
        return self._stage.seen(layers, self.head_maps[number], tint, gain_ln, contrast)

    def _light_person(self, number: int, tint: Frame | None) -> None:
        """Bring all but the skin into the light of a frame; it is the same for most frames."""
        lamps = self.course.lamps[:, number]
        if self._lit_by is not None and np.array_equal(self._lit_by, lamps):
            return
        self._lit_by = lamps.copy()
        lit = self._person_in_each_light[0]
        for in_lamp, strength in zip(self._person_in_each_light[1:], lamps, strict=True):
            if strength > 0.0:
                lit = lit + np.float32(strength) * in_lamp
        self._layers[..., :3] = lit
        self._around_skin = self._layers[(*self.painter.window, slice(3))].copy()
        self._stage.light_background(self._layers, tint)

    def _person_without_skin(self) -> Frame:
        """The picture without what the painter adds, multiplied by its share, (h, w, 3)."""
        sitter = self.sitter
        ita = self.scenario.skin.ita
        darker = np.clip(
            (_OWN_HAIR_ABOVE_ITA_DEG - ita) / (_OWN_HAIR_ABOVE_ITA_DEG - _DARK_HAIR_BELOW_ITA_DEG),
            0.0,
            1.0,
        )
        share = sitter.person * (1.0 - sitter.complexion)
        hair = np.minimum(sitter.hair / np.maximum(share, 0.01), 1.0)[..., None]
        log_hair = hair * np.float32(darker) * np.log(_DARK_HAIR).astype(np.float32)
        person: Frame = sitter.linear * cv2.exp(log_hair) * share[..., None]
        return np.maximum(person, np.float32(_DARKEST))

    def _metered_ln(self) -> float:
        """The exposure, in ln, that gives the first frame a middling brightness."""
        scene = self._seen(0, np.zeros(3), 1.0)
        luminance = cv2.transform(scene, np.array([_LUMINANCE], np.float32))
        height, width = luminance.shape
        weights = cv2.getGaussianKernel(height, _METERING_SD * height) @ (
            cv2.getGaussianKernel(width, _METERING_SD * height).T
        )
        return math.log(_METERED_LUMINANCE / float((luminance * weights).sum() / weights.sum()))


def _across(sitter: Sitter) -> Frame:
    """Place across the face of each pixel: -1 at the person-right cheek, 1 at the person-left one."""
    face = reference_face()
    cheek_cm = float(np.abs(face.cell_centre_cm[_cheek_cells(), 0]).mean())
    columns = np.arange(sitter.linear.shape[1])
    across = (columns - sitter.eyes_middle[0]) / (sitter.px_per_cm * cheek_cm)
    row = np.clip(across, -_SIDE_REACH, _SIDE_REACH).astype(np.float32)
    return np.ascontiguousarray(np.broadcast_to(row, sitter.linear.shape[:2]))


def _cheek_cells() -> list[int]:
    names = reference_face().cell_names
    return [number for number, name in enumerate(names) if name.startswith("cheek_")]
