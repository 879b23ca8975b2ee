"""Skin optics: reflectance, camera colour, redness indices, and the curve from colour to blood.

The package knows physics and colour only: no picture, no face, no time.
"""

from __future__ import annotations

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
from rubor.optics.transfer import hlg_decode, srgb_decode, srgb_encode

__all__ = [
    "LOG_RATIO_PER_ERYTHEMA_INDEX",
    "delta_e_ab",
    "erythema_index",
    "hlg_decode",
    "individual_typology_angle_deg",
    "lab_to_linear_rgb",
    "linear_rgb_to_lab",
    "log_ratio",
    "srgb_decode",
    "srgb_encode",
]
