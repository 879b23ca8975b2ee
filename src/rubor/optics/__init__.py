"""Skin optics: reflectance, camera colour, redness indices, and the curve from colour to blood.

The package knows physics and colour only: no picture, no face, no time. The published pieces of the
skin model and the camera are modules of their own, `rubor.optics.adding_doubling` and so on.
"""

from __future__ import annotations

from rubor.optics.blood_curve import BloodChange, allowed_drift, blood_change, sensitivity
from rubor.optics.cielab import (
    delta_e_ab,
    individual_typology_angle_deg,
    lab_to_linear_rgb,
    linear_rgb_to_lab,
)
from rubor.optics.erythema_index import (
    LOG_RATIO_PER_ERYTHEMA_INDEX,
    erythema_index,
    log_ratio,
)
from rubor.optics.skin_tone import SkinTone, nearest_skin_tone, skin_tone_named, skin_tones
from rubor.optics.transfer import hlg_decode, srgb_decode, srgb_encode
from rubor.optics.two_layer_skin import Skin, skin_reflectance

__all__ = [
    "LOG_RATIO_PER_ERYTHEMA_INDEX",
    "BloodChange",
    "Skin",
    "SkinTone",
    "allowed_drift",
    "blood_change",
    "delta_e_ab",
    "erythema_index",
    "hlg_decode",
    "individual_typology_angle_deg",
    "lab_to_linear_rgb",
    "linear_rgb_to_lab",
    "log_ratio",
    "nearest_skin_tone",
    "sensitivity",
    "skin_reflectance",
    "skin_tone_named",
    "skin_tones",
    "srgb_decode",
    "srgb_encode",
]
