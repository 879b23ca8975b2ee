"""The smile of real footage: found on both sides, side for side, from video and from photos."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from PIL import Image

from rubor.errors import FaceNotFoundError, InputError, SeveralFacesError
from rubor.pathway.smile import Smile
from rubor.pathway.smile_files import measure_smile, smile_from_photos
from rubor.pathway.true_scale import ScaleReference
from rubor.vision.video import VideoFile

WritePlanes = Callable[..., Path]
EYES = ScaleReference("eye_corners", 90.0)


@pytest.fixture(scope="module")
def footage(shared: Path) -> Path:
    return shared / "videos" / "single_face.mp4"


@pytest.fixture(scope="module")
def smile(footage: Path) -> Smile:
    return measure_smile(footage, mirrored=False, scale=EYES)


@pytest.fixture(scope="module")
def mirrored_copy(
    footage: Path, write_planes: WritePlanes, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """The same pictures turned round, without loss."""
    with VideoFile(footage) as video:
        pictures = [
            [np.ascontiguousarray(plane[:, ::-1]) for plane in frame.planes]
            for frame in video.frames()
        ]
    path = tmp_path_factory.mktemp("mirrored") / "mirrored.mkv"
    return write_planes(path, pictures, codec="ffv1", rate=30)


@pytest.fixture(scope="module")
def photos(footage: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """The pictures at 0.27 s, at rest, and at 1.5 s, in the middle of the smile."""
    folder = tmp_path_factory.mktemp("photos")
    with av.open(str(footage)) as container:
        frames: list[Any] = [frame.to_image() for frame in container.decode(video=0)]
    for number, name in ((8, "rest.png"), (45, "smile.png")):
        frames[number].save(folder / name)
    return folder / "rest.png", folder / "smile.png"


def test_the_smile_is_found_on_both_sides_above_its_repeat_error(smile: Smile) -> None:
    for side in (smile.left, smile.right):
        assert side.above_repeat_error
        assert side.excursion_mm > side.repeat_error_95_mm
        assert side.interval_95_mm[0] > 0.0
    assert len(smile.smiles) == 1
    assert 0.5 < smile.smiles[0].start_s < smile.smiles[0].end_s < 2.4  # type: ignore[operator]
    assert smile.courses[0].rest_s[0][0] == 0.0


def test_a_mirrored_copy_that_is_called_so_gives_the_same(
    smile: Smile, mirrored_copy: Path
) -> None:
    again = measure_smile(mirrored_copy, mirrored=True, scale=EYES)
    for one, other in ((smile.left, again.left), (smile.right, again.right)):
        assert one.excursion_mm == pytest.approx(other.excursion_mm, abs=0.01)
        assert one.interval_95_mm == pytest.approx(other.interval_95_mm, abs=0.02)
    assert again.mirrored


def test_a_mirrored_copy_that_is_not_called_so_exchanges_the_sides(
    smile: Smile, mirrored_copy: Path
) -> None:
    turned = measure_smile(mirrored_copy, mirrored=False, scale=EYES)
    assert turned.left.excursion_mm == pytest.approx(smile.right.excursion_mm, abs=0.1)
    assert turned.right.excursion_mm == pytest.approx(smile.left.excursion_mm, abs=0.1)
    assert turned.difference_mm == pytest.approx(-smile.difference_mm, abs=0.1)


def test_iris_and_measured_eye_corners_agree_within_their_errors(
    smile: Smile, footage: Path
) -> None:
    """The distance of the outer eye corners of adults is 79 to 100 mm."""
    iris = measure_smile(footage, mirrored=False)
    assert iris.scale.method.startswith("iris")
    assert 79.0 < iris.scale.eye_corners_mm < 100.0
    assert iris.left.interval_95_mm[0] < smile.left.excursion_mm < iris.left.interval_95_mm[1]


def test_two_photos_agree_with_the_video(smile: Smile, photos: tuple[Path, Path]) -> None:
    pair = smile_from_photos(*photos, mirrored=False, scale=EYES)
    for one, other in ((smile.left, pair.left), (smile.right, pair.right)):
        apart = abs(one.excursion_mm - other.excursion_mm)
        assert apart < np.hypot(one.repeat_error_95_mm, other.repeat_error_95_mm)
    assert pair.kind == "photos"
    assert [file.name for file in pair.files] == ["rest.png", "smile.png"]


def test_mirrored_photos_are_turned_back(photos: tuple[Path, Path], tmp_path: Path) -> None:
    turned = []
    for path in photos:
        turned.append(tmp_path / path.name)
        Image.open(path).transpose(Image.Transpose.FLIP_LEFT_RIGHT).save(turned[-1])
    one = smile_from_photos(*photos, mirrored=False, scale=EYES)
    other = smile_from_photos(*turned, mirrored=True, scale=EYES)
    assert (one.left, one.right) == (other.left, other.right)


def test_a_face_without_a_smile_is_refused(shared: Path) -> None:
    with pytest.raises(InputError, match="No smile was found") as caught:
        measure_smile(shared / "videos" / "face.mp4", mirrored=False)
    assert caught.value.cure


def test_a_video_without_a_face_is_refused(shared: Path) -> None:
    with pytest.raises(FaceNotFoundError, match="no face"):
        measure_smile(shared / "videos" / "no_face.mp4", mirrored=False)


def test_a_photo_alone_is_refused(shared: Path) -> None:
    with pytest.raises(InputError, match="one photo shows no movement"):
        measure_smile(shared / "videos" / "face_even_light.jpg", mirrored=False)


def test_photos_in_the_wrong_order_are_refused(photos: tuple[Path, Path]) -> None:
    with pytest.raises(InputError, match="No smile was found"):
        smile_from_photos(photos[1], photos[0], mirrored=False, scale=EYES)


def test_the_same_file_twice_is_refused(photos: tuple[Path, Path], footage: Path) -> None:
    for wrong in (
        lambda: smile_from_photos(photos[0], photos[0], mirrored=False, scale=EYES),
        lambda: measure_smile([footage, footage], mirrored=False, scale=EYES),
    ):
        with pytest.raises(InputError, match="given twice"):
            wrong()


def pictures_of(footage: Path, change: Callable[[Any], Any], count: int = 72) -> list[list[Any]]:
    """Planes of the footage with each picture changed."""
    with VideoFile(footage) as video:
        return [
            [np.ascontiguousarray(change(plane)) for plane in frame.planes]
            for frame, _ in zip(video.frames(), range(count), strict=False)
        ]


def test_two_faces_are_refused_and_one_of_them_can_be_chosen(
    smile: Smile, footage: Path, write_planes: WritePlanes, tmp_path: Path
) -> None:
    def beside(plane: Any) -> Any:
        return np.hstack([plane, plane[:, ::-1]])

    path = write_planes(tmp_path / "two.mkv", pictures_of(footage, beside), codec="ffv1")
    with pytest.raises(SeveralFacesError, match="2 faces"):
        measure_smile(path, mirrored=False, scale=EYES)
    second = measure_smile(path, mirrored=False, scale=EYES, face=2)
    # The second one is the mirror image of the first.
    assert second.left.excursion_mm == pytest.approx(smile.right.excursion_mm, abs=0.5)


def test_a_short_video_is_refused(footage: Path, write_planes: WritePlanes, tmp_path: Path) -> None:
    few = pictures_of(footage, lambda plane: plane, 30)
    path = write_planes(tmp_path / "short.mkv", few, codec="ffv1")
    with pytest.raises(InputError, match="too short"):
        measure_smile(path, mirrored=False, scale=EYES)


@pytest.mark.slow
def test_a_simulated_smile_is_found_when_it_happens_and_a_turn_of_the_head_is_none(
    tmp_path: Path,
) -> None:
    from rubor.simulation import example_scenario, simulate

    video = simulate(example_scenario("smile"), tmp_path / "simulated")
    found = measure_smile(video.path, mirrored=False)
    (one,) = found.smiles
    # It rises from 8.0 s on for 0.6 s and stays for 3 s; the head turns at 14 s.
    assert one.start_s == pytest.approx(8.5, abs=0.3)
    assert one.end_s == pytest.approx(11.6, abs=0.3)
    assert found.left.above_repeat_error and found.right.above_repeat_error
