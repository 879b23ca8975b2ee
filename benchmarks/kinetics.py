"""How exactly the course of an episode is found, and how often blush and flush are told apart.

Most rows are simulated traces: a true course, made into a trace with the noise of real end-to-end
videos. That noise is what `rubor.measure` leaves of simulated videos in which no blood changes but for
the pulse (camera noise, 8-bit 4:2:0, encoder, moving head, light reference): its own stretches, drawn
at random, scaled so that the peak is the wanted multiple of it. The last rows are videos from end to
end, with the true course known.

    python benchmarks/kinetics.py          # the tables, also to benchmarks/results/kinetics.md
"""

from __future__ import annotations

import argparse
import math
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

import rubor
from rubor.measurement import Recording
from rubor.measurement.recording import TRACE_COLUMNS
from rubor.response import blush_or_flush, events_of, find_episodes
from rubor.response.area_traces import area_traces, pooled
from rubor.response.trace_noise import trace_noise
from rubor.simulation import (
    CameraSpec,
    GainDrift,
    Response,
    Scenario,
    SkinSpec,
    TimeCourse,
    simulate,
)
from rubor.simulation.simulated_video import derived_events
from rubor.vision.reference_face import REGIONS

FloatArray = npt.NDArray[np.float64]
RESULTS = Path(__file__).parent / "results" / "kinetics.md"

# Of half a cosine: where it is at 10 %, and from there to 90 %.
TEN = math.acos(0.8) / math.pi
TEN_TO_NINETY = 1.0 - 2.0 * TEN
STEADY: tuple[GainDrift, ...] = ()
WANDERING = (GainDrift(red_ln=0.004, green_ln=0.004, blue_ln=0.004),)
SPREAD = {"cheek": 1.0, "nose": 0.7, "forehead": 0.5, "chin": 0.4, "jaw": 0.5}


@dataclass(frozen=True)
class Truth:
    onset_s: float
    rise_s: float
    half_recovery_s: float

    @classmethod
    def of(cls, course: TimeCourse) -> Truth:
        return cls(
            course.onset_s + TEN * course.rise_s,
            TEN_TO_NINETY * course.rise_s,
            course.recovery_s * math.log(2.0),
        )


@dataclass
class Errors:
    """Of every run of a row: onset in s, rise and half-recovery as shares; NaN where not found."""

    onset_s: list[float] = field(default_factory=list)
    rise: list[float] = field(default_factory=list)
    recovery: list[float] = field(default_factory=list)
    episodes: list[int] = field(default_factory=list)
    rise_s: list[float] = field(default_factory=list)


# --- noise of real end-to-end videos --------------------------------------------------------------


NOISE_VIDEOS = (
    ("blush", 15.0, 80.0, (101, 102, 103), STEADY),
    ("blush, gains wander", 15.0, 80.0, (106, 107, 108), WANDERING),
    ("flush", 5.0, 240.0, (111, 112), WANDERING),
)


def noise_of_videos(folder: Path, tell: Callable[[str], None]) -> dict[str, list[FloatArray]]:
    """(frames, regions) traces of ln blood from videos without a response."""
    found: dict[str, list[FloatArray]] = {}
    for purpose, rate, length_s, seeds, drift in NOISE_VIDEOS:
        for seed in seeds:
            tell(f"noise: {length_s:.0f} s at {rate:.0f} frames a second, seed {seed}")
            scenario = Scenario(
                seed=seed,
                duration_s=length_s,
                frame_rate=rate,
                width=640,
                height=480,
                skin=SkinSpec(draw=True),
                camera=CameraSpec(draw=True, drift=drift),
            )
            video = simulate(scenario, folder / f"noise_{seed}")
            recording = rubor.measure(video.path, mirrored=False, baseline=(0.0, length_s))
            traces = area_traces(recording, "blood_change")
            found.setdefault(purpose, []).append(traces.values)
    return found


def constructed(
    course: TimeCourse,
    noise: FloatArray,
    rate: float,
    peak_sds: float,
    scenario: Scenario,
    draw: np.random.Generator,
) -> Recording:
    """A recording whose regions follow a course, with the noise of a video at a random place."""
    frames = scenario.frames
    time_s = np.arange(frames) / rate
    # Tile the stretch forth and back, from a random place: no jump, and never the same noise.
    reel = np.concatenate([noise, noise[::-1]])
    start = int(draw.integers(len(reel)))
    taken = reel[(start + np.arange(frames)) % len(reel)] * draw.choice([-1.0, 1.0])
    response = scenario.response[0]
    sizes = np.array([response.factor_of(name) for name in REGIONS])
    seen = np.isfinite(noise).all(axis=0)
    # The scale that makes the peak of the strongest regions `peak_sds` times the noise of their mean.
    strongest = seen & (sizes == sizes[seen].max())
    middle = pooled(noise[:, strongest])
    frame_sd = trace_noise(np.arange(len(noise)) / rate, middle).frame_sd
    peak = 0.4
    scale = peak * float(sizes[strongest].mean()) / (peak_sds * frame_sd)
    values = peak * np.outer(course.at(time_s), sizes) + scale * taken
    onset_s = course.onset_s
    resting = time_s <= onset_s
    values = values - values[resting].mean(axis=0)
    valid = np.isfinite(values)
    table = pd.DataFrame(
        {
            "time_s": np.repeat(time_s, len(REGIONS)),
            "region": np.tile(np.array(REGIONS, dtype=object), frames),
            "erythema_index": 0.3 + values.ravel() / 12.0,
            "lab_l": 60.0,
            "lab_a": 15.0,
            "lab_b": 15.0,
            "blood_change": values.ravel(),
            "blood_change_sd": np.where(valid, 0.02, np.nan).ravel(),
            "valid": valid.ravel(),
            "erythema_index_change": values.ravel() / 12.0,
        }
    )[list(TRACE_COLUMNS)]
    summary = {
        "schema": "rubor.summary/1",
        "file": {"name": "constructed", "sha256": "0" * 64},
        "video": {"frames": frames, "duration_s": frames / rate},
        "accepted": True,
        "quality": [],
        "baseline": {"start_s": 0.0, "end_s": onset_s, "source": "requested"},
        "reference": {"kind": "none", "drift": None},
        "regions": list(REGIONS),
        "noise_floor": {},
        "events": [{"time_s": mark.time_s, "kind": mark.kind} for mark in derived_events(scenario)],
        "versions": {"method": "constructed"},
    }
    return Recording(summary, table, lambda: iter([no_cells()]))


def no_cells() -> pd.DataFrame:
    columns = ["cell" if name == "region" else name for name in TRACE_COLUMNS]
    return pd.DataFrame(columns=columns).astype({"valid": bool, "time_s": float})


# --- rows -----------------------------------------------------------------------------------------

BLUSHES = {
    "a short blush: rise 2.4 s, half gone in 2.8 s": TimeCourse(15.0, 4.0, 4.0, 4.0),
    "a blush: rise 3.5 s, half gone in 5.5 s": TimeCourse(15.0, 6.0, 8.0, 8.0),
    "a slow blush: rise 7.1 s, half gone in 10 s": TimeCourse(15.0, 12.0, 10.0, 15.0),
}
FLUSHES = {
    "a flush: rise 35 s, half gone in 42 s": TimeCourse(45.0, 60.0, 60.0, 60.0),
    "a slow flush: rise 71 s, half gone in 83 s": TimeCourse(45.0, 120.0, 60.0, 120.0),
}


def scenario_of(course: TimeCourse, kind: str, rate: float, duration_s: float) -> Scenario:
    return Scenario(
        duration_s=duration_s,
        frame_rate=rate,
        response=(
            Response(
                kind=kind,  # type: ignore[arg-type]
                onset_s=course.onset_s,
                rise_s=course.rise_s,
                plateau_s=course.plateau_s,
                recovery_s=course.recovery_s,
                regions=SPREAD if kind == "blush" else {},
            ),
        ),
    )


def add_errors(errors: Errors, recording: Recording, truth: Truth) -> None:
    episodes = find_episodes(recording).episodes
    errors.episodes.append(len(episodes))
    best = max(episodes, key=lambda episode: episode.peak.value, default=None)
    onset = rise = recovery = math.nan
    if best is not None:
        if best.onset_s is not None:
            onset = best.onset_s.value - truth.onset_s
        if best.rise_time_s is not None:
            rise = best.rise_time_s.value / truth.rise_s - 1.0
        if best.half_recovery_s is not None:
            recovery = best.half_recovery_s.value / truth.half_recovery_s - 1.0
    errors.onset_s.append(onset)
    errors.rise.append(rise)
    errors.recovery.append(recovery)
    errors.rise_s.append(truth.rise_s)


def within(values: Iterable[float], limit: float | FloatArray) -> str:
    array = np.abs(np.array(list(values)))
    return f"{100.0 * np.mean(array <= limit):.0f} %"


def row(name: str, peak: str, errors: Errors, flush: bool) -> str:
    onset_limit = 0.1 * np.array(errors.rise_s) if flush else np.ones(len(errors.onset_s))
    inside = [
        within(errors.onset_s, onset_limit),
        within(errors.rise, 0.15),
        within(errors.recovery, 0.15),
    ]
    typical = (
        f"{np.nanmedian(np.abs(errors.onset_s)):.2f} s / "
        f"{100 * np.nanmedian(np.abs(errors.rise)):.1f} % / "
        f"{100 * np.nanmedian(np.abs(errors.recovery)):.1f} %"
    )
    one = f"{100.0 * np.mean(np.array(errors.episodes) == 1):.0f} %"
    return f"| {name} | {peak} | {len(errors.onset_s)} | {one} | {typical} | {' | '.join(inside)} |"


HEAD = (
    "| course | peak / noise of a frame | runs | one episode | median error: onset / rise / recovery |"
    " onset{} | rise within 15 % | half-recovery within 15 % |\n|---|---|---|---|---|---|---|---|"
)


def trace_rows(
    courses: dict[str, TimeCourse],
    kind: str,
    noises: list[FloatArray],
    rate: float,
    runs: int,
    tell: Callable[[str], None],
) -> Iterator[str]:
    draw = np.random.default_rng(7)
    for name, course in courses.items():
        duration_s = course.plateau_end_s + 4.0 * course.recovery_s
        for peak_sds in (10.0, 15.0, 25.0):
            tell(f"{name}, {peak_sds:.0f} times the noise")
            errors = Errors()
            for number in range(runs):
                shifted = replace(course, onset_s=course.onset_s + draw.uniform(0.0, 1.0))
                scenario = scenario_of(shifted, kind, rate, duration_s)
                noise = noises[number % len(noises)]
                recording = constructed(shifted, noise, rate, peak_sds, scenario, draw)
                add_errors(errors, recording, Truth.of(shifted))
            yield row(name, f"{peak_sds:.0f}", errors, kind == "flush")


def label_rows(noises: list[FloatArray], runs: int, tell: Callable[[str], None]) -> Iterator[str]:
    """Blushes and flushes of many shapes; clear ones keep to the descriptions of each."""
    draw = np.random.default_rng(8)
    ranges = {
        ("blush", True): ((2.0, 25.0), (5.0, 60.0), (4.0, 60.0)),
        ("blush", False): ((25.0, 60.0), (30.0, 120.0), (40.0, 120.0)),
        ("flush", True): ((80.0, 200.0), (60.0, 180.0), (60.0, 240.0)),
        ("flush", False): ((30.0, 80.0), (20.0, 60.0), (20.0, 60.0)),
    }
    for (kind, clear), (rise, plateau, recovery) in ranges.items():
        for marked in (True, False):
            case = f"{kind}, {'clear' if clear else 'between the two'}"
            tell(f"{case}, {'with' if marked else 'without'} marks")
            labels = []
            for number in range(runs):
                course = TimeCourse(
                    30.0,
                    float(np.exp(draw.uniform(*np.log(rise)))),
                    float(np.exp(draw.uniform(*np.log(plateau)))),
                    float(np.exp(draw.uniform(*np.log(recovery)))),
                )
                length_s = min(course.plateau_end_s + 2.5 * course.recovery_s, 600.0)
                scenario = scenario_of(course, kind, 5.0, length_s)
                peak_sds = float(draw.uniform(10.0, 25.0))
                noise = noises[number % len(noises)]
                recording = constructed(course, noise, 5.0, peak_sds, scenario, draw)
                episodes = find_episodes(recording).episodes
                best = max(episodes, key=lambda episode: episode.peak.value, default=None)
                marks = events_of(recording) if marked else ()
                labels.append("none" if best is None else blush_or_flush(best, marks).label)
            other = "flush" if kind == "blush" else "blush"
            right, wrong = (
                100.0 * np.mean([label == wanted for label in labels]) for wanted in (kind, other)
            )
            yield (
                f"| {case} | {'yes' if marked else 'no'} | {runs} | {right:.1f} % |"
                f" {100.0 - right - wrong:.1f} % | {wrong:.1f} % |"
            )


def video_rows(folder: Path, tell: Callable[[str], None]) -> Iterator[str]:
    cases = [
        *((name, course, "blush", 15.0) for name, course in BLUSHES.items()),
        *((name, course, "flush", 5.0) for name, course in list(FLUSHES.items())[:1]),
    ]
    for number, (name, course, kind, rate) in enumerate(cases):
        for seed in (201 + number, 301 + number):
            tell(f"video: {name}, seed {seed}")
            scenario = replace(
                scenario_of(course, kind, rate, course.plateau_end_s + 4.0 * course.recovery_s),
                seed=seed,
                width=640,
                height=480,
                skin=SkinSpec(draw=True),
                camera=CameraSpec(draw=True),
            )
            video = simulate(scenario, folder / f"video_{seed}")
            recording = rubor.measure(video.path, mirrored=False)
            truth, episodes = Truth.of(course), find_episodes(recording).episodes
            if not episodes:
                yield f"| {name}, seed {seed} | none found | | | | |"
                continue
            best = max(episodes, key=lambda episode: episode.peak.value)
            found = (best.onset_s, best.rise_time_s, best.half_recovery_s)
            true = (truth.onset_s, truth.rise_s, truth.half_recovery_s)
            cells = [
                "not seen" if one is None else f"{one.value:.2f} ± {one.sd:.2f} / {wanted:.2f}"
                for one, wanted in zip(found, true, strict=True)
            ]
            label = blush_or_flush(best, events_of(recording))
            yield (
                f"| {name}, seed {seed} | {best.times_noise:.0f} | {' | '.join(cells)} |"
                f" {label.label} ({label.blush_probability:.2f}) |"
            )


def main() -> None:
    """Measure noise, run all rows, print and write the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=200, help="runs of each row of traces")
    runs = parser.parse_args().runs
    began = time.monotonic()
    steps = 8 + 3 * (2 * len(BLUSHES) + len(FLUSHES)) + 8 + 8
    done = 0

    def tell(what: str) -> None:
        nonlocal done
        spent_s = time.monotonic() - began
        left = "" if done == 0 else f", about {spent_s / done * (steps - done):.0f} s left"
        done += 1
        print(f"[{done}/{steps}] {what}{left}", file=sys.stderr, flush=True)

    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        noises = noise_of_videos(folder, tell)
        blushes = "\n".join(trace_rows(BLUSHES, "blush", noises["blush"], 15.0, runs, tell))
        wander = noises["blush, gains wander"]
        wandering = "\n".join(trace_rows(BLUSHES, "blush", wander, 15.0, runs, tell))
        flushes = "\n".join(trace_rows(FLUSHES, "flush", noises["flush"], 5.0, runs, tell))
        labels = "\n".join(label_rows(noises["flush"], runs, tell))
        videos = "\n".join(video_rows(folder, tell))
    described = "; ".join(
        f"{purpose}: one frame {frame:.3f}, a mean of 1 s {second:.3f}, of 8 s {eight:.3f}"
        for purpose, frame, second, eight in noise_in_words(noises)
    )
    wanted = "Wanted: onset within 1 s, rise and half-recovery within 15 %."
    text = (
        "# Kinetics of episodes\n\nWritten by `benchmarks/kinetics.py`.\n\n"
        f"Rubor {rubor.__version__}. **Traces** are a true course (`TimeCourse`: half a cosine up, a"
        " plateau, an exponential down) with the noise that `rubor.measure` leaves of simulated videos"
        " without a response (640 × 480, drawn skin and camera, pulse included), drawn from a random"
        " place and scaled to the stated multiple: the peak of the regions that rise the most over the"
        " standard deviation of one frame of their mean. As found, in ln blood, all regions:"
        f" {described}. Onset is at 10 % of the peak, the rise from 10 to 90 %, half-recovery from the"
        " end of the plateau. The shapes that are fitted are not the simulator's rise.\n\n"
        f"## Blushes, on traces, gains steady\n\n{wanted}\n\n{HEAD.format(' within 1 s')}\n{blushes}\n\n"
        "## Blushes, on traces, gains wander\n\nThe camera's gains walk by 0.4 % in each channel; what"
        f" the light reference leaves of it is part of the noise. {wanted}\n\n"
        f"{HEAD.format(' within 1 s')}\n{wandering}\n\n"
        "## Flushes, on traces, gains wander\n\nWanted: onset within 10 % of the rise time.\n\n"
        f"{HEAD.format(' within 10 % of the rise')}\n{flushes}\n\n"
        "## Blush or flush, on traces\n\nWanted: wrong in at most 2 %, right in at least 80 % of the"
        " clear ones. A clear blush rises along a cosine of 2 to 25 s, stays 5 to 60 s and fades with a"
        " time constant of 4 to 60 s; a clear flush 80 to 200, 60 to 180 and 60 to 240 s. Between the"
        " two, blush: 25 to 60, 30 to 120, 40 to 120 s; flush: 30 to 80, 20 to 60, 20 to 60 s. Marked:"
        " the events file says what provoked it. Peaks are 10 to 25 times the noise.\n\n"
        "| scenario | marked | runs | right | undetermined | wrong |\n|---|---|---|---|---|---|\n"
        f"{labels}\n\n"
        "## Videos from end to end\n\nFound ± its standard deviation / true, in s.\n\n"
        "| video | peak / noise of a frame | onset | rise | half-recovery | label (P of a blush) |\n"
        "|---|---|---|---|---|---|\n"
        f"{videos}\n"
    )
    print(text)
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(text, encoding="utf-8")


def noise_in_words(
    noises: dict[str, list[FloatArray]],
) -> Iterator[tuple[str, float, float, float]]:
    rates = {purpose: rate for purpose, rate, *_ in NOISE_VIDEOS}
    for purpose, found in noises.items():
        told = []
        for values in found:
            seen = np.isfinite(values).all(axis=0)
            times = np.arange(len(values)) / rates[purpose]
            told.append(trace_noise(times, pooled(values[:, seen])))
        yield (
            purpose,
            float(np.median([one.frame_sd for one in told])),
            float(np.median([one.one_second for one in told])),
            float(np.median([one.of_mean(8.0) for one in told])),
        )


if __name__ == "__main__":
    main()
