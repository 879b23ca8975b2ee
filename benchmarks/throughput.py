"""How fast a video is measured, against bare decoding of the same file, and in how much memory.

One stated clip: 1080p, 30 frames a second, H.264 at the 17 Mbit/s of a phone, 60 s, a face of some
275 px between the outer eye corners that sways a little, made by `rubor.simulation` (20 s, repeated
without re-encoding).
Bare decoding is PyAV with the decoder's own threads, every frame, nothing else. Measuring is
`rubor.measure`: every frame, mesh, gates, CIELAB, light, noise floors and pulse, up to the finished
tables. Pairs are interleaved, so that a noisy machine slows both.

    python benchmarks/throughput.py            # the table, also to benchmarks/results/throughput.md
    python benchmarks/throughput.py --pairs 3  # quicker
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import platform
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from importlib import metadata
from pathlib import Path

import av

import rubor
from rubor.simulation import DemoScene, render_frames, write_video

RESULTS = Path(__file__).parent / "results" / "throughput.md"
SCENE = DemoScene(seed=5, duration_s=20.0, frame_rate=30, width=1920, height=1080)
NOISE_LEVELS = 2.0
BIT_RATE = 17_000_000
CLIP_S, LONG_CLIP_S = 60, 600
TARGET_SHARE, TARGET_MB, TARGET_GROWTH_MB = 0.75, 600, 100


def make_clip(folder: Path) -> Path:
    """The 20 s that everything else repeats."""
    path = folder / "scene.mp4"
    write_video(
        path,
        render_frames(SCENE),
        frame_rate=SCENE.frame_rate,
        noise_levels=NOISE_LEVELS,
        seed=SCENE.seed,
        bit_rate=BIT_RATE,
    )
    return path


def repeat(source: Path, target: Path, times: int) -> Path:
    """The same packets several times over, with times that run on."""
    with av.open(str(target), "w") as out:
        shift = 0
        stream = None
        for _ in range(times):
            with av.open(str(source)) as container:
                video = container.streams.video[0]
                if stream is None:
                    stream = out.add_stream_from_template(video)
                for packet in container.demux(video):
                    if packet.dts is None:
                        continue
                    packet.pts += shift
                    packet.dts += shift
                    packet.stream = stream
                    out.mux(packet)
                shift += video.duration
    return target


def decode_only(path: Path) -> int:
    """Every frame, with the decoder's own threads."""
    frames = 0
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        stream.thread_type = "AUTO"
        for _ in container.decode(stream):
            frames += 1
    return frames


def measure_all(path: Path) -> int:
    """Everything that `rubor.measure` does."""
    return int(rubor.measure(path, mirrored=False).summary["video"]["frames"])


def timed(work: Callable[[Path], int], path: Path) -> float:
    """Frames a second."""
    start = time.perf_counter()
    frames = work(path)
    return frames / (time.perf_counter() - start)


def _peak_memory_mb(path: str, queue: multiprocessing.Queue[float]) -> None:
    import resource

    measure_all(Path(path))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    queue.put(peak / (1024 * 1024 if sys.platform == "darwin" else 1024))


def peak_memory_mb(path: Path) -> float:
    """Largest resident size of a process of its own that measures the file."""
    context = multiprocessing.get_context("spawn")
    queue: multiprocessing.Queue[float] = context.Queue()
    process = context.Process(target=_peak_memory_mb, args=(str(path), queue))
    process.start()
    peak = queue.get()
    process.join()
    return peak


def peers() -> dict[str, Callable[[Path], int]]:
    """Open peers that happen to be installed, measuring pulse only, on the same file."""
    found: dict[str, Callable[[Path], int]] = {}
    try:
        import vitallens

        def run_vitallens(path: Path) -> int:
            vitallens.VitalLens(method="pos")(str(path))
            return CLIP_S * 30

        found[f"vitallens {metadata.version('vitallens')} (pos)"] = run_vitallens
    except ImportError:
        pass
    try:
        import rppg

        def run_open_rppg(path: Path) -> int:
            rppg.Model().process_video(str(path))
            return CLIP_S * 30

        found[f"open-rppg {metadata.version('open-rppg')}"] = run_open_rppg
    except ImportError:
        pass
    return found


def main() -> None:
    """Make the clip, run the pairs, print and write the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--pairs", type=int, default=9, help="interleaved pairs (default 9)")
    parser.add_argument("--no-memory", action="store_true", help="leave out the ten-minute file")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="rubor-bench-") as name:
        folder = Path(name)
        print("making the clip ...", file=sys.stderr, flush=True)
        scene = make_clip(folder)
        clip = repeat(scene, folder / "clip.mp4", CLIP_S // 20)
        measure_all(scene)  # models loaded, caches warm
        decoded, measured = [], []
        for pair in range(arguments.pairs):
            decoded.append(timed(decode_only, clip))
            measured.append(timed(measure_all, clip))
            print(
                f"pair {pair + 1}: decoding {decoded[-1]:.0f} fps, measuring {measured[-1]:.0f} fps,"
                f" {measured[-1] / decoded[-1]:.2f}",
                file=sys.stderr,
                flush=True,
            )
        ratios = [m / d for m, d in zip(measured, decoded, strict=True)]
        ratio = statistics.median(ratios)
        rows = [
            ("bare threaded decoding, fps", f"{statistics.median(decoded):.0f}", ""),
            ("rubor.measure, fps", f"{statistics.median(measured):.0f}", ""),
            (
                f"measuring / decoding, median of {len(ratios)} pairs",
                f"{ratio:.2f} ({min(ratios):.2f} to {max(ratios):.2f})",
                f"at least {TARGET_SHARE}: {'met' if ratio >= TARGET_SHARE else 'NOT met'}",
            ),
        ]
        if not arguments.no_memory:
            short = peak_memory_mb(clip)
            long = peak_memory_mb(repeat(scene, folder / "long.mp4", LONG_CLIP_S // 20))
            rows += [
                (
                    "peak memory, 1 minute, MB",
                    f"{short:.0f}",
                    f"under {TARGET_MB}: {'met' if short < TARGET_MB else 'NOT met'}",
                ),
                (
                    "peak memory, 10 minutes, MB",
                    f"{long:.0f}",
                    f"at most {TARGET_GROWTH_MB} more:"
                    f" {'met' if long - short <= TARGET_GROWTH_MB else 'NOT met'}",
                ),
            ]
        for peer, run in peers().items():
            rows.append((f"{peer}, fps", f"{timed(run, clip):.0f}", "pulse only"))
    table = "\n".join(f"| {what} | {value} | {target} |" for what, value, target in rows)
    text = (
        "# Throughput\n\nWritten by `benchmarks/throughput.py`.\n\n"
        f"Rubor {rubor.__version__}, PyAV {av.__version__}, Python {platform.python_version()},"
        f" {os.cpu_count()} cores. Clip: 1080p30 H.264, {BIT_RATE // 1_000_000} Mbit/s, {CLIP_S} s,"
        " every frame measured.\n\n"
        f"| what | measured | target |\n|---|---|---|\n{table}\n"
    )
    print(text)
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
