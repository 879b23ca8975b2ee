"""What a simulated video shows.

A scenario says what is wanted. Values that it leaves open are typical ones, or drawn from the seed
where `draw` is set (`rubor.simulation.scenario_draws`).
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from pathlib import Path

from rubor.errors import InputError
from rubor.simulation.filming_spec import CameraSpec, EncoderSpec, LightSpec
from rubor.simulation.person_spec import MotionSpec, Pulse, Response, SkinSpec, TreatedPatch
from rubor.simulation.value_checks import check_between

__all__ = ["Event", "Scenario"]


@dataclass(frozen=True)
class Event:
    """A mark for the events file.

    Attributes:
        time_s: seconds from the start.
        kind: one of the kinds that an events file knows, such as "stimulus_start".
    """

    time_s: float
    kind: str

    def __post_init__(self) -> None:
        check_between("time_s", self.time_s, 0.0, math.inf)


@dataclass(frozen=True)
class Scenario:
    """A video to be made. The same scenario gives the same frames.

    Attributes:
        title: what it shows, in a few words.
        seed: of everything that is drawn: person, camera, light, movement, drift and noise.
        duration_s: length.
        frame_rate: frames per second.
        width, height: of the picture in pixels, even; at 720 lines there are about 180 px between
            the outer eye corners, and in proportion at others.
        photo: a photo of one face, not mirrored; None for the portrait that ships with the library.
        skin: the person's skin at rest.
        response: changes of blood.
        pulse: the heart beat; of size 0 for none.
        treated: patches in which responses are smaller.
        camera, light, motion, encoder: see there.
        event: marks for the events file; None for those that follow from the responses.
    """

    title: str = ""
    seed: int = 1
    duration_s: float = 20.0
    frame_rate: float = 15.0
    width: int = 1280
    height: int = 720
    photo: Path | None = None
    skin: SkinSpec = field(default_factory=SkinSpec)
    response: tuple[Response, ...] = ()
    pulse: Pulse = field(default_factory=Pulse)
    treated: tuple[TreatedPatch, ...] = ()
    camera: CameraSpec = field(default_factory=CameraSpec)
    light: LightSpec = field(default_factory=LightSpec)
    motion: MotionSpec = field(default_factory=MotionSpec)
    encoder: EncoderSpec = field(default_factory=EncoderSpec)
    event: tuple[Event, ...] | None = None

    def __post_init__(self) -> None:
        check_between("seed", self.seed, 0, 2**63 - 1)
        check_between("frame_rate", self.frame_rate, 1.0, 240.0)
        check_between("duration_s", self.duration_s, 1.0 / self.frame_rate, 24 * 3600.0)
        check_between("width", self.width, 160, 7680)
        check_between("height", self.height, 160, 4320)
        if self.width % 2 or self.height % 2:
            raise InputError(
                f"A picture of {self.width} × {self.height} has half a chroma sample.",
                "Give an even width and height.",
            )

    @property
    def frames(self) -> int:
        """Number of frames."""
        return max(round(self.duration_s * self.frame_rate), 1)
