"""`rubor measure`: what it writes, what it says, and how it ends."""

from __future__ import annotations

import errno
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import rubor
from rubor.measurement import Recording

Run = Callable[..., Any]
RESULT_FILES = ["cells.parquet", "report.html", "summary.json", "traces.parquet"]


def everything_in(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*"))


def written_at(folder: Path) -> int:
    return (folder / "summary.json").stat().st_mtime_ns


def summary_of(folder: Path) -> dict[str, Any]:
    return dict(json.loads((folder / "summary.json").read_text(encoding="utf-8")))


class TestOneFile:
    def test_gets_a_folder_of_its_name_and_nothing_else_is_written(
        self, run: Run, video: Path, tmp_path: Path
    ) -> None:
        out = tmp_path / "new" / "results"
        ended = run("measure", video, "--out", out, "--not-mirrored")
        assert ended.code == 0
        assert everything_in(out) == ["blush", *(f"blush/{name}" for name in RESULT_FILES)]
        assert everything_in(video.parent) == ["blush.mp4"]

    def test_says_what_is_to_be_done_better_and_where_the_report_is(
        self, run: Run, video: Path, tmp_path: Path
    ) -> None:
        ended = run("measure", video, "--out", tmp_path / "out", "--not-mirrored")
        assert "blush.mp4: not accepted" in ended.out
        assert "Record at least 10 seconds" in ended.out
        assert f"Report: {tmp_path / 'out' / 'blush' / 'report.html'}" in ended.out
        assert ended.err == ""  # stderr is no terminal: no progress

    def test_is_measured_as_it_was_asked_for(self, run: Run, video: Path, tmp_path: Path) -> None:
        chosen = ["--mirrored", "--baseline", "0.5-1.5", "--reference", "none"]
        run("measure", video, "--out", tmp_path / "out", *chosen)
        summary = Recording.load(tmp_path / "out" / "blush").summary
        assert summary["mirrored"] is True
        assert summary["baseline"]["source"] == "option"
        assert summary["baseline"]["start_s"] == pytest.approx(0.5, abs=0.2)
        assert summary["baseline"]["end_s"] == pytest.approx(1.5, abs=0.2)
        assert summary["reference"]["kind"] == "none"
        assert summary["options"]["baseline_s"] == [0.5, 1.5]

    def test_shows_no_face_unless_asked_to(self, run: Run, video: Path, measured: Path) -> None:
        report = measured / "blush" / "report.html"
        assert "<img" not in report.read_text(encoding="utf-8")
        run("measure", video, "--out", measured, "--not-mirrored", "--keep-face")
        assert '<img src="data:image/png;base64,' in report.read_text(encoding="utf-8")
        run("measure", video, "--out", measured, "--not-mirrored")
        assert "<img" not in report.read_text(encoding="utf-8")

    def test_quiet_says_nothing(self, run: Run, video: Path, tmp_path: Path) -> None:
        ended = run("measure", video, "--out", tmp_path / "out", "--quiet")
        assert (ended.code, ended.out, ended.err) == (0, "", "")


class TestMeasuringAgain:
    @pytest.fixture
    def again(self, run: Run, video: Path, measured: Path) -> Callable[..., bool]:
        """Measures the same video once more and tells whether it really was measured."""

        def measured_again(*options: object) -> bool:
            before = written_at(measured / "blush")
            ended = run("measure", video, "--out", measured, *(options or ["--not-mirrored"]))
            assert ended.code == 0
            return written_at(measured / "blush") != before

        return measured_again

    def test_is_skipped_while_everything_is_the_same(self, again: Callable[..., bool]) -> None:
        assert not again()

    def test_is_done_when_forced(self, again: Callable[..., bool]) -> None:
        assert again("--not-mirrored", "--force")

    def test_is_done_with_other_options(self, again: Callable[..., bool]) -> None:
        assert again("--not-mirrored", "--reference", "none")
        assert not again("--not-mirrored", "--reference", "none")

    def test_is_done_with_other_events(self, again: Callable[..., bool], video: Path) -> None:
        events = video.with_name("blush.events.csv")
        events.write_text("time_s,kind\n0,baseline_start\n1,baseline_end\n", encoding="utf-8")
        assert again()
        assert not again()
        events.write_text("time_s,kind\n0,baseline_start\n2,baseline_end\n", encoding="utf-8")
        assert again()

    @pytest.mark.parametrize("part", ["rubor", "method"])
    def test_is_done_by_another_version(
        self, again: Callable[..., bool], measured: Path, part: str
    ) -> None:
        file = measured / "blush" / "summary.json"
        summary = summary_of(file.parent)
        summary["versions"][part] = "another"
        file.write_text(json.dumps(summary), encoding="utf-8")
        assert again()

    def test_is_done_where_a_part_of_the_result_is_gone(
        self, again: Callable[..., bool], measured: Path
    ) -> None:
        (measured / "blush" / "cells.parquet").unlink()
        assert again()


class TestWhatLiesInTheFolderOfResults:
    def test_is_kept_where_another_file_has_the_same_name(
        self, run: Run, video: Path, measured: Path
    ) -> None:
        video.write_bytes(video.read_bytes() + b"\0" * 64)  # another file under the same name
        run("measure", video, "--out", measured, "--not-mirrored")
        kept, other = sorted(path.name for path in measured.iterdir())
        assert kept == "blush"
        sha256 = summary_of(measured / other)["file"]["sha256"]
        assert other == f"blush-{sha256[:8]}"
        assert sha256 != summary_of(measured / "blush")["file"]["sha256"]

    def test_is_kept_where_it_is_not_a_result(self, run: Run, video: Path, tmp_path: Path) -> None:
        precious = tmp_path / "out" / "blush" / "thesis.txt"
        precious.parent.mkdir(parents=True)
        precious.write_text("precious", encoding="utf-8")
        assert run("measure", video, "--out", tmp_path / "out").code == 0
        assert precious.read_text(encoding="utf-8") == "precious"
        assert len(list((tmp_path / "out").glob("blush-*/summary.json"))) == 1

    def test_is_not_mixed_with_a_result(self, run: Run, video: Path, measured: Path) -> None:
        ended = run("measure", video, "--out", measured / "blush")
        assert ended.code == 1
        assert "is itself the result of a recording" in ended.err
        assert everything_in(measured / "blush") == RESULT_FILES


class TestManyFiles:
    @pytest.fixture
    def study(self, video: Path) -> Path:
        """Two good videos in sub-folders, one that is no video."""
        folder = video.parent
        for visit in ("visit-1", "visit-2"):
            (folder / visit).mkdir()
            shutil.copy(video, folder / visit / "left.mp4")
        video.unlink()
        (folder / "visit-1" / "broken.mp4").write_text("no video", encoding="utf-8")
        return folder

    def test_one_that_fails_does_not_stop_the_others(
        self, run: Run, study: Path, tmp_path: Path
    ) -> None:
        out = tmp_path / "out"
        ended = run("measure", study, "--out", out)
        assert ended.code == 0
        results = sorted(file.parent.relative_to(out) for file in out.rglob("summary.json"))
        assert results == [Path("visit-1/left"), Path("visit-2/left")]
        error, *lines = ended.err.splitlines()
        assert error.startswith("rubor: visit-1/broken.mp4: ")
        assert lines == [
            "2/3 visit-1/left.mp4: not accepted",
            "3/3 visit-2/left.mp4: not accepted",
        ]
        assert "3 files: 0 accepted, 2 not accepted, 1 failed." in ended.out

    def test_as_json_is_all_that_is_on_stdout(self, run: Run, study: Path, tmp_path: Path) -> None:
        ended = run("measure", study, "--out", tmp_path / "out", "--json")
        document = json.loads(ended.out)
        assert document["counts"] == {"files": 3, "accepted": 0, "not_accepted": 2, "failed": 1}
        broken, left, _ = document["files"]
        assert broken["file"] == str(study / "visit-1" / "broken.mp4")
        assert (broken["state"], broken["accepted"], broken["folder"]) == ("failed", None, None)
        assert broken["error"]["message"]
        assert broken["error"]["cure"]
        assert (left["state"], left["accepted"], left["error"]) == ("measured", False, None)
        assert Path(left["report"]).is_file()
        assert "duration_s" in [gate["name"] for gate in left["failed_gates"]]
        again = json.loads(run("measure", study, "--out", tmp_path / "out", "--json").out)
        assert [file["state"] for file in again["files"]] == [
            "failed", "already measured", "already measured",
        ]  # fmt: skip

    def test_shards_together_measure_all_of_them(
        self, run: Run, study: Path, tmp_path: Path
    ) -> None:
        out = tmp_path / "out"
        found = []
        for number in (1, 2, 3, 4):
            ended = run("measure", study, "--out", out, "--shard", f"{number}/4", "--json")
            files = json.loads(ended.out)["files"]
            found += [file["file"] for file in files]
            assert ended.code == int(any(file["state"] == "failed" for file in files))
        assert sorted(found) == sorted(str(path) for path in study.rglob("*.mp4"))

    def test_a_table_of_events_belongs_to_one_file(
        self, run: Run, study: Path, tmp_path: Path
    ) -> None:
        events = tmp_path / "events.csv"
        events.write_text("time_s,kind\n", encoding="utf-8")
        assert run("measure", study, "--out", tmp_path / "out", "--events", events).code == 2


class TestFailing:
    def no_trace_of(self, out: Path) -> bool:
        return not out.exists() and not list(out.parent.glob(f"*{out.name}*"))

    def test_without_a_face_is_one_clear_line(self, run: Run, shared: Path, tmp_path: Path) -> None:
        ended = run("measure", shared / "videos" / "no_face.mp4", "--out", tmp_path / "a" / "out")
        assert ended.code == 1
        assert ended.out == ""
        assert ended.err.count("\n") == 1
        assert ended.err.startswith("rubor: There is no face in no_face.mp4. ")
        assert not (tmp_path / "a").exists()

    @pytest.mark.parametrize(
        ("name", "content"),
        [("empty.mp4", b""), ("text.mp4", b"not a video\n"), ("noise.jpg", bytes(range(256)) * 9)],
    )
    def test_with_an_unreadable_file_is_one_clear_line(
        self, run: Run, tmp_path: Path, name: str, content: bytes
    ) -> None:
        (tmp_path / name).write_bytes(content)
        ended = run("measure", tmp_path / name, "--out", tmp_path / "out")
        assert (ended.code, ended.out, ended.err.count("\n")) == (1, "", 1)
        assert name in ended.err
        assert self.no_trace_of(tmp_path / "out")

    def test_with_a_file_that_is_not_there(self, run: Run, tmp_path: Path) -> None:
        ended = run("measure", tmp_path / "gone.mp4", "--out", tmp_path / "out")
        assert ended.code == 1
        assert ended.err.startswith("rubor: There is no file gone.mp4. ")

    def test_with_a_folder_without_videos(self, run: Run, tmp_path: Path) -> None:
        ended = run("measure", tmp_path, "--out", tmp_path / "out")
        assert ended.code == 1
        assert ended.err.startswith("rubor: There is no video or photo in ")

    def test_with_a_bad_table_of_events(self, run: Run, video: Path, tmp_path: Path) -> None:
        video.with_name("blush.events.csv").write_text("time,what\n", encoding="utf-8")
        ended = run("measure", video, "--out", tmp_path / "out")
        assert (ended.code, ended.err.count("\n")) == (1, 1)
        assert "blush.events.csv needs the columns time_s and kind" in ended.err

    def test_when_the_disk_is_full_leaves_nothing(
        self, run: Run, video: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def full(*_: object, **__: object) -> None:
            raise OSError(errno.ENOSPC, "No space left on device", "report.html")

        monkeypatch.setattr("rubor.report.write_report", full)
        ended = run("measure", video, "--out", tmp_path / "a" / "out")
        assert (ended.code, ended.err.count("\n")) == (1, 1)
        assert "No space left on device" in ended.err
        assert not (tmp_path / "a").exists()

    def test_when_the_disk_is_full_keeps_the_earlier_result(
        self, run: Run, video: Path, measured: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def full(*_: object, **__: object) -> None:
            raise OSError(errno.ENOSPC, "No space left on device", "report.html")

        before = {path: path.read_bytes() for path in (measured / "blush").iterdir()}
        monkeypatch.setattr("rubor.report.write_report", full)
        assert run("measure", video, "--out", measured, "--force").code == 1
        assert {path: path.read_bytes() for path in (measured / "blush").iterdir()} == before
        assert [path.name for path in measured.iterdir()] == ["blush"]

    def test_for_an_unforeseen_reason_is_still_one_line(
        self, run: Run, video: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("rubor.measurement.measure", lambda *_, **__: {}["surprise"])
        ended = run("measure", video, "--out", tmp_path / "out")
        assert (ended.code, ended.err.count("\n")) == (1, 1)
        assert "A fault in Rubor (KeyError: 'surprise')" in ended.err
        assert "Traceback" not in ended.err
        assert "Traceback" in run("--debug", "measure", video, "--out", tmp_path / "out").err

    def test_when_interrupted_leaves_nothing(
        self, run: Run, video: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def interrupt(*_: object, **__: object) -> None:
            raise KeyboardInterrupt

        monkeypatch.setattr("rubor.report.write_report", interrupt)
        ended = run("measure", video, "--out", tmp_path / "out")
        assert (ended.code, ended.out) == (130, "")
        assert self.no_trace_of(tmp_path / "out")


class TestStrict:
    def test_refuses_what_is_not_accepted_and_writes_it_all_the_same(
        self, run: Run, video: Path, tmp_path: Path
    ) -> None:
        for _ in range(2):  # measured, then measured before
            assert run("measure", video, "--out", tmp_path / "out", "--strict").code == 1
        assert everything_in(tmp_path / "out" / "blush") == RESULT_FILES

    def test_passes_what_is_accepted(self, run: Run, shared: Path, tmp_path: Path) -> None:
        photo = shared / "videos" / "face_even_light.jpg"
        ended = run("measure", photo, "--out", tmp_path / "out", "--strict", "--not-mirrored")
        assert ended.code == 0
        assert "face_even_light.jpg: accepted" in ended.out

    def test_refuses_when_one_of_several_failed(
        self, run: Run, shared: Path, tmp_path: Path
    ) -> None:
        photo = shared / "videos" / "face_even_light.jpg"
        gone = tmp_path / "gone.mp4"
        assert run("measure", photo, gone, "--out", tmp_path / "out").code == 0
        assert run("measure", photo, gone, "--out", tmp_path / "out", "--strict").code == 1


def test_gives_the_numbers_that_the_library_gives(video: Path, measured: Path) -> None:
    expected = rubor.measure(video, mirrored=False).traces
    pd.testing.assert_frame_equal(Recording.load(measured / "blush").traces, expected)
