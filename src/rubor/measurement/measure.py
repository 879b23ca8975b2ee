"""Measure one video or photo: from a file to a `Recording`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from rubor.errors import FaceNotFoundError, InputError, UnreadableFileError
from rubor.measurement.baseline import Baseline, NoBaseline, choose_baseline
from rubor.measurement.block_means import BlockMeans, block_means
from rubor.measurement.events import Event, chosen_events, read_events
from rubor.measurement.gates import Evidence, judge
from rubor.measurement.light_reference import LightReference, background_light, card_light
from rubor.measurement.observation import Observation, observe
from rubor.measurement.options import ReferenceChoice, asked_options
from rubor.measurement.patch_store import PatchStore
from rubor.measurement.recording import Recording
from rubor.measurement.region_series import cell_and_region_series, not_measured
from rubor.measurement.resting_redness import resting_redness
from rubor.measurement.scene_sampling import SceneSeries
from rubor.measurement.skin_reading import card_colours, read_skin
from rubor.measurement.summary import Source, summarise
from rubor.measurement.tables import cell_chunks, exchange_sides, trace_table
from rubor.measurement.usable_patches import moving_patches, skin_patches
from rubor.measurement.visible_vessels import visible_vessels_in_photo
from rubor.optics.skin_tone import skin_tone_named
from rubor.vision.colour_card import GREY_PATCHES
from rubor.vision.face_tracking import FaceTracker
from rubor.vision.frame import PhotoFrame
from rubor.vision.media_file import MediaFile
from rubor.vision.photo import is_photo, read_photo
from rubor.vision.photo_frame import LinearLight, photo_frame
from rubor.vision.reference_face import ReferenceFace, reference_face
from rubor.vision.video import VideoFile

__all__ = ["ReferenceChoice", "measure"]

FloatArray = npt.NDArray[np.float64]

# Without a baseline, points are still compared with their own colour at the start of the recording.
_REST_SHARE, _REST_LONGEST_S = 0.2, 3.0
# The first second of a browser's recording is off by up to 0.02 (encoder start-up).
_BROWSER_SETTLING_S = 1.0
_LIGHT_REACH_S = 1.0


def measure(
    source: str | Path | MediaFile,
    *,
    mirrored: bool | None = None,
    baseline: tuple[float, float] | None = None,
    events: str | Path | Sequence[Event] | None = None,
    reference: ReferenceChoice = "auto",
    skin_tone: str | None = None,
    face: int | None = None,
    threads: int = 0,
    progress: Callable[[float, float | None], None] | None = None,
) -> Recording:
    """Measure the redness of every region of the face in a video or photo.

    Args:
        source: video (mp4, mov, webm, mkv, avi) or photo (JPEG, PNG, HEIC, TIFF): its path, or a
            `rubor.vision.media_file.MediaFile` where it is kept otherwise, such as encrypted. The same
            bytes give the same numbers.
        mirrored: whether the picture is mirrored, as a selfie preview is; None when not known: it is
            measured as not mirrored and marked.
        baseline: start and end in seconds of the stretch at rest that changes are measured from;
            None takes it from the events, else the quietest early stretch.
        events: what happened and when: a CSV file with columns time_s and kind, or the events
            themselves. None looks for a file beside the video's path, of the same name or named
            events.csv.
        reference: what a drift of the light is read from; "auto" takes the best there is.
        skin_tone: the person's skin tone, a name of `rubor.optics.skin_tones`; None takes it from a
            colour card, else from the picture with a wide uncertainty.
        face: which face to measure where there are several, counted from 1 from the picture's left.
        threads: decoder threads, 0 for one per core.
        progress: called with the seconds measured and the seconds in all (None where not known).

    Returns:
        The recording. `accepted` is False where a quality gate that matters has failed.

    Raises:
        RuborError: the file cannot be read, or holds no face or several; message and cure in words.
    """
    if skin_tone is not None:
        skin_tone_named(skin_tone)  # a name that is not known is refused before the work
    options = asked_options(
        source,
        mirrored=mirrored,
        baseline=baseline,
        events=events,
        reference=reference,
        skin_tone=skin_tone,
        face=face,
    )
    marks = _events(chosen_events(source, events))
    file = MediaFile.of(source)
    geometry = reference_face()
    tracker = FaceTracker(choice=face)
    with ExitStack() as stack:
        store = stack.enter_context(PatchStore(geometry.patches))
        if is_photo(file):
            observation, footage = _observe_photo(file, geometry, tracker, store, reference)
        else:
            observation, footage = _observe_video(
                file, geometry, tracker, store, reference, threads, progress
            )
        if not observation.found.any():
            raise FaceNotFoundError(
                f"There is no face in {file.name}.",
                "The face must be seen from the front, unobstructed and at least as wide as a tenth of"
                " the picture.",
            )
        recording = _reduce(
            observation,
            footage,
            geometry,
            store,
            mirrored,
            baseline,
            marks,
            reference,
            skin_tone,
        )
        if footage.still_photo:
            vessels = visible_vessels_in_photo(file, mirrored=mirrored, face=face)
            recording.summary["visible_vessels"] = vessels.as_summary()
        recording.summary["options"] = options
        recording.summary["events"] = [
            {"time_s": mark.time_s, "kind": mark.kind} for mark in marks or ()
        ]
        return recording


def _observe_video(
    file: MediaFile,
    geometry: ReferenceFace,
    tracker: FaceTracker,
    store: PatchStore,
    reference: ReferenceChoice,
    threads: int,
    progress: Callable[[float, float | None], None] | None,
) -> tuple[Observation, Source]:
    with VideoFile(file, threads=threads) as video:
        info = video.info
        report = None if progress is None else (lambda time_s: progress(time_s, info.duration_s))
        observation = observe(
            video.frames(),
            info.coding,
            geometry,
            tracker,
            store,
            want_card=reference in ("auto", "card"),
            progress=report,
        )
        if len(observation.time_s) < 2:
            raise UnreadableFileError(
                f"{file.name} holds only one picture that can be read.",
                "Give the whole recording, or a photo as JPEG, PNG, HEIC or TIFF.",
            )
        source = Source.of_video(file.name, file.sha256(), info, video.end, observation)
        return observation, source


def _observe_photo(
    file: MediaFile,
    geometry: ReferenceFace,
    tracker: FaceTracker,
    store: PatchStore,
    reference: ReferenceChoice,
) -> tuple[Observation, Source]:
    photo = read_photo(file)
    frame: PhotoFrame = photo_frame(photo)
    colour = LinearLight()
    observation = observe(
        iter([frame]), colour, geometry, tracker, store, want_card=reference in ("auto", "card")
    )
    return observation, Source.of_photo(file.name, file.sha256(), photo, observation)


@dataclass(frozen=True)
class _Rest:
    """The colour of each patch at rest, and which patches show skin."""

    baseline: Baseline | NoBaseline
    rgb: FloatArray
    skin: npt.NDArray[np.bool_]


def _reduce(
    observation: Observation,
    source: Source,
    geometry: ReferenceFace,
    store: PatchStore,
    mirrored: bool | None,
    requested_baseline: tuple[float, float] | None,
    events: tuple[Event, ...] | None,
    reference: ReferenceChoice,
    skin_tone: str | None,
) -> Recording:
    """From the patches in the store to tables and summary."""
    blocks = block_means(store, observation.time_s, observation.segment)
    rest = _at_rest(blocks, observation, source, geometry, requested_baseline, events)
    moving = moving_patches(blocks, rest.rgb, rest.skin)
    cells, regions = cell_and_region_series(
        geometry, store, rest.rgb, rest.skin, moving, blocks.block_of_frame
    )
    if source.from_browser:
        settling = observation.time_s < observation.time_s[0] + _BROWSER_SETTLING_S
        cells, regions = (not_measured(series, settling) for series in (cells, regions))
    light = _light(observation, source, rest.baseline, reference)
    if mirrored:
        cells, regions = exchange_sides(cells), exchange_sides(regions)
    stretch = (
        (rest.baseline.start_s, rest.baseline.end_s)
        if isinstance(rest.baseline, Baseline)
        else None
    )
    skin = read_skin(
        skin_tone,
        card_colours(observation.card, stretch),
        _mean_colour(rest.rgb[rest.skin]),
        regions,
    )
    evidence = Evidence(
        observation,
        regions,
        rest.baseline,
        light,
        source.duration_s,
        source.still_photo,
        mirrored,
        source.complete,
    )
    gates = judge(evidence)
    traces = trace_table(observation.time_s, regions, rest.baseline, light, skin)
    summary = summarise(
        source, observation, regions, traces, gates, rest.baseline, light, skin, mirrored
    )
    time_s = observation.time_s
    first, last = (0, len(time_s)) if stretch is None else np.searchsorted(time_s, stretch)
    summary["resting_redness"] = resting_redness(cells, slice(int(first), int(last))).as_summary()
    return Recording(
        summary, traces, lambda: cell_chunks(time_s, cells, rest.baseline, light, skin)
    )


def _at_rest(
    blocks: BlockMeans,
    observation: Observation,
    source: Source,
    geometry: ReferenceFace,
    requested: tuple[float, float] | None,
    events: tuple[Event, ...] | None,
) -> _Rest:
    """Find the baseline on all points first, then the colour of each point in it."""
    seen = np.flatnonzero(np.isfinite(blocks.linear_rgb[:, :, 0]).any(axis=1))
    start = blocks.time_s[seen[0]]
    rest_s = min(
        _REST_LONGEST_S, _REST_SHARE * float(observation.time_s[-1] - observation.time_s[0])
    )
    early = (blocks.time_s >= start) & (blocks.time_s <= start + max(rest_s, 1e-6))
    skin = skin_patches(geometry, _mean_over(blocks, early), observation.texture)
    if source.still_photo:
        baseline: Baseline | NoBaseline = NoBaseline("A photo has no time to measure a change in.")
    else:
        region = geometry.cell_region[geometry.patch_cell]
        values = np.stack(
            [
                _log_ratio_of_sums(blocks.linear_rgb[:, skin & (region == number)])
                for number in range(int(region.max()) + 1)
            ],
            axis=1,
        )
        baseline = choose_baseline(
            blocks.time_s,
            values,
            np.isfinite(values),
            requested=requested,
            events=events,
            skip_s=_BROWSER_SETTLING_S if source.from_browser else 0.0,
        )
    if isinstance(baseline, Baseline):
        chosen = (blocks.time_s >= baseline.start_s) & (blocks.time_s <= baseline.end_s)
        rgb = _mean_over(blocks, chosen)
        skin = skin_patches(geometry, rgb, observation.texture)
    else:
        rgb = _mean_over(blocks, early)
    return _Rest(baseline, rgb, skin)


def _light(
    observation: Observation,
    source: Source,
    baseline: Baseline | NoBaseline,
    reference: ReferenceChoice,
) -> LightReference:
    """The drift of the light at every frame, from the best reference that is asked for and there."""
    stretch = (baseline.start_s, baseline.end_s) if isinstance(baseline, Baseline) else None
    if reference == "card" and observation.card is None:
        raise InputError(
            "No 24-patch colour card was found in the first frame with a face.",
            "Hold the whole card flat in view from the start, or use --reference auto.",
        )
    candidates: list[tuple[Callable[..., LightReference], SceneSeries | None]] = []
    if reference in ("auto", "card") and observation.card is not None:
        candidates.append((card_light, observation.card.only(GREY_PATCHES)))
    if reference in ("auto", "background"):
        candidates.append((background_light, observation.background))
    none = _no_light(observation.time_s, "No light reference was asked for.")
    for read, scene in candidates:
        if scene is None or source.still_photo:
            none = _no_light(observation.time_s, "A photo has no time for the light to drift in.")
            continue
        light = read(
            scene.time_s,
            scene.linear_rgb,
            scene.pixel_sd,
            scene.clipped,
            baseline_s=stretch,
            bit_depth=source.bit_depth,
        )
        if light.kind != "none":
            return _at_frames(light, observation.time_s)
        none = _no_light(observation.time_s, light.reason or "")
    return none


def _at_frames(light: LightReference, time_s: FloatArray) -> LightReference:
    """The same light read at other times; NaN further than a second from where it was seen."""

    def at(values: FloatArray) -> FloatArray:
        known = np.isfinite(values)
        if not known.any():
            return np.full(len(time_s), np.nan)
        seen_s = light.time_s[known]
        after = np.searchsorted(seen_s, time_s).clip(0, len(seen_s) - 1)
        before = (after - 1).clip(0)
        far = np.minimum(np.abs(seen_s[after] - time_s), np.abs(time_s - seen_s[before]))
        return np.where(far <= _LIGHT_REACH_S, np.interp(time_s, seen_s, values[known]), np.nan)

    return LightReference(
        light.kind,
        time_s,
        at(light.log_r_over_g_drift),
        at(light.log_b_over_g_drift),
        at(light.log_g_drift),
        at(light.drift_sd),
        light.patches_used,
        light.quantisation_limited,
        light.reason,
    )


def _no_light(time_s: FloatArray, reason: str) -> LightReference:
    nothing = np.full(len(time_s), np.nan)
    return LightReference("none", time_s, nothing, nothing, nothing, nothing, 0, False, reason)


def _mean_colour(linear_rgb: FloatArray) -> FloatArray:
    """(3,) mean over the patches that were seen; NaN where none was."""
    seen = linear_rgb[np.isfinite(linear_rgb).all(axis=1)]
    return seen.mean(axis=0) if len(seen) else np.full(3, np.nan)


def _mean_over(blocks: BlockMeans, chosen: npt.NDArray[np.bool_]) -> FloatArray:
    values = blocks.linear_rgb[chosen].astype(np.float64)
    seen = np.isfinite(values)
    count = seen.sum(axis=0)
    total = np.where(seen, values, 0.0).sum(axis=0)
    return np.asarray(np.where(count > 0, total / np.maximum(count, 1), np.nan))


def _log_ratio_of_sums(linear_rgb: npt.NDArray[np.float32]) -> FloatArray:
    """(blocks,) log10 of the sum of red over the sum of green."""
    red, green = np.nansum(linear_rgb[:, :, 0], axis=1), np.nansum(linear_rgb[:, :, 1], axis=1)
    known = (red > 0) & (green > 0)
    ratio = np.divide(red, green, out=np.ones_like(red), where=known)
    return np.where(known, np.log10(ratio), np.nan).astype(np.float64)


def _events(chosen: Path | tuple[Event, ...] | None) -> tuple[Event, ...] | None:
    return read_events(chosen) if isinstance(chosen, Path) else chosen
