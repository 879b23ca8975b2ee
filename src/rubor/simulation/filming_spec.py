"""How a scenario is filmed: camera, light, and the file that is written.

Sizes of light are natural logarithms: 0.02 is two percent.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal, get_args

from rubor.errors import InputError
from rubor.simulation.camera_planes import Matrix
from rubor.simulation.value_checks import check_between, check_one_of

__all__ = ["CameraSpec", "EncoderSpec", "GainDrift", "Lamp", "LightSpec"]

DriftKind = Literal["sine", "ramp", "walk"]


@dataclass(frozen=True)
class GainDrift:
    """A slow change of the camera's gains, as automatic white balance and exposure make.

    Attributes:
        kind: "sine"; "ramp" from `start_s` over `length_s`, then constant; or "walk", a slow random
            walk of each channel by itself.
        red_ln, green_ln, blue_ln: size in ln light of each channel: the amplitude of a sine, the
            end of a ramp, the standard deviation over the recording of a walk.
        exposure_stops: size of a change of all three alike, in stops, likewise.
        period_s: of a sine.
        start_s: of a ramp or sine.
        length_s: of a ramp.
    """

    kind: DriftKind = "walk"
    red_ln: float = 0.0
    green_ln: float = 0.0
    blue_ln: float = 0.0
    exposure_stops: float = 0.0
    period_s: float = 20.0
    start_s: float = 0.0
    length_s: float = 10.0

    def __post_init__(self) -> None:
        check_one_of("kind", self.kind, get_args(DriftKind))
        for name in ("red_ln", "green_ln", "blue_ln"):
            check_between(name, getattr(self, name), -1.0, 1.0)
        check_between("exposure_stops", self.exposure_stops, -3.0, 3.0)
        check_between("period_s", self.period_s, 0.1, math.inf)
        check_between("length_s", self.length_s, 1e-3, math.inf)


@dataclass(frozen=True)
class CameraSpec:
    """The camera.

    Attributes:
        sensitivities: "standard" (the colours of a perfect camera), "typical" (the mean of 52 real
            cameras, changed by `variation`), or a name known to colour-science; None for "standard",
            or drawn.
        variation: of "typical": up to six numbers, in standard deviations between cameras.
        draw: draw what is not given from the seed.
        contrast: slope of the camera's own tone curve in logarithms beside the sRGB curve, typically 1.
        red_error_ln: constant error of the white balance in red against green, typically 0.
        blue_error_ln: likewise in blue.
        exposure_stops: 0 for a picture of mean brightness, as metered at the start.
        noise_levels: standard deviation of the noise in 8-bit levels.
        drift: changes of the gains while filming.
    """

    sensitivities: str | None = None
    variation: tuple[float, ...] = ()
    draw: bool = False
    contrast: float | None = None
    red_error_ln: float | None = None
    blue_error_ln: float | None = None
    exposure_stops: float = 0.0
    noise_levels: float = 2.0
    drift: tuple[GainDrift, ...] = ()

    def __post_init__(self) -> None:
        if self.variation and self.sensitivities != "typical":
            raise InputError(
                "variation changes the typical camera only.", 'Give sensitivities = "typical".'
            )
        if len(self.variation) > 6:
            raise InputError("variation has at most six numbers.", "Leave out the others.")
        for number in self.variation:
            check_between("variation", number, -4.0, 4.0)
        check_between("contrast", self.contrast, 0.5, 2.0)
        check_between("red_error_ln", self.red_error_ln, -1.0, 1.0)
        check_between("blue_error_ln", self.blue_error_ln, -1.0, 1.0)
        check_between("exposure_stops", self.exposure_stops, -4.0, 4.0)
        check_between("noise_levels", self.noise_levels, 0.0, 30.0)


@dataclass(frozen=True)
class Lamp:
    """A lamp that is switched on while filming; the camera keeps its white balance.

    Attributes:
        illuminant: name known to colour-science.
        strength: its light on a white surface, as a share of the main light's.
        on_s: time at which it is switched on.
        rise_s: how long it takes to full light.
        side_ln: ln of its light on the person-left cheek over the person-right one.
    """

    illuminant: str = "A"
    strength: float = 0.2
    on_s: float = 10.0
    rise_s: float = 0.2
    side_ln: float = 0.0

    def __post_init__(self) -> None:
        check_between("strength", self.strength, 0.0, 5.0)
        check_between("rise_s", self.rise_s, 1e-3, math.inf)
        check_between("side_ln", self.side_ln, -2.0, 2.0)


@dataclass(frozen=True)
class LightSpec:
    """The light.

    Attributes:
        illuminant: name known to colour-science; None for "D65", or drawn.
        draw: draw it from the seed when it is not given.
        side_ln: ln of the light on the person-left cheek over that on the person-right one.
        lamp: further lamps, switched on while filming.
    """

    illuminant: str | None = None
    draw: bool = False
    side_ln: float = 0.0
    lamp: tuple[Lamp, ...] = ()

    def __post_init__(self) -> None:
        check_between("side_ln", self.side_ln, -2.0, 2.0)


@dataclass(frozen=True)
class EncoderSpec:
    """How the file is written; see `rubor.simulation.write_video`.

    Attributes:
        container: mp4, mov, mkv, webm or avi.
        codec: libx264, libx265, libvpx, libvpx-vp9, mpeg4 or mjpeg.
        bit_rate: bits per second; 0 for the codec's near-transparent quality.
        crf: constant rate factor in place of a bit rate.
        pixel_format: yuv420p, yuv422p, yuv444p or, for H.264 and HEVC, the same with "10le".
        matrix: "bt709" or "bt601".
        full_range: samples 0..255.
        tag: whether the colour tags are written.
    """

    container: str = "mp4"
    codec: str = "libx264"
    bit_rate: int = 6_000_000
    crf: float | None = None
    pixel_format: str = "yuv420p"
    matrix: Matrix = "bt709"
    full_range: bool = False
    tag: bool = True

    def __post_init__(self) -> None:
        check_one_of("container", self.container, ("mp4", "mov", "mkv", "webm", "avi"))
        check_one_of("matrix", self.matrix, get_args(Matrix))
        check_between("bit_rate", self.bit_rate, 0, 10**9)
