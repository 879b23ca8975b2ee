"""How people with the same melanin differ: the spreads behind every interval of the blood curve.

Medians are a fit of the two-layer model to 240 cheek spectra of the International Skin Spectra
Archive, by skin tone. The fit was held near its starting values, so scattering, vessel diameter
and melanin steepness carry little information of their own, and saturation cannot be told from
scattering; saturation therefore has one range for all tones. The widths of scattering, vessel
diameter and epidermis are not published for cheeks in this model; they are assumptions, chosen
wide enough to hold the medians of all but the darkest group.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from rubor.optics.two_layer_skin import Skin

__all__ = [
    "HIGHEST_SPECULAR",
    "RESTING_BLOOD_MEDIAN",
    "RESTING_BLOOD_SD_LN",
    "draw_skin",
    "draw_specular",
    "typical_skin",
]

FloatArray = npt.NDArray[np.float64]

RESTING_BLOOD_MEDIAN = 0.014
RESTING_BLOOD_SD_LN = 0.4
SATURATION_RANGE = (0.65, 0.80)
SCATTERING_SD_LN = 0.15
MIE_POWER_SD = 0.15
VESSEL_DIAMETER_MEDIAN_UM = 40.0
VESSEL_DIAMETER_SD_LN = 0.3
MELANIN_EXPONENT_SD = 0.1
EPIDERMIS_MEDIAN_UM = 60.0
EPIDERMIS_SD_LN = 0.2
HIGHEST_SPECULAR = 0.04

# Medians by skin tone, very light to dark.
TONE_MELANIN = (0.012, 0.022, 0.036, 0.052, 0.096, 0.32)
TONE_SCATTERING_500_PER_CM = (44.0, 46.0, 46.0, 48.0, 53.0, 69.0)
TONE_MIE_POWER = (1.3, 1.1, 1.2, 1.0, 1.0, 1.0)
TONE_MELANIN_EXPONENT = (3.3, 3.4, 3.4, 3.4, 3.5, 4.0)


def _median_at(melanin_fraction: FloatArray, medians: tuple[float, ...]) -> FloatArray:
    return np.asarray(np.interp(np.log(melanin_fraction), np.log(TONE_MELANIN), medians))


def typical_skin(melanin_fraction: npt.ArrayLike) -> Skin:
    """Skin at rest with so much melanin and the median of everything else.

    Args:
        melanin_fraction: any shape, above 0.

    Returns:
        The skin, fields of that shape or single numbers.

    >>> float(np.round(typical_skin(0.1).scattering_500_per_cm, 1))
    53.5
    """
    melanin = np.asarray(melanin_fraction, dtype=np.float64)
    return Skin(
        melanin_fraction=melanin,
        blood_fraction=RESTING_BLOOD_MEDIAN,
        oxygen_saturation=float(np.mean(SATURATION_RANGE)),
        scattering_500_per_cm=_median_at(melanin, TONE_SCATTERING_500_PER_CM),
        rayleigh_fraction=0.0,
        mie_power=_median_at(melanin, TONE_MIE_POWER),
        vessel_diameter_um=VESSEL_DIAMETER_MEDIAN_UM,
        melanin_exponent=_median_at(melanin, TONE_MELANIN_EXPONENT),
        epidermis_thickness_um=EPIDERMIS_MEDIAN_UM,
    )


def draw_skin(melanin_fraction: npt.ArrayLike, random: np.random.Generator) -> Skin:
    """Draw everything but melanin for a number of people at rest.

    Args:
        melanin_fraction: of each person, shape ``(n,)``, above 0.
        random: source of randomness; the same state gives the same people.

    Returns:
        Their skins, every field of shape ``(n,)``.

    >>> import numpy as np
    >>> skin = draw_skin(np.full(1000, 0.03), np.random.default_rng(1))
    >>> round(float(np.median(skin.blood_fraction)), 3)
    0.014
    """
    melanin = np.asarray(melanin_fraction, dtype=np.float64)
    count = melanin.shape

    def around(median: npt.ArrayLike, sd: float) -> FloatArray:
        drawn: FloatArray = np.asarray(median, np.float64) + sd * random.standard_normal(count)
        return drawn

    def factor_around(median: npt.ArrayLike, sd_ln: float) -> FloatArray:
        return np.exp(around(np.log(median), sd_ln))

    return Skin(
        melanin_fraction=melanin,
        blood_fraction=factor_around(RESTING_BLOOD_MEDIAN, RESTING_BLOOD_SD_LN),
        oxygen_saturation=random.uniform(*SATURATION_RANGE, count),
        scattering_500_per_cm=factor_around(
            _median_at(melanin, TONE_SCATTERING_500_PER_CM), SCATTERING_SD_LN
        ),
        rayleigh_fraction=np.zeros(count),
        mie_power=around(_median_at(melanin, TONE_MIE_POWER), MIE_POWER_SD),
        vessel_diameter_um=factor_around(VESSEL_DIAMETER_MEDIAN_UM, VESSEL_DIAMETER_SD_LN),
        melanin_exponent=around(_median_at(melanin, TONE_MELANIN_EXPONENT), MELANIN_EXPONENT_SD),
        epidermis_thickness_um=factor_around(EPIDERMIS_MEDIAN_UM, EPIDERMIS_SD_LN),
    )


def draw_specular(count: int, random: np.random.Generator) -> FloatArray:
    """Draw the specular reflection of a number of recordings, evenly from 0 to 4 %.

    Args:
        count: how many.
        random: source of randomness.

    Returns:
        Shares of the light, shape ``(count,)``.

    >>> import numpy as np
    >>> bool(draw_specular(100, np.random.default_rng(1)).max() <= 0.04)
    True
    """
    return random.uniform(0.0, HIGHEST_SPECULAR, count)
