"""Make a simulated video with its truth: render, film, write."""

from __future__ import annotations

import csv
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from rubor.errors import InputError
from rubor.simulation.camera_planes import Frame
from rubor.simulation.encoder import write_video
from rubor.simulation.scenario import Event, Scenario
from rubor.simulation.scenario_file import to_toml
from rubor.simulation.scenario_rendering import RenderedScenario
from rubor.simulation.truth import true_cells, true_regions, write_truth

__all__ = ["SimulatedVideo", "derived_events", "simulate"]

# The mark that goes with the onset of each kind of response.
_PROVOCATION = {"blush": "stimulus_start", "flush": "heat"}


@dataclass(frozen=True, eq=False)
class SimulatedVideo:
    """A video and what truly happens in it.

    Attributes:
        path: of the video.
        truth: one row per frame and region, see `rubor.simulation.truth.true_regions`.
    """

    path: Path
    truth: pd.DataFrame


def simulate(
    scenario: Scenario,
    folder: str | os.PathLike[str],
    *,
    progress: Callable[[float, float], None] | None = None,
) -> SimulatedVideo:
    """Write a scenario's video with its truth into a folder.

    The files are `video.mp4` (or another container), `truth.parquet` per region and
    `truth_cells.parquet` per cell, `events.csv`, and `scenario.toml` with everything that was drawn,
    from which the same video can be made again. They are written under temporary names and renamed at
    the end; those of an earlier simulation are replaced.

    Args:
        scenario: what to show.
        folder: made when it is not there.
        progress: called with the seconds filmed and the seconds in all.

    Raises:
        RuborError: the scenario is not possible, its photo cannot be used, or the folder holds files
            of these names that are no simulation's.
    """
    target = Path(folder)
    _check_folder(target, scenario)
    made = not target.exists()
    target.mkdir(parents=True, exist_ok=True)
    unfinished = Path(tempfile.mkdtemp(prefix=".simulation-", suffix=".part", dir=target))
    video = f"video.{scenario.encoder.container}"
    done = False
    try:
        rendered = RenderedScenario(scenario)
        _film(rendered, unfinished / video, progress)
        truth = true_regions(rendered)
        write_truth(truth, unfinished / "truth.parquet")
        write_truth(true_cells(rendered), unfinished / "truth_cells.parquet")
        _write_events(scenario, unfinished / "events.csv")
        (unfinished / "scenario.toml").write_text(to_toml(rendered.scenario), encoding="utf-8")
        for file in unfinished.iterdir():
            file.replace(target / file.name)
        done = True
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)
        if made and not done:
            shutil.rmtree(target, ignore_errors=True)
    return SimulatedVideo(target / video, truth)


def _check_folder(target: Path, scenario: Scenario) -> None:
    names = (f"video.{scenario.encoder.container}", "truth.parquet", "events.csv")
    present = [name for name in names if (target / name).exists()]
    if present and not (target / "scenario.toml").is_file():
        raise InputError(
            f"{target} holds {', '.join(present)}, which no simulation wrote there.",
            "Choose another folder.",
        )


def derived_events(scenario: Scenario) -> tuple[Event, ...]:
    """The marks a person would have set: quiet until the first response, then what provoked each.

    >>> from rubor.simulation.person_spec import Response
    >>> [event.kind for event in derived_events(Scenario(response=(Response(onset_s=5.0),)))]
    ['baseline_start', 'baseline_end', 'stimulus_start', 'stimulus_end']
    """
    if scenario.event is not None:
        return scenario.event
    marks: list[Event] = []
    for response in sorted(scenario.response, key=lambda response: response.course.onset_s):
        onset_s = max(response.course.onset_s, 0.0)
        if not marks and onset_s > 0.0:
            marks += [Event(0.0, "baseline_start"), Event(onset_s, "baseline_end")]
        marks.append(Event(onset_s, _PROVOCATION[response.kind]))
        if response.kind == "blush":
            marks.append(Event(response.course.plateau_end_s, "stimulus_end"))
    within = [mark for mark in marks if mark.time_s <= scenario.duration_s]
    return tuple(sorted(within, key=lambda mark: mark.time_s))


def _film(
    rendered: RenderedScenario, path: Path, progress: Callable[[float, float], None] | None
) -> None:
    scenario, encoder = rendered.scenario, rendered.scenario.encoder

    def filmed() -> Iterator[Frame]:
        for number, frame in enumerate(_one_ahead(rendered.frames()), start=1):
            yield frame
            if progress is not None:
                progress(number / scenario.frame_rate, scenario.duration_s)

    write_video(
        path,
        filmed(),
        frame_rate=scenario.frame_rate,
        codec=encoder.codec,
        pixel_format=encoder.pixel_format,
        matrix=encoder.matrix,
        full_range=encoder.full_range,
        bit_rate=encoder.bit_rate if encoder.bit_rate and encoder.crf is None else None,
        crf=encoder.crf,
        noise_levels=scenario.camera.noise_levels,
        seed=scenario.seed,
        tag=encoder.tag,
    )


def _one_ahead(frames: Iterator[Frame]) -> Iterator[Frame]:
    """The same frames; the next one is rendered while this one is encoded."""
    with ThreadPoolExecutor(max_workers=1) as worker:
        upcoming = worker.submit(next, frames, None)
        while (frame := upcoming.result()) is not None:
            upcoming = worker.submit(next, frames, None)
            yield frame


def _write_events(scenario: Scenario, path: Path) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(["time_s", "kind"])
        table.writerows((event.time_s, event.kind) for event in derived_events(scenario))
