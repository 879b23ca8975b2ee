"""Which files are measured, what their results are called, and how they are shared out."""

from __future__ import annotations

import os
import random
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rubor.cli.input_files import PlannedFile, plan_files, take_shard

OUT = Path("results")


def make(folder: Path, *names: str) -> None:
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(name.encode())


def names(files: tuple[PlannedFile, ...]) -> list[str]:
    return [file.name for file in files]


class TestSearchingAFolder:
    def test_finds_videos_and_photos_in_all_sub_folders(self, tmp_path: Path) -> None:
        make(tmp_path, "a.mp4", "b.MOV", "visit-1/c.webm", "visit-1/day/d.HEIC", "e.jpg", "f.mkv")
        expected = ["a", "b", "e", "f", "visit-1/c", "visit-1/day/d"]
        assert names(plan_files([tmp_path], OUT)) == expected

    def test_leaves_out_what_is_hidden_unfinished_or_something_else(self, tmp_path: Path) -> None:
        make(tmp_path, ".a.mp4", "._a.mp4", ".store/b.mp4", "c.mp4.part", "d.part/e.mp4")
        make(tmp_path, "notes.txt", "events.csv", "f.mp3", "summary.json")
        assert plan_files([tmp_path], OUT) == ()

    def test_does_not_measure_what_lies_among_the_results(self, tmp_path: Path) -> None:
        make(tmp_path, "a.mp4", "results/a/picture.png")
        assert names(plan_files([tmp_path], tmp_path / "results")) == ["a"]

    def test_finds_a_file_once_however_it_is_named(self, tmp_path: Path) -> None:
        make(tmp_path, "visit/a.mp4")
        again = tmp_path / "visit" / ".." / "visit" / "a.mp4"
        named = plan_files([tmp_path, tmp_path / "visit", tmp_path / "visit" / "a.mp4", again], OUT)
        assert names(named) == ["visit/a"]

    @pytest.mark.skipif(not hasattr(os, "symlink"), reason="no links here")
    def test_calls_a_link_by_its_own_name(self, tmp_path: Path) -> None:
        make(tmp_path, ".store/0a1b2c")
        (tmp_path / "a.mp4").symlink_to(tmp_path / ".store" / "0a1b2c")
        (file,) = plan_files([tmp_path], OUT)
        assert (file.name, file.path) == ("a", tmp_path / "a.mp4")

    @given(st.randoms(use_true_random=False))
    def test_does_not_depend_on_the_order_of_a_listing(self, order: random.Random) -> None:
        paths = [Path("/data") / f"{name}.mp4" for name in "gaefbdc"]
        shuffled = paths.copy()
        order.shuffle(shuffled)
        assert plan_files(shuffled, OUT) == plan_files(paths, OUT)


class TestNames:
    def test_a_named_file_is_tried_whatever_its_ending(self) -> None:
        assert names(plan_files([Path("somewhere/clip.tar.dat")], OUT)) == ["clip.tar"]

    def test_a_name_that_two_files_want_is_told_apart(self) -> None:
        files = plan_files([Path("a/left.mp4"), Path("b/left.mov"), Path("b/right.mp4")], OUT)
        assert [(file.name, file.shares_name) for file in files] == [
            ("left", True),
            ("left", True),
            ("right", False),
        ]

    def test_names_that_differ_by_case_alone_are_one(self) -> None:
        files = plan_files([Path("a/Left.mp4"), Path("b/left.mp4")], OUT)
        assert all(file.shares_name for file in files)

    def test_a_result_never_lies_within_another(self, tmp_path: Path) -> None:
        make(tmp_path, "visit.mp4", "visit/left.mp4")
        files = plan_files([tmp_path], OUT)
        assert [(file.name, file.shares_name) for file in files] == [
            ("visit", True),
            ("visit/left", False),
        ]

    def test_a_name_fits_every_file_system(self) -> None:
        (long, spaced) = plan_files([Path("é" * 120 + ".mp4"), Path("a . .mp4")], OUT)[::-1]
        assert len(long.name.encode()) <= 200
        assert long.shares_name
        assert (spaced.name, spaced.shares_name) == ("a", True)

    def test_a_file_is_called_by_its_place_where_that_is_clear(self, tmp_path: Path) -> None:
        make(tmp_path, "v1/a.mp4", "v1/b.mp4", "v1/b.mov")
        labels = [file.label for file in plan_files([tmp_path], OUT)]
        v1 = tmp_path / "v1"
        assert labels == ["v1/a.mp4", str(v1 / "b.mov"), str(v1 / "b.mp4")]


class TestShards:
    @given(
        files=st.sets(st.text("abcdef/", min_size=1), max_size=40),
        count=st.integers(1, 12),
        order=st.randoms(use_true_random=False),
    )
    def test_every_file_is_in_exactly_one_shard(
        self, files: set[str], count: int, order: random.Random
    ) -> None:
        found = []
        for number in range(1, count + 1):
            listing = list(files)
            order.shuffle(listing)  # each task sees the folder in an order of its own
            found += take_shard(sorted(listing), number, count)
        assert sorted(found) == sorted(files)

    @given(size=st.integers(0, 60), count=st.integers(1, 12))
    def test_shards_differ_by_one_file_at_most(self, size: int, count: int) -> None:
        sizes = [len(take_shard(range(size), number, count)) for number in range(1, count + 1)]
        assert max(sizes) - min(sizes) <= 1
