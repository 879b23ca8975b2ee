"""What the pulse and noise functions say of real skin.

The clip is the face of the Eulerian video magnification paper (Wu et al. 2012): 10 s, still head,
published pulse band 50 to 60 bpm; an earlier sketch gave 52.7 bpm by POS (+9.2 dB) and by CHROM
(+8.3 dB), a pulse direction of 40 to 48 degrees, and 1 s Allan deviations of log10(R/G) from
0.85 to 2.1 thousandths by region. A rate from 10 s is sharp to a few beats at best, and one clip
is a lead, not a law: the limits are wide.
"""

from __future__ import annotations

from pathlib import Path

import av
import numpy as np
import numpy.typing as npt
import pytest

from rubor.measurement.blood_direction import BloodDirection, pulse_direction
from rubor.measurement.noise_floor import allan_deviation, noise_floor
from rubor.measurement.pulse import Method, estimate_pulse

FloatArray = npt.NDArray[np.float64]

# Boxes of bare skin, person-left and person-right: columns, then rows.
BOXES = {
    "forehead": (slice(100, 166), slice(150, 330)),
    "cheek_left": (slice(290, 370), slice(310, 400)),
    "cheek_right": (slice(290, 370), slice(76, 170)),
}


def linear_means(frame: av.VideoFrame) -> FloatArray:
    """Mean linear RGB of each box: BT.601 limited range, sRGB curve, shape (boxes, 3)."""
    luma, cb, cr = (
        np.frombuffer(plane, np.uint8).reshape(plane.height, -1)[:, : plane.width]
        for plane in frame.planes
    )
    means = []
    for rows, columns in BOXES.values():
        half = (
            slice(rows.start // 2, rows.stop // 2),
            slice(columns.start // 2, columns.stop // 2),
        )
        y = (luma[rows, columns] - 16.0) / 219.0
        u, v = (
            np.repeat(np.repeat((chroma[half] - 128.0) / 224.0, 2, 0), 2, 1) for chroma in (cb, cr)
        )
        coded = np.stack([y + 1.402 * v, y - 0.344136 * u - 0.714136 * v, y + 1.772 * u])
        linear = np.where(coded <= 0.04045, coded / 12.92, ((coded.clip(0) + 0.055) / 1.055) ** 2.4)
        means.append(linear.mean(axis=(1, 2)))
    return np.array(means)


@pytest.fixture(scope="module")
def face(shared: Path) -> tuple[FloatArray, FloatArray]:
    """Times (n,) and linear RGB (n, boxes, 3)."""
    with av.open(str(shared / "videos" / "face.mp4")) as container:
        frames = [(frame.time, linear_means(frame)) for frame in container.decode(video=0)]
    return np.array([time for time, _ in frames]), np.array([means for _, means in frames])


@pytest.mark.parametrize("method", ["POS", "CHROM"])
def test_the_pulse_is_the_known_one(face: tuple[FloatArray, FloatArray], method: Method) -> None:
    time, boxes = face
    pulse = estimate_pulse(time, boxes.mean(axis=1), method=method)
    assert pulse.rate_bpm == pytest.approx(52.7, abs=1.0)
    assert pulse.snr_db is not None
    assert pulse.snr_db > 6.0


@pytest.mark.parametrize("box", range(len(BOXES)))
def test_every_box_has_a_pulse_of_50_to_60_bpm(
    face: tuple[FloatArray, FloatArray], box: int
) -> None:
    time, boxes = face
    assert 50.0 < (estimate_pulse(time, boxes[:, box]).rate_bpm or 0.0) < 60.0


def test_the_blood_direction_is_that_measured_before(face: tuple[FloatArray, FloatArray]) -> None:
    time, boxes = face
    found = pulse_direction(time, boxes.mean(axis=1), 52.7)
    assert isinstance(found, BloodDirection)
    assert 38.0 < found.angle_deg < 50.0
    assert found.standard_error_deg < 5.0


@pytest.mark.parametrize("box", range(len(BOXES)))
def test_the_floor_lies_above_the_white_noise_estimate_and_is_that_of_a_still_face(
    face: tuple[FloatArray, FloatArray], box: int
) -> None:
    time, boxes = face
    redness = np.log10(boxes[:, box, 0] / boxes[:, box, 1])
    assert 0.4e-3 < allan_deviation(time, redness, 1.0) < 2.5e-3
    floor = noise_floor(time, redness, 1.0).value
    assert floor is not None
    assert floor > 1.96 * np.sqrt(2.0) * np.std(redness) / np.sqrt(30.0)
    assert noise_floor(time, redness, 10.0).value is None
