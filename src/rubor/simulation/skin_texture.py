"""Take a photo of skin apart: gloss, melanin, blood, and what is left, which is shape and texture.

The photo's mean skin colour is taken for that of the skin model with the nearest melanin, so that
white balance and exposure of the photo drop out. Differences of colour within the face are split into
melanin and blood along the model's own directions, as in independent component analysis of skin
colour (Tsumura et al. 2003, ACM Trans. Graph. 22:770) but with the directions known. What neither
explains stays as a factor on each channel.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache

import cv2
import numpy as np
import numpy.typing as npt
from scipy.interpolate import CubicSpline

from rubor.optics.skin_variation import typical_skin
from rubor.simulation.face_field import Window
from rubor.simulation.sitter import Sitter
from rubor.simulation.skin_colours import (
    ColourTable,
    colour_table,
    daylight_to_the_observer,
    skin_colour,
)

__all__ = ["SkinTexture", "skin_texture"]

FloatArray = npt.NDArray[np.float64]
Frame = npt.NDArray[np.float32]
Points = tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]

_MELANIN_RANGE = (0.006, 0.5)
_TYPICAL_SPECULAR = 0.02
# Melanin and blood are smooth; finer differences of colour are mostly noise of the photo. In shares
# of the distance between the outer eye corners, as is the reach within which gloss stands out.
_COLOUR_BLUR, _GLOSS_REACH, _GLOSS_BLUR = 0.03, 0.15, 0.035
# How much melanin and blood differ within a face (SD of ln), how far ratios of channels differ for
# other reasons, and the largest differences that are believed: assumptions.
_MELANIN_SD_LN, _BLOOD_SD_LN, _RATIO_SD = 0.12, 0.3, 0.03
_MOST_MELANIN_LN, _MOST_BLOOD_LN = 0.4, 0.9
# Of light that stands out from its surroundings, at most this share is gloss.
_GLOSS_SHARE = 0.6
_HIGHEST_RELATIVE_GLOSS = 5.0
_SHARE_OF_SPOTS = 0.35
_DARKEST = 1e-3


@dataclass(frozen=True, eq=False)
class SkinTexture:
    """The skin of a window of the picture, apart from its mean colour.

    Attributes:
        factor: linear light over the model's colour at the pixel's melanin and blood, (h, w, 3).
        log_melanin: difference of ln melanin from the face's mean, (h, w).
        log_blood: likewise of ln blood.
        gloss: surface reflection relative to its mean over the face, (h, w).
        bare: rows and columns, within the window, of points of the face well within bare skin.
        photo_table: the model's colours for the photo's own skin.
    """

    factor: Frame
    log_melanin: Frame
    log_blood: Frame
    gloss: Frame
    bare: Points
    photo_table: ColourTable


def skin_texture(sitter: Sitter, window: Window) -> SkinTexture:
    """Take the skin of a sitter apart.

    Args:
        sitter: who.
        window: rows and columns of the picture.
    """
    linear = np.maximum(sitter.linear[window], _DARKEST)
    share = sitter.complexion[window]
    span = sitter.eye_span_px
    bare = _taps_on_skin(sitter, window)

    gloss_light = _gloss_light(linear, share, _GLOSS_REACH * span)
    diffuse = np.log(np.maximum(linear - gloss_light[..., None], _DARKEST))
    mean = diffuse[bare].mean(axis=0)
    table = _nearest_skin(mean)
    relative = diffuse - mean.astype(np.float32)

    # Two ratios of channels know nothing of shape and shading.
    ratios = np.stack(
        [relative[..., 0] - relative[..., 1], relative[..., 1] - relative[..., 2]], -1
    )
    melanin = table.melanin_direction()
    blood = (table.log_colour(0.2) - table.log_colour(-0.2)) / 0.4
    directions = np.array([[m[0] - m[1], m[1] - m[2]] for m in (melanin, blood)]).T
    seen = _blurred(ratios, share, _COLOUR_BLUR * span)
    # Ridge regression: a colour is explained by likely amounts, the rest stays with the texture.
    unlikely = np.diag((_RATIO_SD / np.array([_MELANIN_SD_LN, _BLOOD_SD_LN])) ** 2)
    amounts = seen @ np.linalg.solve(directions.T @ directions + unlikely, directions.T).T
    log_melanin = np.clip(amounts[..., 0], -_MOST_MELANIN_LN, _MOST_MELANIN_LN)
    log_blood = np.clip(amounts[..., 1], -_MOST_BLOOD_LN, _MOST_BLOOD_LN)
    explained = (
        log_melanin[..., None] * melanin + table.log_colour(log_blood) - table.log_colour(0.0)
    )
    factor = np.exp(relative - explained)
    return SkinTexture(
        factor=factor.astype(np.float32),
        log_melanin=log_melanin.astype(np.float32),
        log_blood=log_blood.astype(np.float32),
        gloss=_relative_gloss(gloss_light, factor[..., 1], bare, share, span),
        bare=bare,
        photo_table=table,
    )


def _taps_on_skin(sitter: Sitter, window: Window) -> Points:
    """Rows and columns, within the window, of the sampled points that lie well within bare skin."""
    columns, rows = np.rint(sitter.taps_px).astype(np.intp).T
    rows, columns = rows - window[0].start, columns - window[1].start
    share = sitter.complexion[window]
    inside = (rows >= 0) & (rows < share.shape[0]) & (columns >= 0) & (columns < share.shape[1])
    rows, columns = rows[inside], columns[inside]
    bare = np.asarray(cv2.erode(share, np.ones((3, 3), np.uint8)))[rows, columns] > 0.99
    return rows[bare], columns[bare]


def _nearest_skin(log_colour: FloatArray) -> ColourTable:
    """Typical skin whose ratios of channels are nearest to those of a colour, given as ln."""
    red, green, blue = (round(float(value), 2) for value in log_colour)
    return _skin_of_ratios(red - green, green - blue)


@cache
def _skin_of_ratios(red_green: float, green_blue: float) -> ColourTable:
    daylight = daylight_to_the_observer()
    coarse = np.linspace(math.log(_MELANIN_RANGE[0]), math.log(_MELANIN_RANGE[1]), 9)
    colours = skin_colour(typical_skin(np.exp(coarse)), daylight) + _TYPICAL_SPECULAR
    fine = np.linspace(coarse[0], coarse[-1], 201)
    ratios = CubicSpline(coarse, -np.diff(np.log(colours), axis=-1))(fine)
    miss = np.hypot(ratios[:, 0] - red_green, ratios[:, 1] - green_blue)
    return colour_table(typical_skin(float(np.exp(fine[miss.argmin()]))), daylight)


def _blurred(values: FloatArray | Frame, share: Frame, sd_px: float) -> FloatArray:
    """Gaussian blur of values (h, w, ...) within the skin."""
    weight = cv2.GaussianBlur(share, (0, 0), sd_px) + 1e-6
    weighted = values * (share[..., None] if values.ndim == 3 else share)
    blurred = cv2.GaussianBlur(weighted.astype(np.float32), (0, 0), sd_px)
    return np.asarray(blurred / (weight[..., None] if values.ndim == 3 else weight), np.float64)


def _gloss_light(linear: Frame, share: Frame, reach_px: float) -> Frame:
    """White light thrown back by the surface, (h, w): bright spots that are paler than around them."""
    around = _blurred(linear, share, reach_px)
    green, red = linear[..., 1], linear[..., 0]
    stands_out = np.maximum(green - around[..., 1], 0.0)
    ratio = np.maximum(around[..., 0] / np.maximum(around[..., 1], _DARKEST), 1.05)
    # Taking away so much white leaves the ratio of the surroundings.
    paler = np.maximum((ratio * green - red) / (ratio - 1.0), 0.0)
    gloss = np.minimum(_blurred(paler, share, 0.2 * reach_px), _GLOSS_SHARE * stands_out)
    return np.asarray(gloss * share, np.float32)


def _relative_gloss(
    gloss_light: Frame,
    shading: FloatArray,
    bare: Points,
    share: Frame,
    eye_span_px: float,
) -> Frame:
    """Most of the surface reflection is alike everywhere and the rest lies where the photo shines."""
    light = np.clip(_blurred(shading, share, _COLOUR_BLUR * eye_span_px), 0.1, 2.0)
    mean = float(gloss_light[bare].mean())
    spots = np.minimum(gloss_light / max(mean, 1e-6), _HIGHEST_RELATIVE_GLOSS)
    spots = _blurred(spots, share, _GLOSS_BLUR * eye_span_px)
    gloss = light * (1.0 - _SHARE_OF_SPOTS + _SHARE_OF_SPOTS * spots)
    relative: Frame = (gloss / gloss[bare].mean()).astype(np.float32)
    return relative
