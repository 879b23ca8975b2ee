"""How fast a scenario is rendered at 720 lines, before the encoder.

Rendering is everything up to the light that reaches the sensor: skin, light, movement, background,
exposure, white balance and tone curve. Filming adds the camera's noise, the colour matrix and
rounding to 8-bit 4:2:0; the next frame is rendered meanwhile, as `rubor.simulation.simulate` does.

    python benchmarks/simulation_speed.py      # the table, also to benchmarks/results/simulation_speed.md
"""

from __future__ import annotations

import math
import os
import platform
import statistics
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import cv2
import numpy as np

import rubor
from rubor.simulation import (
    CameraSpec,
    GainDrift,
    Lamp,
    LightSpec,
    MotionSpec,
    RenderedScenario,
    Response,
    Scenario,
    SkinSpec,
    Smile,
)
from rubor.simulation.camera_planes import PlaneLayout, camera_planes

RESULTS = Path(__file__).parent / "results" / "simulation_speed.md"
FRAMES, REPEATS = 60, 5
TARGET_FPS = 60

BLUSH = (Response(size_ln=math.log(1.5), onset_s=0.2, rise_s=1.0, plateau_s=9.0),)
HARD_CAMERA = CameraSpec(
    draw=True, contrast=1.05, drift=(GainDrift(red_ln=0.004, green_ln=0.004, blue_ln=0.004),)
)
SCENARIOS = {
    "a blush": Scenario(duration_s=4.0, response=BLUSH),
    "a blush, hard: drawn skin, camera and light, drift, moving gloss": Scenario(
        duration_s=4.0,
        response=BLUSH,
        skin=SkinSpec(tone="tan", draw=True),
        camera=HARD_CAMERA,
        light=LightSpec(draw=True),
        motion=MotionSpec(specular_change=0.2),
    ),
    "a lamp switched on": Scenario(duration_s=4.0, light=LightSpec(lamp=(Lamp(on_s=0.1),))),
    "a smile": Scenario(
        duration_s=4.0, motion=MotionSpec(smile=(Smile(onset_s=0.0, plateau_s=9.0),))
    ),
}


def rendering(rendered: RenderedScenario) -> None:
    for number in range(FRAMES):
        rendered.frame(number)


def filming(rendered: RenderedScenario) -> None:
    generator = np.random.default_rng(0)
    for frame in one_ahead(rendered.frame(number) for number in range(FRAMES)):
        camera_planes(frame, PlaneLayout(), noise_levels=2.0, generator=generator)


def one_ahead(frames: Iterator[np.ndarray]) -> Iterator[np.ndarray]:
    with ThreadPoolExecutor(max_workers=1) as worker:
        upcoming = worker.submit(next, frames, None)
        while (frame := upcoming.result()) is not None:
            upcoming = worker.submit(next, frames, None)
            yield frame


def frames_a_second(
    work: Callable[[RenderedScenario], None], rendered: RenderedScenario
) -> list[float]:
    rates = []
    for _ in range(REPEATS):
        start = time.perf_counter()
        work(rendered)
        rates.append(FRAMES / (time.perf_counter() - start))
    return rates


def main() -> None:
    """Prepare, render, print and write the table."""
    rows = []
    for name, scenario in SCENARIOS.items():
        start = time.perf_counter()
        rendered = RenderedScenario(scenario)
        prepared_s = time.perf_counter() - start
        rendered.frame(0)
        rendered_fps = frames_a_second(rendering, rendered)
        filmed_fps = frames_a_second(filming, rendered)
        cells = [name, f"{prepared_s:.1f}"]
        for rates in (rendered_fps, filmed_fps):
            rate = statistics.median(rates)
            cells.append(f"{rate:.0f} ({min(rates):.0f} to {max(rates):.0f})")
            cells.append("met" if rate >= TARGET_FPS else "NOT met")
        rows.append(f"| {' | '.join(cells)} |")
    table = "\n".join(rows)
    text = (
        "# Speed of simulation\n\nWritten by `benchmarks/simulation_speed.py`.\n\n"
        f"Rubor {rubor.__version__}, OpenCV {cv2.__version__}, Python {platform.python_version()},"
        f" {os.cpu_count()} cores. 1280 × 720, median (least to most) of {REPEATS} times {FRAMES}"
        " frames, before the encoder.\n\n"
        f"| scenario | prepared, s | rendered, fps | at least {TARGET_FPS} |"
        f" with noise and rounding, fps | at least {TARGET_FPS} |\n|---|---|---|---|---|---|\n"
        f"{table}\n"
    )
    print(text)
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
