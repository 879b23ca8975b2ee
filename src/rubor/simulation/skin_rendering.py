"""Paint a sitter's skin in a scenario's tone, with its blood at every frame.

The model gives the colour of each pixel from its melanin and blood, the photo gives shape, shading
and texture. The colours of this skin in this light and camera are tabulated against ln blood, so that
a frame costs one look-up per pixel of skin.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from rubor.simulation.expression import Expression
from rubor.simulation.face_field import FaceField, Window, response_factors
from rubor.simulation.scenario import Scenario
from rubor.simulation.scenario_course import ScenarioCourse
from rubor.simulation.sitter import LIPS, Sitter
from rubor.simulation.skin_colours import (
    HIGHEST_LN,
    LOWEST_LN,
    ColourTable,
    Lighting,
    colour_table,
    resting_skin,
)
from rubor.simulation.skin_texture import skin_texture

__all__ = ["SkinPainter"]

FloatArray = npt.NDArray[np.float64]
Frame = npt.NDArray[np.float32]

_TABLE_TOP = 65535
_INDEX_PER_LN = _TABLE_TOP / (HIGHEST_LN - LOWEST_LN)
# A ten-thousandth of a smile, or of a radian, is a still face.
_LEAST_EXPRESSION = 1e-4
# Lips have a thinner epidermis with less melanin: the share of a change of tone that they take part in.
_TONE_OF_LIPS = 0.6


@dataclass(frozen=True, eq=False)
class _Lit:
    """The skin in one light.

    Attributes:
        tables: colour at each index of ln blood, (1, 65536, 3); where saturation changes, also what
            a change by one node, and its square, add to the logarithm of the colour.
        factor: what the colour is multiplied by, (h, w, 3).
        gloss: surface reflection, (h, w, 3).
        table: where the tables come from.
    """

    tables: tuple[Frame, ...]
    factor: Frame
    gloss: Frame
    table: ColourTable


class SkinPainter:
    """Paints the window of a sitter's picture that holds skin.

    Args:
        scenario: with every value given.
        sitter: who.
        course: of the scenario.
        lights: the main light, then each lamp.
        light_maps: ln of each light's strength at each pixel of the whole picture, (h, w) each.
        across: place across the face at each pixel, -1 at the person-right cheek to 1 at the other.

    Attributes:
        window: rows and columns of the picture.
        field: points of the face in the window.
        factors: factor of each response at each pixel of the window, (k, h, w).
        log_blood_at_rest: difference of ln blood from the face's mean in the window, (h, w).
        table: colours of this skin in the main light, surface reflection left out.
        across: `across` in the window.
        resting_colour: mean linear colour of the skin at rest, surface included, in the main light,
            (3,).
    """

    def __init__(
        self,
        scenario: Scenario,
        sitter: Sitter,
        course: ScenarioCourse,
        lights: list[Lighting],
        light_maps: list[Frame],
        across: Frame,
    ) -> None:
        self._scenario, self._course = scenario, course
        self.window = _window_of(sitter.complexion)
        self.across = across[self.window]
        self.field = FaceField.of(sitter, self.window)
        self.factors = [
            self.field.spread(response_factors(response, scenario.treated))
            for response in scenario.response
        ]
        texture = skin_texture(sitter, self.window)
        skin = resting_skin(scenario.skin)
        self._node = sum(abs(response.saturation_change) for response in scenario.response)
        nodes = (0.0, -self._node, self._node) if self._node else (0.0,)
        specular = scenario.skin.specular or 0.0
        person = (sitter.complexion * sitter.person)[self.window]
        lips = _lips(sitter, self.window)
        self._lit = []
        for light, light_map in zip(lights, light_maps, strict=True):
            table = colour_table(skin, light, nodes)
            to_new_tone = table.log_colour(0.0) - texture.photo_table.log_colour(0.0)
            shape = np.exp(light_map[self.window]) * person
            log_factor = texture.log_melanin[..., None] * table.melanin_direction()
            log_factor -= (1.0 - _TONE_OF_LIPS) * lips[..., None] * to_new_tone
            factor = texture.factor * np.exp(log_factor)
            # However melanin, blood and texture go together, the face has the model's colour.
            seen = factor[texture.bare] * np.exp(table.log_colour(texture.log_blood[texture.bare]))
            factor *= np.exp(table.log_colour(0.0)) / seen.mean(axis=0)
            factor *= shape[..., None]
            gloss = (specular * texture.gloss * shape)[..., None] * light.white
            self._lit.append(
                _Lit(
                    _index_tables(table),
                    factor.astype(np.float32),
                    gloss.astype(np.float32),
                    table,
                )
            )
        self.log_blood_at_rest = texture.log_blood
        index = (texture.log_blood - LOWEST_LN) * _INDEX_PER_LN + 0.5
        self._index_at_rest = index.astype(np.float32)
        self.table = self._lit[0].table
        self.resting_colour: FloatArray = (
            np.exp(self.table.log_colour(0.0)) + specular * lights[0].white
        )
        moves = bool(course.smile.any() or course.turn_rad.any())
        self._expression = (
            Expression.of(sitter, self.window, self.resting_colour, self.across) if moves else None
        )

    def paint(self, number: int) -> Frame:
        """Light from the skin at a frame, (h, w, 3), multiplied by its share of the pixel."""
        course = self._course
        index, saturation = self._index_and_saturation(number)
        smile, turn = float(course.smile[number]), float(course.turn_rad[number])
        expression = self._expression_at(number)
        gloss = self._gloss_factor(number)
        if expression is not None:
            gloss = gloss * expression.gloss(smile)
        painted = np.zeros((*index.shape, 3), np.float32)
        for lit, strength in zip(self._lit, [1.0, *course.lamps[:, number]], strict=True):
            if strength == 0.0:
                continue
            seen = self._colours(lit, index, saturation)
            seen *= lit.factor
            if expression is not None:
                seen *= expression.light(smile, turn)
            seen += lit.gloss * gloss[..., None]
            painted += np.float32(strength) * seen
        return painted

    def moved(self, picture: Frame, number: int) -> Frame:
        """The window's picture with the skin where the expression has it at a frame."""
        course, expression = self._course, self._expression_at(number)
        if expression is None:
            return picture
        return expression.moved(
            picture, float(course.smile[number]), float(course.turn_rad[number])
        )

    def _expression_at(self, number: int) -> Expression | None:
        """The maps of an expression, where there is one to speak of at a frame."""
        strength = max(abs(self._course.smile[number]), abs(self._course.turn_rad[number]))
        return self._expression if strength > _LEAST_EXPRESSION else None

    def _index_and_saturation(self, number: int) -> tuple[npt.NDArray[np.uint16], Frame | None]:
        course = self._course
        index = self._index_at_rest + np.float32(_INDEX_PER_LN * course.pulse_ln[number])
        saturation: Frame | None = None
        for response, factor, share in zip(
            self._scenario.response, self.factors, course.responses[:, number], strict=True
        ):
            if share == 0.0:
                continue
            cv2.scaleAdd(factor, _INDEX_PER_LN * response.size_ln * share, index, dst=index)
            if response.saturation_change:
                nodes = np.float32(response.saturation_change * share / self._node) * factor
                saturation = nodes if saturation is None else saturation + nodes
        np.clip(index, 0.0, float(_TABLE_TOP), out=index)
        return index.astype(np.uint16), saturation

    def _colours(self, lit: _Lit, index: npt.NDArray[np.uint16], saturation: Frame | None) -> Frame:
        three = cv2.cvtColor(index, cv2.COLOR_GRAY2RGB)
        colours: Frame = cv2.LUT(three, lit.tables[0]).astype(np.float32, copy=False)
        if saturation is not None:
            slope, bend = (np.asarray(cv2.LUT(three, table)) for table in lit.tables[1:])
            amount = saturation[..., None]
            colours *= cv2.exp(amount * (slope + amount * bend))
        return colours

    def _gloss_factor(self, number: int) -> Frame:
        """The surface shines now more, now less, and now on one side, as the head sways."""
        change = self._scenario.motion.specular_change
        tilt, level = change / np.sqrt(2.0) * self._course.sway.relative_shift[number]
        factor = np.float32(1.0 + level) + np.float32(tilt) * self.across[:1]
        return np.asarray(np.maximum(factor, 0.0), np.float32)


def _index_tables(table: ColourTable) -> tuple[Frame, ...]:
    """Colour at each index; and with saturation, slope and bend of its logarithm over the nodes."""
    log_blood = LOWEST_LN + np.arange(_TABLE_TOP + 1) / _INDEX_PER_LN
    logs = [table.log_colour(log_blood, node) for node in range(len(table.saturation_nodes))]
    tables = [np.exp(logs[0])]
    if len(logs) == 3:
        rest, less, more = logs
        tables += [(more - less) / 2.0, (more + less) / 2.0 - rest]
    return tuple(table[None].astype(np.float32) for table in tables)


def _window_of(complexion: Frame) -> Window:
    rows, columns = (
        slice(int(where.min()), int(where.max()) + 1) for where in np.nonzero(complexion > 0.0)
    )
    return rows, columns


def _lips(sitter: Sitter, window: Window) -> Frame:
    mask = np.zeros(sitter.complexion.shape, np.float32)
    cv2.fillPoly(mask, [np.rint(sitter.mesh_px[list(LIPS), :2]).astype(np.int32)], (1.0,))
    soft = cv2.GaussianBlur(mask[window], (0, 0), 0.02 * sitter.eye_span_px)
    return soft.astype(np.float32, copy=False)
