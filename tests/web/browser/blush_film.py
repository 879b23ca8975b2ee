"""A film of a blush that carries its own clock, so that what was recorded of it tells when it was.

The browser shows the film to the page over and over, and nobody can say at which picture a recording
begins. So each picture bears its number, as a row of black and white blocks at its lower left.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt

from rubor.simulation import DemoScene, TimeCourse, render_frames

__all__ = ["BLUSH", "CLOCK_JS", "frames_with_clock", "number_in"]

_BITS, _WIDTH, _HEIGHT = 9, 16, 16
_DARK, _BRIGHT = 0.01, 0.8  # linear light, far apart on any path

BLUSH = DemoScene(
    seed=3,
    duration_s=20.0,
    frame_rate=15,
    width=640,
    height=480,
    log_blood_left=0.5,
    log_blood_right=0.5,
    # Looking at the set-up takes some ten seconds; the recording then begins near the twelfth, and
    # the blush comes ten seconds into it.
    course=TimeCourse(onset_s=3.0, rise_s=2.0, plateau_s=2.5, recovery_s=1.0),
)


def frames_with_clock(scene: DemoScene) -> Iterator[npt.NDArray[np.float32]]:
    """The pictures of a scene in linear light, each with its number in it."""
    for number, frame in enumerate(render_frames(scene)):
        for bit in range(_BITS):
            value = _BRIGHT if number >> bit & 1 else _DARK
            frame[-_HEIGHT:, bit * _WIDTH : (bit + 1) * _WIDTH] = value
        yield frame


def number_in(grey: npt.NDArray[Any]) -> int:
    """The number in a picture, from its luma."""
    blocks = grey[-_HEIGHT:, : _BITS * _WIDTH].astype(float)
    # The middle of each block: its edges are blurred.
    middles = blocks[4:-4].reshape(_HEIGHT - 8, _BITS, _WIDTH)[:, :, 4:-4].mean(axis=(0, 2))
    return sum(1 << bit for bit, value in enumerate(middles) if value > 128.0)


CLOCK_JS = f"""() => {{
  const video = document.querySelector("#preview");
  const canvas = new OffscreenCanvas(video.videoWidth, video.videoHeight);
  const context = canvas.getContext("2d");
  context.drawImage(video, 0, 0);
  let number = 0;
  for (let bit = 0; bit < {_BITS}; bit += 1) {{
    const at = [bit * {_WIDTH} + 6, canvas.height - 10, 4, 4];
    const pixels = context.getImageData(...at).data;
    let sum = 0;
    for (let place = 0; place < pixels.length; place += 4) sum += pixels[place + 1];
    if (sum / (pixels.length / 4) > 128) number |= 1 << bit;
  }}
  return number;
}}"""
"""Reads the number from the preview of the recorder."""
