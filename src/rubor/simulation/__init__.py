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
from rubor.simulation.filming_spec import CameraSpec, EncoderSpec, GainDrift, Lamp, LightSpec
from rubor.simulation.person_spec import (
    HeadTurn,
    MotionSpec,
    Pulse,
    Response,
    SkinSpec,
    Smile,
    TreatedPatch,
)
from rubor.simulation.portrait import Portrait, load_portrait
from rubor.simulation.scenario import Event, Scenario
from rubor.simulation.scenario_draws import resolved
from rubor.simulation.scenario_file import (
    example_scenario,
    example_scenarios,
    read_scenario,
    to_toml,
)
from rubor.simulation.scenario_rendering import RenderedScenario
from rubor.simulation.simulated_video import SimulatedVideo, simulate
from rubor.simulation.time_course import TimeCourse

__all__ = [
    "CameraSpec",
    "DemoScene",
    "DemoTruth",
    "EncoderSpec",
    "Event",
    "GainDrift",
    "HeadTurn",
    "Lamp",
    "LightSpec",
    "MotionSpec",
    "Portrait",
    "Pulse",
    "RenderedScenario",
    "Response",
    "Scenario",
    "SimulatedVideo",
    "SkinSpec",
    "Smile",
    "TimeCourse",
    "TreatedPatch",
    "example_scenario",
    "example_scenarios",
    "load_portrait",
    "read_scenario",
    "render_frames",
    "resolved",
    "simulate",
    "simulate_demo_video",
    "to_toml",
    "true_course",
    "write_video",
]
