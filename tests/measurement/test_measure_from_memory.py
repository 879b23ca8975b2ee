"""The same bytes give the same measurement, from a path or from wherever else they are kept."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path
from typing import Any

import av
import pandas as pd
import pytest
from jsonschema import Draft202012Validator

import rubor
from rubor.errors import InputError
from rubor.measurement.events import Event
from rubor.vision.media_file import MediaFile
from rubor.vision.video import VideoFile

WritePlanes = Callable[..., Path]

NO_TAGS = (2, 0, 2, 2)
REALTIME = {"deadline": "realtime", "cpu-used": "8", "crf": "10", "b": "3000000"}


def in_memory(path: Path) -> MediaFile:
    data = path.read_bytes()
    return MediaFile(path.name, lambda: io.BytesIO(data))


def assert_same(one: rubor.Recording, other: rubor.Recording) -> None:
    pd.testing.assert_frame_equal(one.traces, other.traces, check_exact=True)
    pd.testing.assert_frame_equal(one.cells, other.cells, check_exact=True)
    assert one.summary == other.summary


@pytest.mark.parametrize("name", ["face.mp4", "single_face.mp4", "face_even_light.jpg"])
def test_real_files(shared: Path, measured: Callable[[str], rubor.Recording], name: str) -> None:
    file = in_memory(shared / "videos" / name)
    assert_same(rubor.measure(file, mirrored=False), measured(name))


@pytest.mark.parametrize(
    ("name", "codec", "options"),
    [
        ("index_at_the_end.mp4", "libx264", {"preset": "ultrafast"}),
        ("a.mkv", "libx264", {"preset": "ultrafast"}),
        ("a.avi", "mpeg4", {"b": "4000000"}),
        ("a.webm", "libvpx", REALTIME),
    ],
)
def test_made_files_of_each_container(
    excerpt: Any, write_planes: WritePlanes, tmp_path: Path, name: str, codec: str,
    options: dict[str, str],
) -> None:  # fmt: skip
    path = write_planes(tmp_path / name, excerpt.planes[:60], codec=codec, options=options)
    if path.suffix == ".mp4":
        assert path.read_bytes().index(b"moov") > path.read_bytes().index(b"mdat")
    assert_same(rubor.measure(in_memory(path)), rubor.measure(path))


@pytest.fixture(scope="module")
def of_a_browser(
    shared: Path,
    clip_of: Callable[[Path, int], Any],
    write_planes: WritePlanes,
    tmp_path_factory: pytest.TempPathFactory,
) -> Path:
    folder = tmp_path_factory.mktemp("browser")
    clip = clip_of(shared / "videos" / "face.mp4", 165)
    stored = write_planes(
        folder / "stored.webm", clip.planes, codec="libvpx", options=REALTIME, tags=NO_TAGS
    )
    with (
        av.open(str(stored)) as source,
        av.open(str(folder / "live.webm"), "w", options={"live": "1"}) as live,
    ):
        stream = live.add_stream_from_template(source.streams.video[0])
        for packet in source.demux(video=0):
            if packet.dts is not None:
                packet.stream = stream
                live.mux(packet)
    return folder / "live.webm"


class TestARecordingOfABrowser:
    """VP8 in webm as MediaRecorder streams it: no colour tags, no duration, no index."""

    def test_it_is_read_as_bt601_of_limited_range(self, of_a_browser: Path) -> None:
        with VideoFile(in_memory(of_a_browser)) as video:
            assert video.info.duration_s is None
            assert (video.info.coding.matrix, video.info.coding.range) == ("bt601", "limited")

    def test_its_first_second_is_no_baseline(self, of_a_browser: Path) -> None:
        recording = rubor.measure(in_memory(of_a_browser))
        assert_same(recording, rubor.measure(of_a_browser))
        assert recording.summary["baseline"]["start_s"] >= 1.0
        assert recording.summary["complete"] is None
        assert recording.summary["video"]["frames"] == 165

    def test_its_first_second_is_not_measured(self, of_a_browser: Path) -> None:
        """The encoder starts up: colours are off by up to 0.022 in log10(R/G), seen in Chromium."""
        traces = rubor.measure(of_a_browser).traces
        settling = traces["time_s"] < 1.0
        assert settling.any()
        assert not traces.loc[settling, "valid"].any()
        assert traces.loc[settling, "erythema_index"].isna().all()
        assert traces.loc[~settling].groupby("region", observed=True)["valid"].any().all()


MARKS = (Event(2.5, "felt"), Event(0.0, "baseline_start"), Event(2.4, "baseline_end"))


@pytest.fixture(scope="module")
def marked(
    excerpt: Any, write_planes: WritePlanes, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    path = tmp_path_factory.mktemp("marked") / "a.mp4"
    write_planes(path, excerpt.planes, options={"preset": "ultrafast"})
    lines = "".join(f"{mark.time_s},{mark.kind}\n" for mark in MARKS)
    path.with_name("events.csv").write_text(f"time_s,kind\n{lines}", encoding="utf-8")
    return path


class TestEvents:
    def test_events_given_as_such_are_those_of_a_file(self, marked: Path) -> None:
        given, found = rubor.measure(in_memory(marked), events=MARKS), rubor.measure(marked)
        pd.testing.assert_frame_equal(given.traces, found.traces, check_exact=True)
        assert given.summary["events"] == found.summary["events"]
        assert given.summary["events"][0] == {"time_s": 0.0, "kind": "baseline_start"}
        assert given.summary["baseline"]["source"] == "events"

    def test_they_are_part_of_what_was_asked_for(self, marked: Path) -> None:
        asked = [
            rubor.measure(marked, events=marks).summary["options"]["events"]
            for marks in (MARKS, MARKS[::-1], MARKS[:1], ())
        ]
        assert asked[0] == asked[1]  # in whatever order they come
        assert len({entry["sha256"] for entry in asked}) == 3
        assert all(entry["name"] is None for entry in asked)

    def test_the_summary_of_such_a_recording_follows_the_schema(self, marked: Path) -> None:
        schema = files("rubor.measurement") / "schemas" / "summary.schema.json"
        Draft202012Validator(json.loads(schema.read_text(encoding="utf-8"))).validate(
            rubor.measure(marked, events=MARKS).summary
        )

    def test_none_are_looked_for_where_there_is_no_path(self, marked: Path) -> None:
        recording = rubor.measure(in_memory(marked))
        assert recording.summary["options"]["events"] is None
        assert recording.summary["events"] == []

    @pytest.mark.parametrize(
        "mark", [Event(-1.0, "felt"), Event(float("nan"), "felt"), Event(1.0, "blushed")]
    )
    def test_what_is_no_event_is_refused_before_the_work(self, marked: Path, mark: Event) -> None:
        with pytest.raises(InputError) as refusal:
            rubor.measure(marked, events=[mark])
        assert refusal.value.cure
