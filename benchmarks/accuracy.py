"""How well a true change of skin blood is measured: simulated videos, end to end.

Every run draws a person, a camera and a light that the estimator does not know
(`rubor.simulation`, `draw = true`), films 20 s at 15 frames a second, encodes, and measures the file
as `rubor measure` does. The skin tone is declared one step wrong in a third of the runs.

    python benchmarks/accuracy.py             # the whole grid, to benchmarks/results/accuracy.md
    python benchmarks/accuracy.py --subset    # five minutes of it, to accuracy_subset.md
"""

from __future__ import annotations

import argparse
import math
import multiprocessing
import os
import tempfile
import time
import zlib
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from accuracy_tables import as_document
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

import rubor
from rubor.optics.skin_tone import skin_tones
from rubor.simulation import (
    CameraSpec,
    EncoderSpec,
    GainDrift,
    HeadTurn,
    Lamp,
    LightSpec,
    MotionSpec,
    Response,
    Scenario,
    SimulatedVideo,
    SkinSpec,
    Smile,
    TreatedPatch,
    simulate,
)

RESULTS = Path(__file__).parent / "results"

TONES = tuple(tone.name for tone in skin_tones())
# Edges of the bands of individual typology angle; nobody can be drawn with much more than 66 degrees.
BANDS_DEG = {
    "very-light": (55.0, 66.0),
    "light": (41.0, 55.0),
    "intermediate": (28.0, 41.0),
    "tan": (10.0, 28.0),
    "brown": (-30.0, 10.0),
    "dark": (-62.0, -30.0),
}
RISES = (0.2, 0.5, 1.0)
REDUCTIONS = (0.0, 0.3, 0.6, 0.9)
FAULTS = ("none", "white balance", "exposure", "lamp", "smile", "head turn")
WRONG_STEP_SHARE = 1 / 3

DURATION_S, FPS, WIDTH, HEIGHT = 20.0, 15.0, 640, 480
ONSET_S, RISE_S, PLATEAU_S, RECOVERY_S = 6.0, 3.0, 6.0, 4.0
# What is averaged: the plateau, half a second inside it.
MEASURED_S = (ONSET_S + RISE_S + 0.5, ONSET_S + RISE_S + PLATEAU_S - 0.5)
AREAS = ("cheek_left", "cheek_right")

# A phone's 1080p30 at 17 Mbit/s, at the same bits per pixel.
PHONE_BIT_RATE = 1_260_000
HARD_DRIFT = GainDrift(kind="walk", red_ln=0.004, green_ln=0.004, blue_ln=0.004)


@dataclass(frozen=True)
class Cell:
    """One cell of the grid: runs that differ in their seed only.

    Attributes:
        kind: "rise", "between steps" (skin drawn evenly within the step), "saturation", "split face" or
            "no change".
        tone: name of the true step.
        condition: "clean" or "hard".
        rise: true rise of blood as a share; 0 for no change.
        reduction: share of the response that is gone on one side.
        fault: what happens in a run without a change.
        runs: how many.
    """

    kind: str
    tone: str
    condition: str
    rise: float = 0.0
    reduction: float = 0.0
    fault: str = "none"
    runs: int = 20


def grid(runs: int) -> list[Cell]:
    """The whole grid; the split face without reduction is the clean rise of 50 %."""
    cells = [
        Cell("rise", tone, condition, rise=rise, runs=runs)
        for condition in ("clean", "hard")
        for tone in TONES
        for rise in RISES
    ]
    cells += [
        Cell("split face", tone, "clean", rise=0.5, reduction=reduction, runs=runs)
        for tone in TONES[:-1]
        for reduction in REDUCTIONS[1:]
    ]
    cells += [Cell("between steps", tone, "clean", rise=0.5, runs=runs) for tone in TONES]
    cells += [Cell("saturation", tone, "clean", rise=0.5, runs=runs) for tone in TONES[1::2]]
    each = max(1, math.ceil(2 * runs / len(TONES)))
    cells += [
        Cell("no change", tone, condition, fault=fault, runs=each)
        for fault in FAULTS
        for condition in (("clean", "hard") if fault == "none" else ("clean",))
        for tone in TONES
    ]
    return cells


def scenario_of(cell: Cell, seed: int) -> tuple[Scenario, str]:
    """A scenario of a cell, and the skin tone that is declared for it."""
    random = np.random.default_rng([seed, 1])
    step = TONES.index(cell.tone)
    ita_deg = skin_tones()[step].ita_deg
    if cell.kind == "between steps":
        ita_deg = random.uniform(*BANDS_DEG[cell.tone])
    if random.random() < WRONG_STEP_SHARE:
        step += int(random.choice([-1, 1]))
        step = 1 if step < 0 else len(TONES) - 2 if step >= len(TONES) else step
    hard = cell.condition == "hard"
    scenario = Scenario(
        title=f"{cell.kind}, {cell.tone}, {cell.condition}",
        seed=seed,
        duration_s=DURATION_S,
        frame_rate=FPS,
        width=WIDTH,
        height=HEIGHT,
        skin=SkinSpec(ita_deg=ita_deg, draw=True, specular=0.02 if hard else None),
        camera=CameraSpec(
            draw=True,
            exposure_stops=float(random.uniform(-1.0, 1.0)),
            drift=(HARD_DRIFT,) if hard else (),
        ),
        light=LightSpec(draw=True),
        motion=MotionSpec(sway=2.0, specular_change=0.15) if hard else MotionSpec(),
        encoder=EncoderSpec(bit_rate=PHONE_BIT_RATE) if hard else EncoderSpec(),
    )
    if cell.kind == "no change":
        return with_fault(scenario, cell.fault, random), TONES[step]
    response = Response(
        size_ln=math.log1p(cell.rise),
        onset_s=ONSET_S,
        rise_s=RISE_S,
        plateau_s=PLATEAU_S,
        recovery_s=RECOVERY_S,
        saturation_change=float(random.uniform(0.05, 0.10)) if cell.kind == "saturation" else 0.0,
    )
    treated = (
        (TreatedPatch(side=treated_side(seed), reduction=cell.reduction),)
        if cell.kind == "split face"
        else ()
    )
    return replace(scenario, response=(response,), treated=treated), TONES[step]


def treated_side(seed: int) -> Any:
    return "left" if seed % 2 else "right"


def with_fault(scenario: Scenario, fault: str, random: np.random.Generator) -> Scenario:
    """No change of blood, but something that could be taken for one."""
    sign = float(random.choice([-1.0, 1.0]))
    start_s = float(random.uniform(6.0, 9.0))
    camera, light, motion = scenario.camera, scenario.light, scenario.motion
    if fault == "white balance":
        kind = str(random.choice(["ramp", "sine"]))
        drift = GainDrift(
            kind=kind,  # type: ignore[arg-type]
            red_ln=0.02 * sign,
            blue_ln=float(random.choice([-0.02, 0.0, 0.02])),
            start_s=start_s,
            length_s=4.0,
            period_s=20.0,
        )
        camera = replace(camera, drift=(*camera.drift, drift))
    elif fault == "exposure":
        ramp = GainDrift(kind="ramp", exposure_stops=0.5 * sign, start_s=start_s, length_s=4.0)
        camera = replace(camera, drift=(*camera.drift, ramp))
    elif fault == "lamp":
        lamp = Lamp(
            illuminant=str(random.choice(["A", "LED-B1", "LED-B4", "FL11"])),
            strength=float(random.uniform(0.05, 0.2)),
            on_s=start_s,
            side_ln=float(random.uniform(-0.3, 0.3)),
        )
        light = replace(light, lamp=(lamp,))
    elif fault == "smile":
        smile = Smile(onset_s=start_s, plateau_s=5.0, size=float(random.uniform(0.4, 1.0)))
        motion = replace(motion, smile=(smile,))
    elif fault == "head turn":
        turn = HeadTurn(
            onset_s=start_s, plateau_s=5.0, angle_deg=sign * float(random.uniform(5.0, 12.0))
        )
        motion = replace(motion, turn=(turn,))
    return replace(scenario, camera=camera, light=light, motion=motion)


def run(cell: Cell, seed: int) -> dict[str, Any]:
    """Simulate one video, measure it, and set both side by side."""
    started = time.process_time()
    with tempfile.TemporaryDirectory() as folder:
        video, declared = simulated(cell, seed, folder)
        recording = rubor.measure(video.path, mirrored=False, skin_tone=declared, threads=1)
    row: dict[str, Any] = {
        "kind": cell.kind, "tone": cell.tone, "condition": cell.condition, "rise": cell.rise,
        "reduction": cell.reduction, "fault": cell.fault, "seed": seed, "declared": declared,
        "accepted": recording.accepted,
        "failed": ",".join(g["name"] for g in recording.failed_gates if g["matters"]),
        "sensitivity": recording.summary["skin"]["sensitivity"],
        "detected": any(found is True for found in recording.summary["change_detected"].values()),
    }  # fmt: skip
    row |= measured(recording.traces, recording.summary["baseline"], video.truth)
    row |= said_alone(recording)
    row["cpu_s"] = time.process_time() - started
    return row


def simulated(cell: Cell, seed: int, folder: str) -> tuple[SimulatedVideo, str]:
    """The video of a seed; a drawn person whose skin cannot have the tone is drawn again."""
    for attempt in range(20):
        scenario, declared = scenario_of(cell, seed + attempt * 2**31)
        try:
            return simulate(scenario, folder), declared
        except rubor.InputError as error:
            if "melanin" not in str(error):
                raise
    raise RuntimeError(f"nobody of this tone could be drawn for {cell}")


def measured(
    traces: pd.DataFrame, baseline: dict[str, Any], truth: pd.DataFrame
) -> dict[str, float]:
    """Estimate, truth and plain colour changes of each cheek over the plateau."""
    row: dict[str, float] = {}
    for area in AREAS:
        side = area.split("_")[1]
        here = traces[traces["region"] == area]
        plateau = here[here["time_s"].between(*MEASURED_S)]
        true = truth[truth["region"] == area]
        at_rest = here[here["time_s"].between(0.0, ONSET_S - 0.5)]
        row[f"truth_{side}"] = true.loc[
            true["time_s"].between(*MEASURED_S), "true_blood_change"
        ].mean()
        row[f"estimate_{side}"] = plateau["blood_change"].mean()
        row[f"sd_{side}"] = plateau["blood_change_sd"].mean()
        row[f"index_{side}"] = plateau["erythema_index"].mean() - at_rest["erythema_index"].mean()
        row[f"lab_a_{side}"] = plateau["lab_a"].mean() - at_rest["lab_a"].mean()
    return row


def said_alone(recording: rubor.Recording) -> dict[str, bool]:
    """Whether a* or log10(R/G), without a light reference, would have reported a change.

    The largest five-second mean of a region against the noise floor for means of one second, as
    `rubor.measurement.sustained_change` does.
    """
    from rubor.measurement.noise_floor import noise_floor
    from rubor.measurement.sustained_change import (
        floor_upper_factor,
        region_seconds,
        sustained_means,
    )

    baseline = recording.summary["baseline"]
    said = {}
    for name, column in (("a_star_said", "lab_a"), ("index_said", "erythema_index")):
        seconds = region_seconds(recording, column)
        resting = (seconds.start_s >= (baseline["start_s"] or 0.0) - 1e-6) & (
            seconds.start_s + 1.0 <= (baseline["end_s"] or 0.0) + 1e-6
        )
        said[name] = False
        for values in seconds.mean.T:
            floor = noise_floor(seconds.start_s, values, 1.0).value
            if floor is None or not np.isfinite(values[resting]).any():
                continue
            change = sustained_means(values[:, None])[:, 0] - np.nanmean(values[resting])
            if not np.isfinite(change).any():
                continue
            limit = floor * floor_upper_factor(int(np.isfinite(values).sum()))
            said[name] |= bool(np.nanmax(np.abs(change)) > limit)
    return said


def seed_of(cell: Cell, number: int) -> int:
    """The same for the same cell whatever else is in the grid; a stream of its own."""
    name = f"{cell.kind}|{cell.tone}|{cell.condition}|{cell.rise}|{cell.reduction}|{cell.fault}"
    return (zlib.crc32(name.encode()) * 1000 + number) % 2**31


def all_runs(cells: list[Cell]) -> Iterator[tuple[Cell, int]]:
    """Run after run of every cell in turn, so that a part of it is a thinner grid."""
    for number in range(max(cell.runs for cell in cells)):
        for cell in cells:
            if number < cell.runs:
                yield cell, seed_of(cell, number)


def measure_all(cells: list[Cell], processes: int) -> pd.DataFrame:
    """Every run, on several processes, with progress."""
    tasks = list(all_runs(cells))
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(),
               TimeRemainingColumn())  # fmt: skip
    rows = []
    context = multiprocessing.get_context("spawn")
    with (
        Progress(*columns) as progress,
        ProcessPoolExecutor(processes, mp_context=context) as pool,
    ):
        bar = progress.add_task("simulating and measuring", total=len(tasks))
        for future in as_completed([pool.submit(run, cell, seed) for cell, seed in tasks]):
            rows.append(future.result())
            progress.advance(bar)
    table = pd.DataFrame(rows)
    return table.sort_values(["kind", "tone", "condition", "rise", "reduction", "fault", "seed"])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--subset", action="store_true", help="five minutes of the grid")
    parser.add_argument("--runs", type=int, default=20, help="runs a cell (default 20)")
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--only", help="only cells of this kind, and write no document")
    parser.add_argument("--rows", type=Path, help="also keep every run in this CSV file")
    options = parser.parse_args()
    # A pool of threads in every process would only get in the way of the others.
    os.environ.update(OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1")
    cells = grid(1 if options.subset else options.runs)
    if options.only:
        cells = [cell for cell in cells if cell.kind in options.only.split(",")]
    started = time.monotonic()
    table = measure_all(cells, options.processes)
    minutes = (time.monotonic() - started) / 60.0
    if options.rows:
        table.to_csv(options.rows, index=False)
    document = as_document(table, minutes=minutes, processes=options.processes)
    print(document)
    if not options.only:
        name = "accuracy_subset.md" if options.subset else "accuracy.md"
        (RESULTS / name).write_text(document, encoding="utf-8")


if __name__ == "__main__":
    main()
