"""The colour correction that a 24-patch colour card gives.

References:
    McCamy, Marcus and Davidson 1976, J. Appl. Photogr. Eng. 2:95 (the card).
    colour-science, `colour.CCS_COLOURCHECKERS` (reference values of 2005 and of 2014).
    Sharma, Wu and Dalal 2005, Color Res. Appl. 30:21 (CIEDE2000).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Literal

import numpy as np
import numpy.typing as npt

from rubor.errors import InputError
from rubor.optics.cielab import linear_rgb_to_lab

__all__ = [
    "PATCH_NAMES",
    "CardEdition",
    "ColourCorrection",
    "colour_matrix",
    "reference_linear_rgb",
]

FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]
CardEdition = Literal["2005", "2014"]

PATCH_NAMES = (
    "dark skin", "light skin", "blue sky", "foliage", "blue flower", "bluish green",
    "orange", "purplish blue", "moderate red", "purple", "yellow green", "orange yellow",
    "blue", "green", "red", "yellow", "magenta", "cyan",
    "white", "neutral 8", "neutral 6.5", "neutral 5", "neutral 3.5", "black",
)  # fmt: skip
"""The patches in the card's own order, row by row."""

PATCHES = len(PATCH_NAMES)

_MINIMUM_PATCHES_FITTED = 9


@dataclass(frozen=True, eq=False)
class ColourCorrection:
    """A 3x3 correction fitted to a colour card.

    Attributes:
        matrix: (3, 3); `linear_rgb @ matrix.T` is linear BT.709 light under D65 with the card's
            white at its reference reflectance.
        edition: which reference values were fitted.
        fitted: (24,) the patches that took part.
        delta_e: (24,) CIEDE2000 left over on each patch after the fit, NaN for one left out.
        mean_delta_e: mean of `delta_e` over the fitted patches.
        predicted_delta_e: mean CIEDE2000 of each fitted patch when it is left out of the fit; what
            to expect on another printed colour, not on skin.
    """

    matrix: FloatArray
    edition: CardEdition
    fitted: BoolArray
    delta_e: FloatArray
    mean_delta_e: float
    predicted_delta_e: float

    def apply(self, linear_rgb: npt.ArrayLike) -> FloatArray:
        """Correct linear light of shape ``(..., 3)``; same shape out, not clipped."""
        corrected: FloatArray = np.asarray(linear_rgb, dtype=np.float64) @ self.matrix.T
        return corrected


@cache
def _reference(edition: CardEdition) -> FloatArray:
    # Imported here because it takes seconds, and few recordings have a card.
    import colour

    name = {"2005": "ColorChecker 2005", "2014": "ColorChecker24 - After November 2014"}[edition]
    chart = colour.CCS_COLOURCHECKERS[name]
    linear = colour.XYZ_to_RGB(
        colour.xyY_to_XYZ(np.array(list(chart.data.values()))),
        colour.RGB_COLOURSPACES["sRGB"],
        illuminant=chart.illuminant,
        chromatic_adaptation_transform="Bradford",
    )
    reference = np.asarray(linear, dtype=np.float64)
    reference.setflags(write=False)
    return reference


def reference_linear_rgb(edition: CardEdition = "2014") -> FloatArray:
    """Linear BT.709 light of the 24 patches under D65, white at its reflectance of about 0.88.

    The published values are for D50 and are brought to D65 by the Bradford transform.

    Args:
        edition: "2014" for cards made since November 2014, "2005" for older ones.

    Returns:
        Shape (24, 3), read-only. Cyan is outside BT.709: its red is slightly negative.

    >>> reference_linear_rgb("2014")[21].round(2).tolist()
    [0.19, 0.19, 0.19]
    """
    return _reference(edition)


def _fit(measured: FloatArray, reference: FloatArray) -> FloatArray:
    # Each patch counts by 1 / (luminance + 0.1), which is roughly an equal perceived difference.
    # Against equal weights this brought the mean error on skin from 2.9 to 2.6 CIEDE2000 (100 NIST
    # skin spectra, 13 cameras, five lights); a root-polynomial fit improved the card, not the skin.
    weight = 1.0 / (reference @ (0.2126, 0.7152, 0.0722) + 0.1)
    solution, *_ = np.linalg.lstsq(
        measured * weight[:, None], reference * weight[:, None], rcond=None
    )
    return np.asarray(solution.T, dtype=np.float64)


def _delta_e_2000(linear_1: FloatArray, linear_2: FloatArray) -> FloatArray:
    import colour  # as in `_reference`

    return np.asarray(
        colour.delta_E(linear_rgb_to_lab(linear_1), linear_rgb_to_lab(linear_2), method="CIE 2000"),
        dtype=np.float64,
    )


def colour_matrix(
    measured_linear_rgb: npt.ArrayLike,
    *,
    clipped: npt.ArrayLike | None = None,
    edition: CardEdition = "2014",
) -> ColourCorrection:
    """Fit a 3x3 correction from measured patch colours to the card's reference under D65.

    Weighted least squares in linear light without an offset, so that exposure stays one factor. A
    card is not skin: with light far from daylight (tungsten, FL11) the patches fit well and skin
    still errs by some 4 CIEDE2000, mostly a constant that cancels within a session.

    Args:
        measured_linear_rgb: linear light of the 24 patches in the card's order, shape (24, 3), on
            any scale. Patches with NaN are left out.
        clipped: (24,) patches to leave out as well.
        edition: the reference values to fit, see `reference_linear_rgb`.

    Returns:
        The correction with what it leaves over.

    Raises:
        InputError: wrong shapes, fewer than 9 usable patches, or patches without three
            independent colours.
    """
    measured = np.asarray(measured_linear_rgb, dtype=np.float64)
    cut = np.zeros(PATCHES, bool) if clipped is None else np.asarray(clipped, dtype=bool)
    if measured.shape != (PATCHES, 3) or cut.shape != (PATCHES,):
        raise InputError(
            f"A card has 24 patches of three values; got {measured.shape} and {cut.shape}.",
            "Give the patches in the card's order, dark skin first, black last.",
        )
    fitted = np.isfinite(measured).all(axis=1) & ~cut
    if fitted.sum() < _MINIMUM_PATCHES_FITTED:
        raise InputError(
            f"Only {int(fitted.sum())} patches of the colour card can be used.",
            "Light the card evenly, and so that its white is not overexposed.",
        )
    reference = reference_linear_rgb(edition)
    used, target = measured[fitted], reference[fitted]
    if np.linalg.matrix_rank(used, tol=1e-3 * float(np.abs(used).max())) < 3:
        raise InputError(
            "The colours measured on the card do not differ enough to fit a correction.",
            "Check that the picture is in colour and the card is lit.",
        )
    matrix = _fit(used, target)
    delta_e = np.full(PATCHES, np.nan)
    delta_e[fitted] = _delta_e_2000(used @ matrix.T, target)
    kept = ~np.eye(len(used), dtype=bool)
    left_out = np.array([used[i] @ _fit(used[keep], target[keep]).T for i, keep in enumerate(kept)])
    return ColourCorrection(
        matrix=matrix,
        edition=edition,
        fitted=fitted,
        delta_e=delta_e,
        mean_delta_e=float(np.mean(delta_e[fitted])),
        predicted_delta_e=float(np.mean(_delta_e_2000(left_out, target))),
    )
