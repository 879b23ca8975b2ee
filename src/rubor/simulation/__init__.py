"""Videos with known truth: a real portrait, a known change of blood, a real camera's encoding."""

from __future__ import annotations

from rubor.simulation.demo_video import (
    DemoScene,
    DemoTruth,
    render_frames,
    simulate_demo_video,
    true_course,
)
from rubor.simulation.encoder import write_video
from rubor.simulation.portrait import Portrait, load_portrait
from rubor.simulation.time_course import TimeCourse

__all__ = [
    "DemoScene",
    "DemoTruth",
    "Portrait",
    "TimeCourse",
    "load_portrait",
    "render_frames",
    "simulate_demo_video",
    "true_course",
    "write_video",
]
