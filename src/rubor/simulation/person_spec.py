"""The person of a scenario: skin at rest, responses, treated patches and movement.

Left and right are the person's. Sizes of blood are natural logarithms: a rise of ln blood by 0.405
is half as much blood again.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, get_args

from rubor.errors import InputError
from rubor.optics.skin_tone import skin_tone_named, skin_tones
from rubor.simulation.time_course import TimeCourse
from rubor.simulation.value_checks import check_between, check_one_of
from rubor.vision.reference_face import REGIONS, reference_face

__all__ = [
    "LARGEST_RISE_LN",
    "HeadTurn",
    "MotionSpec",
    "Pulse",
    "Response",
    "ResponseKind",
    "SkinSpec",
    "Smile",
    "TreatedPatch",
]

ResponseKind = Literal["blush", "flush"]
Side = Literal["left", "right"]

# Regions that come as a pair may be named without their side.
_PAIRS = ("cheek", "jaw")
_DEFAULT_TONE = "light"
LARGEST_RISE_LN = 2.0
"""A strong flush is three to four times the blood; the colour tables end soon after this."""


@dataclass(frozen=True)
class SkinSpec:
    """The person's skin at rest.

    Attributes:
        tone: one of the six steps of `rubor.optics.skin_tones`; "light" when neither this nor
            `ita_deg` is given.
        ita_deg: individual typology angle, in place of a step. Melanin is chosen so that the skin
            has this angle in daylight.
        draw: draw what is not given below from the seed, as people differ; else the typical values.
        resting_blood_fraction: of the dermis, above 0 to 0.2.
        oxygen_saturation: 0..1.
        scattering_500_per_cm: reduced scattering at 500 nm.
        mie_power: steepness of scattering.
        melanin_exponent: steepness of melanin absorption.
        vessel_diameter_um: mean, for packaging.
        epidermis_thickness_um: micrometres.
        specular: share of the light that the surface throws back as it is, mean over the face,
            0..0.06; typically 0.02.
    """

    tone: str | None = None
    ita_deg: float | None = None
    draw: bool = False
    resting_blood_fraction: float | None = None
    oxygen_saturation: float | None = None
    scattering_500_per_cm: float | None = None
    mie_power: float | None = None
    melanin_exponent: float | None = None
    vessel_diameter_um: float | None = None
    epidermis_thickness_um: float | None = None
    specular: float | None = None

    def __post_init__(self) -> None:
        if self.tone is not None and self.ita_deg is not None:
            raise InputError("tone and ita_deg both say the skin tone.", "Give one of them.")
        if self.tone is not None:
            check_one_of("skin tone", self.tone, [tone.name for tone in skin_tones()])
        check_between("ita_deg", self.ita_deg, -75.0, 75.0)
        check_between("resting_blood_fraction", self.resting_blood_fraction, 1e-4, 0.2)
        check_between("oxygen_saturation", self.oxygen_saturation, 0.0, 1.0)
        check_between("scattering_500_per_cm", self.scattering_500_per_cm, 10.0, 200.0)
        check_between("mie_power", self.mie_power, 0.0, 4.0)
        check_between("melanin_exponent", self.melanin_exponent, 2.0, 6.0)
        check_between("vessel_diameter_um", self.vessel_diameter_um, 0.0, 200.0)
        check_between("epidermis_thickness_um", self.epidermis_thickness_um, 20.0, 200.0)
        check_between("specular", self.specular, 0.0, 0.06)

    @property
    def ita(self) -> float:
        """The individual typology angle that is asked for, degrees."""
        if self.ita_deg is not None:
            return self.ita_deg
        return skin_tone_named(self.tone or _DEFAULT_TONE).ita_deg


@dataclass(frozen=True)
class Response:
    """A change of skin blood that comes and goes.

    Attributes:
        kind: "blush" (seconds) or "flush" (minutes); sets the default times and the event written.
        size_ln: change of ln blood on the plateau, -2 to 2.
        onset_s, rise_s, plateau_s, recovery_s: see `TimeCourse`; None for the kind's usual ones.
        regions: factor on the size by region; "cheek" and "jaw" mean both sides. Regions that are
            not named have none; an empty table means all regions alike.
        left: factor on everything person-left.
        right: factor on everything person-right.
        saturation_change: change of oxygen saturation on the plateau where the factors are 1.
    """

    kind: ResponseKind = "blush"
    size_ln: float = math.log(1.5)
    onset_s: float | None = None
    rise_s: float | None = None
    plateau_s: float | None = None
    recovery_s: float | None = None
    regions: Mapping[str, float] = field(default_factory=dict)
    left: float = 1.0
    right: float = 1.0
    saturation_change: float = 0.0

    def __post_init__(self) -> None:
        check_one_of("kind", self.kind, get_args(ResponseKind))
        check_between("size_ln", self.size_ln, -LARGEST_RISE_LN, LARGEST_RISE_LN)
        check_between("saturation_change", self.saturation_change, -0.3, 0.3)
        for name, factor in {**self.regions, "left": self.left, "right": self.right}.items():
            check_between(f"the factor of {name}", factor, 0.0, 2.0)
        for name in self.regions:
            check_one_of("region", name, REGIONS + _PAIRS)
        _ = self.course

    @property
    def course(self) -> TimeCourse:
        """When it comes and goes."""
        usual = _USUAL_COURSE[self.kind]

        def chosen(value: float | None, otherwise: float) -> float:
            return otherwise if value is None else value

        return TimeCourse(
            chosen(self.onset_s, usual.onset_s),
            chosen(self.rise_s, usual.rise_s),
            chosen(self.plateau_s, usual.plateau_s),
            chosen(self.recovery_s, usual.recovery_s),
        )

    def factor_of(self, region: str) -> float:
        """Factor on the size in one of REGIONS, with its side."""
        base = region.rsplit("_", 1)[0]
        factor = 1.0 if not self.regions else self.regions.get(region, self.regions.get(base, 0.0))
        return factor


_USUAL_COURSE: dict[str, TimeCourse] = {
    "blush": TimeCourse(),
    "flush": TimeCourse(onset_s=30.0, rise_s=90.0, plateau_s=120.0, recovery_s=240.0),
}


@dataclass(frozen=True)
class Pulse:
    """The heart beat in all bare skin.

    Attributes:
        rate_bpm: beats per minute, 30 to 200.
        size_ln: amplitude in ln blood; 0.04 is 1 % of green light in light skin.
    """

    rate_bpm: float = 66.0
    size_ln: float = 0.04

    def __post_init__(self) -> None:
        check_between("rate_bpm", self.rate_bpm, 30.0, 200.0)
        check_between("size_ln", self.size_ln, 0.0, 0.3)


@dataclass(frozen=True)
class TreatedPatch:
    """Skin in which responses are smaller: give `cells`, or an ellipse, or a side, or regions.

    Attributes:
        reduction: share of the response that is gone, 0..1; less than 0 makes it larger.
        side: "left" or "right"; alone or to narrow down `regions`.
        regions: names of regions; "cheek" and "jaw" mean both sides.
        cells: names of cells, such as "cheek_left_07".
        centre_cm: (x, y) of an ellipse on the reference face: x to person-left, y up, from midway
            between the outer eye corners.
        semi_axes_cm: of the ellipse.
        edge_cm: width over which the ellipse fades, around its outline.
        responses: kinds that are reduced.
    """

    reduction: float = 0.7
    side: Side | None = None
    regions: tuple[str, ...] = ()
    cells: tuple[str, ...] = ()
    centre_cm: tuple[float, float] | None = None
    semi_axes_cm: tuple[float, float] | None = None
    edge_cm: float = 0.3
    responses: tuple[str, ...] = get_args(ResponseKind)

    def __post_init__(self) -> None:
        check_between("reduction", self.reduction, -2.0, 1.0)
        check_between("edge_cm", self.edge_cm, 0.01, 5.0)
        if self.side is not None:
            check_one_of("side", self.side, get_args(Side))
        for name in self.regions:
            check_one_of("region", name, REGIONS + _PAIRS)
        for name in self.cells:
            check_one_of("cell", name, reference_face().cell_names)
        for name in self.responses:
            check_one_of("response", name, get_args(ResponseKind))
        if not self.responses:
            raise InputError("A treated patch that reduces nothing is none.", "Name responses.")
        ellipse = self.centre_cm is not None
        if ellipse != (self.semi_axes_cm is not None):
            raise InputError("A treated ellipse needs centre_cm and semi_axes_cm.", "Give both.")
        if self.semi_axes_cm is not None and min(self.semi_axes_cm) <= 0.0:
            raise InputError("semi_axes_cm must be above 0.", "Give two lengths in cm.")
        by_area = self.side is not None or bool(self.regions)
        if by_area + bool(self.cells) + ellipse != 1:
            raise InputError(
                "A treated patch needs one way of saying where it is.",
                "Give cells, or centre_cm and semi_axes_cm, or side and regions.",
            )


@dataclass(frozen=True)
class HeadTurn(TimeCourse):
    """The head turns aside and back, in the time of a `TimeCourse`.

    Attributes:
        angle_deg: at its widest, positive towards person-left; up to 25 either way.
    """

    rise_s: float = 1.0
    plateau_s: float = 2.0
    recovery_s: float = 0.5
    angle_deg: float = 10.0

    def __post_init__(self) -> None:
        super().__post_init__()
        check_between("angle_deg", self.angle_deg, -25.0, 25.0)


@dataclass(frozen=True)
class Smile(TimeCourse):
    """The corners of the mouth and the cheeks rise, and the light on them changes.

    Attributes:
        size: 1 is a broad smile, less than 0 a mouth drawn down.
    """

    rise_s: float = 0.6
    plateau_s: float = 2.0
    recovery_s: float = 0.6
    size: float = 1.0

    def __post_init__(self) -> None:
        super().__post_init__()
        check_between("size", self.size, -1.0, 1.5)


@dataclass(frozen=True)
class MotionSpec:
    """How the head moves.

    Attributes:
        sway: factor on the small movements of a person who sits still.
        specular_change: standard deviation of the change of the surface's gloss that goes with the
            sway, as a share of it.
        turn: turns of the head.
        smile: smiles.
    """

    sway: float = 1.0
    specular_change: float = 0.0
    turn: tuple[HeadTurn, ...] = ()
    smile: tuple[Smile, ...] = ()

    def __post_init__(self) -> None:
        check_between("sway", self.sway, 0.0, 10.0)
        check_between("specular_change", self.specular_change, 0.0, 0.5)
