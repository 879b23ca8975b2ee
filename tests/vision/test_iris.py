"""The iris is found in both eyes and of the size that adults have."""

from __future__ import annotations

import numpy as np
import skimage.data

from rubor.vision.face_tracking import FaceTracker
from rubor.vision.frame import PhotoFrame
from rubor.vision.iris import find_irises


def frame_of(picture: np.ndarray) -> PhotoFrame:
    return PhotoFrame(picture.astype(np.float32) / 255.0, np.ascontiguousarray(picture))


def test_both_irises_lie_in_their_eyes_and_are_alike() -> None:
    frame = frame_of(skimage.data.astronaut())
    mesh = FaceTracker().follow(frame)
    assert mesh is not None
    irises = find_irises(frame, mesh)
    for iris, (outer, inner) in zip(irises, ((33, 133), (362, 263)), strict=True):
        low, high = sorted((mesh[outer, 0], mesh[inner, 0]))
        assert low < iris.centre[0] < high
    one, other = irises
    assert 0.85 < one.width_px / other.width_px < 1.18
    # Irises of 11.7 mm and pupils 63 mm apart: the ratio of adults, give or take 15 %.
    apart = np.hypot(*np.subtract(one.centre, other.centre))
    assert 0.85 < apart / ((one.width_px + other.width_px) / 2.0) / (63.0 / 11.7) < 1.15


def test_a_mirrored_picture_swaps_the_eyes() -> None:
    picture = skimage.data.astronaut()
    widths = []
    for seen in (picture, picture[:, ::-1]):
        frame = frame_of(seen)
        mesh = FaceTracker().follow(frame)
        assert mesh is not None
        widths.append([iris.width_px for iris in find_irises(frame, mesh)])
    np.testing.assert_allclose(widths[0], widths[1][::-1], rtol=0.08)
