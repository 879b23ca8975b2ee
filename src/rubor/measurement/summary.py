"""The summary of a recording: everything in `summary.json`."""

from __future__ import annotations

import math
import platform
from dataclasses import asdict, dataclass
from typing import Any

import av
import numpy as np
import numpy.typing as npt
import pandas as pd

from rubor._version import __version__
from rubor.measurement.baseline import Baseline, NoBaseline
from rubor.measurement.blood_direction import BloodDirection, pulse_direction
from rubor.measurement.blood_series import reason_without_blood_change
from rubor.measurement.change_detection import detect_change
from rubor.measurement.gates import Gate
from rubor.measurement.largest_shift import describe_largest_shift
from rubor.measurement.light_reference import LightReference
from rubor.measurement.noise_floor import noise_floor
from rubor.measurement.observation import Observation
from rubor.measurement.pulse import estimate_pulse
from rubor.measurement.recording import SUMMARY_SCHEMA
from rubor.measurement.region_series import ColourSeries
from rubor.measurement.skin_reading import SkinReading
from rubor.vision.photo import Photo
from rubor.vision.video import StreamEnd, VideoInfo

__all__ = ["METHOD", "Source", "summarise"]

FloatArray = npt.NDArray[np.float64]

# Changes whenever the same file would give other numbers; results of two methods are not compared.
METHOD = "redness-3"
AVERAGING_TIMES_S = (1, 10)
PULSE_REGIONS = ("forehead", "cheek_left", "cheek_right")
# A recording counts as read to its end when this much of the stated length is there.
_COMPLETE_SHARE, _COMPLETE_SLACK_S = 0.98, 0.5


@dataclass(frozen=True)
class Source:
    """The file and how its numbers were read as colour.

    Attributes:
        video: the `video` part of the summary.
        complete: whether the file could be read to its end; None where that cannot be known.
        from_browser: whether the settling second of a browser recording applies.
    """

    name: str
    sha256: str
    video: dict[str, Any]
    duration_s: float
    bit_depth: int
    still_photo: bool
    from_browser: bool
    complete: bool | None
    warnings: tuple[str, ...]

    @classmethod
    def of_video(
        cls, name: str, sha256: str, info: VideoInfo, end: StreamEnd, observation: Observation
    ) -> Source:
        time_s = observation.time_s
        step_s = float(np.median(np.diff(time_s))) if len(time_s) > 1 else 0.0
        duration_s = float(time_s[-1] - time_s[0]) + step_s
        complete = _is_complete(info, end, duration_s, step_s)
        warnings = list(info.warnings)
        if end.broken is not None:
            warnings.append(f"Reading stopped early: {end.broken}.")
        if end.missing_times:
            warnings.append(
                f"{end.missing_times} frames carry no time; they were spaced by the nominal rate."
            )
        if end.corrupt_frames:
            warnings.append(f"{end.corrupt_frames} frames are damaged.")
        video = {
            "width": info.width,
            "height": info.height,
            "fps": round(1.0 / step_s, 3) if step_s > 0 else None,
            "frames": len(time_s),
            "duration_s": round(duration_s, 3),
            "matrix": info.coding.matrix,
            "range": info.coding.range,
            "transfer": info.coding.transfer,
            "primaries": info.coding.primaries,
            "bit_depth": info.coding.bit_depth,
            "assumed": list(info.coding.assumed),
            "container": info.container,
            "codec": info.codec,
        }
        from_browser = "webm" in info.container and info.codec == "vp8"
        return cls(
            name,
            sha256,
            video,
            duration_s,
            info.coding.bit_depth,
            False,
            from_browser,
            complete,
            tuple(warnings),
        )

    @classmethod
    def of_photo(cls, name: str, sha256: str, photo: Photo, observation: Observation) -> Source:
        video: dict[str, Any] = {
            "width": observation.width_px,
            "height": observation.height_px,
            "fps": None,
            "frames": 1,
            "duration_s": 0.0,
            "matrix": "rgb",
            "range": "full",
            "transfer": photo.colour_source,
            "primaries": "bt709",
            "bit_depth": photo.bit_depth,
            "assumed": [],
            "container": photo.format,
            "codec": photo.format,
        }
        return cls(name, sha256, video, 0.0, photo.bit_depth, True, False, True, photo.warnings)


def _is_complete(info: VideoInfo, end: StreamEnd, duration_s: float, step_s: float) -> bool | None:
    """Whether all that the container states was read; None where it states nothing.

    Both statements count: an avi file without its index has its duration guessed from its size.
    """
    if end.broken is not None:
        return False
    enough = []
    if info.duration_s is not None:
        enough.append(duration_s >= _COMPLETE_SHARE * info.duration_s - _COMPLETE_SLACK_S)
    if info.frames is not None:
        missing_s = (_COMPLETE_SHARE * info.frames - end.frames) * step_s
        enough.append(missing_s <= _COMPLETE_SLACK_S)
    return all(enough) if enough else None


def summarise(
    source: Source,
    observation: Observation,
    regions: ColourSeries,
    traces: pd.DataFrame,
    gates: tuple[Gate, ...],
    baseline: Baseline | NoBaseline,
    light: LightReference,
    skin: SkinReading,
    mirrored: bool | None,
) -> dict[str, Any]:
    """Everything but the tables, ready for JSON: no NaN, None where a number is not known."""
    pulse, direction = _pulse(observation.time_s, regions)
    detection = detect_change(observation.time_s, regions, baseline, light, skin)
    warnings = list(source.warnings)
    if mirrored is None:
        warnings.append("Mirroring is not known: measured as not mirrored.")
    card = observation.colour_card
    if card is not None and mirrored is not None and card.mirrored != mirrored:
        seen = "mirrored" if card.mirrored else "not mirrored"
        warnings.append(f"The colour card is seen {seen}: check the mirroring that was declared.")
    if isinstance(baseline, Baseline) and baseline.caution:
        warnings.append(baseline.caution)
    summary = {
        "schema": SUMMARY_SCHEMA,
        "file": {"name": source.name, "sha256": source.sha256},
        "video": source.video,
        "complete": source.complete,
        "mirrored": mirrored,
        "quality": [asdict(gate) for gate in gates],
        "accepted": all(gate.passed is not False for gate in gates if gate.matters),
        "warnings": warnings,
        "skin": skin.as_summary(),
        "blood_change_reason": reason_without_blood_change(baseline, light, skin),
        "baseline": (
            {"start_s": baseline.start_s, "end_s": baseline.end_s, "source": baseline.source}
            if isinstance(baseline, Baseline)
            else {"start_s": None, "end_s": None, "source": baseline.reason}
        ),
        "reference": _reference(light),
        "regions": list(regions.names),
        "noise_floor": _noise_floors(traces, observation, regions.names),
        "change_detected": detection.detected,
        "change_detection": detection.as_summary(),
        "pulse_bpm": pulse["POS"]["rate_bpm"],
        "pulse": pulse,
        "blood_direction": direction,
        "largest_shift": describe_largest_shift(
            observation.time_s, regions, baseline, light, direction["angle_deg"]
        ),
        "segments": int(observation.segment.max()) + 1,
        "versions": {
            "rubor": __version__,
            "method": METHOD,
            "av": av.__version__,
            "numpy": np.__version__,
            "python": platform.python_version(),
        },
    }
    return dict(_without_nan(summary))


def _reference(light: LightReference) -> dict[str, Any]:
    known = light.kind != "none" and bool(np.isfinite(light.log_r_over_g_drift).any())
    drift = None
    if known:
        drift = {
            "log_r_over_g_max": float(np.nanmax(np.abs(light.log_r_over_g_drift))),
            "log_r_over_g_end": float(light.log_r_over_g_drift[-1]),
            "log_b_over_g_max": float(np.nanmax(np.abs(light.log_b_over_g_drift))),
            "log_g_max": float(np.nanmax(np.abs(light.log_g_drift))),
            "sd": float(np.nanmedian(light.drift_sd)),
            "quantisation_limited": light.quantisation_limited,
        }
    return {
        "kind": light.kind,
        "drift": drift,
        "patches": light.patches_used,
        "reason": light.reason,
    }


def _noise_floors(
    traces: pd.DataFrame, observation: Observation, names: tuple[str, ...]
) -> dict[str, Any]:
    """Per region and measure, at each averaging time; None where the recording is too short."""
    floors: dict[str, Any] = {}
    measures = {
        measure: traces[measure].to_numpy().reshape(-1, len(names))
        for measure in ("erythema_index", "blood_change")
    }
    for column, name in enumerate(names):
        floors[name] = {measure: {} for measure in measures}
        reasons: dict[str, str] = {}
        for tau in AVERAGING_TIMES_S:
            for measure, values in measures.items():
                floor = noise_floor(observation.time_s, values[:, column], tau, observation.segment)
                floors[name][measure][f"{tau}_s"] = floor.value
                if floor.reason is not None and measure == "erythema_index":
                    reasons[f"{tau}_s"] = floor.reason
        floors[name]["reasons"] = reasons
    return floors


def _pulse(time_s: FloatArray, regions: ColourSeries) -> tuple[dict[str, Any], dict[str, Any]]:
    """Pulse by two methods, and the direction that its blood moves the colour in."""
    candidates = [regions.names.index(name) for name in PULSE_REGIONS]
    columns = [column for column in candidates if regions.valid[:, column].mean() > 0.5]
    colour = np.full((len(time_s), 3), np.nan)
    if columns:
        colour = regions.linear_rgb[:, columns].astype(np.float64).mean(axis=1)
    pulses = {
        "POS": estimate_pulse(time_s, colour, method="POS"),
        "CHROM": estimate_pulse(time_s, colour, method="CHROM"),
    }
    found = {
        method: {"rate_bpm": pulse.rate_bpm, "snr_db": pulse.snr_db, "reason": pulse.reason}
        for method, pulse in pulses.items()
    }
    rate = pulses["POS"].rate_bpm
    nothing = {"angle_deg": None, "standard_error_deg": None}
    if rate is None:
        return found, {**nothing, "reason": "The pulse is too weak to show it."}
    direction = pulse_direction(time_s, colour, rate)
    if not isinstance(direction, BloodDirection):
        return found, {**nothing, "reason": direction.reason}
    return found, {
        "angle_deg": direction.angle_deg,
        "standard_error_deg": direction.standard_error_deg,
        "reason": None,
    }


def _without_nan(value: Any) -> Any:
    """JSON has no NaN: what is not known is null. Numbers keep six significant digits."""
    if isinstance(value, dict):
        return {key: _without_nan(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_without_nan(item) for item in value]
    if isinstance(value, (float, np.floating)):
        return float(f"{value:.6g}") if math.isfinite(value) else None
    if isinstance(value, np.integer):
        return int(value)
    return value
