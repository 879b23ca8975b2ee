"""Photos are read to linear light, upright, in full depth, or refused in plain words."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Callable
from functools import cache
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
import pytest
import tifffile
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from PIL import Image

from rubor.errors import RuborError, UnreadableFileError, UnsupportedColourError
from rubor.optics import erythema_index, hlg_decode, srgb_decode, srgb_encode
from rubor.vision.photo import is_photo, read_photo

FloatArray = npt.NDArray[np.float64]

linear_colours = hnp.arrays(np.float64, (6, 5, 3), elements=st.floats(0.0, 1.0))
in_any_folder = settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


def codes(linear: FloatArray, bits: int) -> npt.NDArray[np.unsignedinteger]:
    dtype = np.uint8 if bits == 8 else np.uint16
    return np.round(srgb_encode(linear) * (2**bits - 1)).astype(dtype)


def png_16_bit(coded: npt.NDArray[np.uint16]) -> bytes:
    order = [2, 1, 0, 3][: coded.shape[-1]] if coded.ndim == 3 else slice(None)
    return cv2.imencode(".png", coded[..., order])[1].tobytes()


def tiff_16_bit(coded: npt.NDArray[np.uint16]) -> bytes:
    return cv2.imencode(".tif", coded[..., ::-1])[1].tobytes()


def encoded(array: npt.NDArray[np.uint8], kind: str, **options: object) -> bytes:
    file = io.BytesIO()
    Image.fromarray(array).save(file, kind, **options)
    return file.getvalue()


def with_png_chunk(png: bytes, kind: bytes, body: bytes) -> bytes:
    """Insert a chunk right behind the header."""
    chunk = struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
    return png[:33] + chunk + png[33:]


def skin(height: int = 240, width: int = 320) -> FloatArray:
    """A smoothly shaded patch of skin in linear light, with the redness changing across it."""
    down, across = np.mgrid[0 : 1 : height * 1j, 0 : 1 : width * 1j]
    shade = 0.5 + 0.5 * np.cos(2.0 * (down - 0.4)) * np.cos(1.5 * (across - 0.5))
    colour = np.array([0.45, 0.27, 0.19]) + across[..., None] * np.array([0.05, -0.04, -0.03])
    return shade[..., None] * colour


@pytest.fixture
def read(tmp_path: Path) -> Callable[[bytes], object]:
    def read_bytes(data: bytes, name: str = "photo.jpg"):
        path = tmp_path / name
        path.write_bytes(data)
        return read_photo(path)

    return read_bytes


class TestDepth:
    @in_any_folder
    @given(linear=linear_colours)
    def test_16_bit_png_comes_back_within_1e_4(self, read, linear):
        photo = read(png_16_bit(codes(linear, 16)))
        assert photo.bit_depth == 16
        assert photo.linear_rgb.dtype == np.float32
        np.testing.assert_allclose(photo.linear_rgb, linear, atol=1e-4)

    @in_any_folder
    @given(linear=linear_colours)
    def test_16_bit_tiff_comes_back_within_1e_4(self, read, linear):
        photo = read(tiff_16_bit(codes(linear, 16)))
        assert (photo.format, photo.bit_depth) == ("TIFF", 16)
        np.testing.assert_allclose(photo.linear_rgb, linear, atol=1e-4)

    @pytest.mark.parametrize("kind", ["PNG", "TIFF"])
    def test_8_bit_is_decoded_exactly(self, read, kind):
        coded = codes(skin(), 8)
        photo = read(encoded(coded, kind))
        assert (photo.format, photo.bit_depth) == (kind, 8)
        np.testing.assert_allclose(photo.linear_rgb, srgb_decode(coded / 255.0), atol=1e-7)

    def test_16_bit_grey_is_read_and_said_to_carry_no_redness(self, read):
        coded = np.arange(0, 65536, 1024, dtype=np.uint16).reshape(8, 8)
        photo = read(png_16_bit(coded))
        expected = srgb_decode(coded / 65535.0)
        np.testing.assert_allclose(photo.linear_rgb, np.stack([expected] * 3, -1), atol=1e-7)
        assert any("no redness" in warning for warning in photo.warnings)

    def test_palette_is_read_as_its_colours(self, read):
        palette_image = Image.new("P", (4, 4), 1)
        palette_image.putpalette([0, 0, 0, 200, 120, 100])
        file = io.BytesIO()
        palette_image.save(file, "PNG")
        photo = read(file.getvalue())
        expected = srgb_decode(np.array([200, 120, 100]) / 255.0)
        np.testing.assert_allclose(photo.linear_rgb[2, 2], expected, atol=1e-7)

    def test_16_bit_tiff_in_separate_planes_is_never_read_wrongly(self, read):
        """OpenCV takes such a file for interleaved; the other decoder gives it away."""
        file = io.BytesIO()
        planes = np.moveaxis(codes(skin(8, 8), 16), -1, 0)
        tifffile.imwrite(file, planes, photometric="rgb", planarconfig="separate")
        with pytest.raises(UnreadableFileError, match="16-bit layout"):
            read(file.getvalue())


class TestJpeg:
    @pytest.mark.parametrize("subsampling", ["4:4:4", "4:2:0"])
    @pytest.mark.parametrize("quality", [90, 95])
    @pytest.mark.parametrize("noise_codes", [0.0, 1.0])
    def test_decoding_to_8_bit_does_not_bias_redness(self, read, quality, subsampling, noise_codes):
        """Against the same file's own YCbCr samples, taken to RGB without rounding."""
        noise = np.random.default_rng(7).normal(0.0, noise_codes, skin().shape)
        coded = np.round(srgb_encode(skin()) * 255 + noise).clip(0, 255).astype(np.uint8)
        data = encoded(coded, "JPEG", quality=quality, subsampling=subsampling)
        with Image.open(io.BytesIO(data)) as image:
            image.draft("YCbCr", image.size)
            luma, blue, red = np.moveaxis(np.asarray(image, dtype=np.float64), -1, 0)
        blue, red = blue - 128.0, red - 128.0
        # JFIF 1.02, page 3: full-range BT.601.
        exact = [luma + 1.402 * red, luma - 0.344136 * blue - 0.714136 * red, luma + 1.772 * blue]
        expected = erythema_index(srgb_decode(np.stack(exact, axis=-1) / 255.0))
        bias = np.nanmean(erythema_index(read(data).linear_rgb) - expected)
        assert abs(bias) < 1e-3

    def test_strong_compression_is_said(self, read):
        coarse = read(encoded(codes(skin(), 8), "JPEG", quality=60))
        fine = read(encoded(codes(skin(), 8), "JPEG", quality=92))
        assert any("quality about 60" in warning for warning in coarse.warnings)
        assert not any("compressed" in warning for warning in fine.warnings)

    def test_several_pictures_in_one_file_are_read_as_the_first(self, read):
        base = Image.fromarray(codes(skin(), 8))
        file = io.BytesIO()
        base.save(file, "MPO", save_all=True, append_images=[Image.new("RGB", base.size)])
        photo = read(file.getvalue())
        assert photo.format == "JPEG"
        assert any("first, standard-range" in warning for warning in photo.warnings)
        assert photo.linear_rgb.mean() == pytest.approx(skin().mean(), rel=0.02)

    def test_printing_ink_is_refused(self, read):
        file = io.BytesIO()
        Image.new("CMYK", (16, 16)).save(file, "JPEG")
        with pytest.raises(UnsupportedColourError, match="printing"):
            read(file.getvalue())

    def test_a_real_photo_in_even_light(self, shared):
        photo = read_photo(shared / "videos" / "face_even_light.jpg")
        assert photo.linear_rgb.shape == (1287, 1329, 3)
        assert photo.colour_source == "sRGB (EXIF)"
        assert photo.valid.all()
        assert photo.clipped.mean() < 0.001
        assert 0.05 < photo.linear_rgb.mean() < 0.8
        assert photo.warnings == ()


# EXIF 2.32, table of tag 0x0112: on which visual side the stored row 0 and column 0 stand.
UPRIGHT = {
    1: lambda stored: stored,
    2: lambda stored: stored[:, ::-1],
    3: lambda stored: stored[::-1, ::-1],
    4: lambda stored: stored[::-1],
    5: lambda stored: stored.swapaxes(0, 1),
    6: lambda stored: stored.swapaxes(0, 1)[:, ::-1],
    7: lambda stored: stored.swapaxes(0, 1)[::-1, ::-1],
    8: lambda stored: stored.swapaxes(0, 1)[::-1],
}


class TestOrientation:
    def stored(self) -> npt.NDArray[np.uint8]:
        colours = np.array([[[200, 40, 40], [40, 200, 40], [40, 40, 200]], [[90, 90, 90]] * 3])
        return colours.astype(np.uint8).repeat(16, axis=0).repeat(16, axis=1)

    @pytest.mark.parametrize("orientation", range(1, 9))
    @pytest.mark.parametrize(
        ("kind", "options"),
        [
            ("JPEG", {"quality": 95, "subsampling": "4:4:4"}),
            ("PNG", {}),
            ("TIFF", {}),
            ("TIFF", {"compression": "tiff_lzw"}),
        ],
    )
    def test_all_eight_are_turned_upright(self, read, kind, options, orientation):
        exif = Image.Exif()
        exif[274] = orientation
        photo = read(encoded(self.stored(), kind, exif=exif, **options))
        expected = srgb_decode(UPRIGHT[orientation](self.stored()) / 255.0)
        np.testing.assert_allclose(photo.linear_rgb, expected, atol=0.02)
        assert photo.clipped.shape == photo.valid.shape == expected.shape[:2]

    @pytest.mark.parametrize("orientation", range(1, 9))
    def test_16_bit_tiff_too(self, read, orientation):
        file = io.BytesIO()
        stored = self.stored().astype(np.uint16) * 257
        tag = (274, "H", 1, orientation, True)
        tifffile.imwrite(file, stored, photometric="rgb", extratags=[tag])
        photo = read(file.getvalue())
        expected = srgb_decode(UPRIGHT[orientation](self.stored()) / 255.0)
        np.testing.assert_allclose(photo.linear_rgb, expected, atol=1e-6)

    @pytest.mark.parametrize("orientation", range(1, 9))
    def test_16_bit_png_too(self, read, orientation):
        exif = Image.Exif()
        exif[274] = orientation
        png = png_16_bit(self.stored().astype(np.uint16) * 257)
        photo = read(with_png_chunk(png, b"eXIf", exif.tobytes()[6:]))
        expected = srgb_decode(UPRIGHT[orientation](self.stored()) / 255.0)
        np.testing.assert_allclose(photo.linear_rgb, expected, atol=1e-6)


class TestColourTags:
    def test_a_photo_without_any_is_taken_as_srgb_and_says_so(self, read):
        photo = read(encoded(codes(skin(), 8), "PNG"))
        assert photo.colour_source == "sRGB (no profile)"
        assert any("taken as sRGB" in warning for warning in photo.warnings)

    def test_a_camera_set_to_adobe_rgb_marks_it_in_exif_only(self, read):
        exif = Image.Exif()
        exif.get_ifd(0x8769)[0xA001] = 65535
        exif.get_ifd(0x8769)[0xA005] = {1: "R03"}
        grey = np.full((8, 8, 3), 128, np.uint8)
        photo = read(encoded(grey, "JPEG", quality=100, exif=exif))
        assert photo.colour_source == "Adobe RGB (EXIF)"
        # Adobe RGB (1998), 4.3.1.2: gamma 2.19921875; a grey stays a grey.
        np.testing.assert_allclose(photo.linear_rgb, (128 / 255) ** (563 / 256), atol=1e-6)

    def test_png_tagged_hlg_is_brought_to_scene_light_with_diffuse_white_1(self, read):
        coded = np.full((4, 4, 3), round(0.75 * 65535), np.uint16)
        photo = read(with_png_chunk(png_16_bit(coded), b"cICP", bytes([9, 18, 0, 1])))
        assert photo.colour_source == "PNG cICP: BT.2020, HLG"
        np.testing.assert_allclose(photo.linear_rgb, 1.0, atol=2e-4)
        top = read(with_png_chunk(png_16_bit(coded * 0 + 65535), b"cICP", bytes([9, 18, 0, 1])))
        np.testing.assert_allclose(top.linear_rgb, 1.0 / hlg_decode(0.75), rtol=1e-4)
        assert top.clipped.all()

    @pytest.mark.parametrize(
        ("kind", "body"),
        [
            (b"cICP", bytes([9, 16, 0, 1])),  # PQ
            (b"cICP", bytes([1, 13, 0, 0])),  # video range
            (b"cICP", bytes([22, 13, 0, 1])),  # EBU 3213 primaries
            (b"gAMA", struct.pack(">I", 100000)),  # linear
            (b"cHRM", struct.pack(">8I", 31270, 32900, 64000, 33000, 21000, 71000, 15000, 6000)),
        ],
    )
    def test_png_colours_that_could_only_be_guessed_are_refused(self, read, kind, body):
        with pytest.raises(UnsupportedColourError) as refusal:
            read(with_png_chunk(encoded(codes(skin(), 8), "PNG"), kind, body))
        assert refusal.value.cure

    def test_png_gamma_of_srgb_is_taken_as_srgb(self, read):
        coded = codes(skin(), 8)
        photo = read(with_png_chunk(encoded(coded, "PNG"), b"gAMA", struct.pack(">I", 45455)))
        np.testing.assert_allclose(photo.linear_rgb, srgb_decode(coded / 255.0), atol=1e-7)


class TestMasks:
    def test_transparent_pixels_are_not_valid(self, read):
        coded = np.full((8, 8, 4), 120, np.uint8)
        coded[..., 3] = 255
        coded[:4, :, 3] = 200
        photo = read(encoded(coded, "PNG"))
        assert photo.valid.tolist() == [[False] * 8] * 4 + [[True] * 8] * 4
        assert any("Transparent" in warning for warning in photo.warnings)

    def test_transparency_works_in_16_bit(self, read):
        coded = np.full((8, 8, 4), 30000, np.uint16)
        coded[..., 3] = 65535
        coded[:, :2, 3] = 0
        photo = read(png_16_bit(coded))
        assert photo.valid.sum() == 48

    def test_opaque_photos_are_valid_everywhere(self, read):
        assert read(encoded(codes(skin(), 8), "JPEG")).valid.all()

    @pytest.mark.parametrize(("code", "clipped"), [(255, True), (252, True), (250, False)])
    def test_any_channel_near_the_top_is_clipped(self, read, code, clipped):
        coded = np.full((8, 8, 3), 100, np.uint8)
        coded[2, 3] = (code, 120, 90)
        photo = read(encoded(coded, "PNG"))
        assert bool(photo.clipped[2, 3]) is clipped
        assert photo.clipped.sum() == int(clipped)


class TestExif:
    @pytest.mark.parametrize("kind", ["JPEG", "PNG", "TIFF"])
    def test_the_time_of_the_picture_is_kept(self, read, kind):
        exif = Image.Exif()
        exif[0x010F] = "maker"
        exif.get_ifd(0x8769)[0x9003] = "2024:05:17 08:30:00"
        assert read(encoded(codes(skin(), 8), kind, exif=exif.tobytes())).taken_at == (
            "2024-05-17T08:30:00"
        )

    @pytest.mark.parametrize("stated", ["0000:00:00 00:00:00", "", "yesterday"])
    def test_a_time_that_is_none_is_left_out(self, read, stated):
        exif = Image.Exif()
        exif.get_ifd(0x8769)[0x9003] = stated
        assert read(encoded(codes(skin(), 8), "JPEG", exif=exif)).taken_at is None


@cache
def photo_files() -> dict[str, bytes]:
    coded = codes(skin(), 8)
    return {
        "baseline JPEG": encoded(coded, "JPEG", quality=90),
        "progressive JPEG": encoded(coded, "JPEG", quality=90, progressive=True),
        "PNG": encoded(coded, "PNG"),
        "16-bit PNG": png_16_bit(codes(skin(), 16)),
        "TIFF": encoded(coded, "TIFF"),
        "compressed TIFF": encoded(coded, "TIFF", compression="tiff_lzw"),
        "16-bit TIFF": tiff_16_bit(codes(skin(), 16)),
    }


class TestBadFiles:
    @pytest.mark.parametrize(
        ("data", "message"),
        [
            (b"", "is empty"),
            (b"Tuesday: blushed at lunch.", "not a photo"),
            (b"\xff\xd8\xff\xe0", "damaged"),
            (b"\x00\x00\x00\x18ftypisom\x00\x00\x00\x00isomavc1", "not a photo"),
            (b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic", "damaged"),
        ],
    )
    def test_what_is_no_photo_is_refused_with_a_cure(self, read, data, message):
        with pytest.raises(UnreadableFileError, match=message) as refusal:
            read(data)
        assert refusal.value.cure

    def test_missing_files_and_folders_are_refused(self, tmp_path):
        with pytest.raises(UnreadableFileError, match="no file"):
            read_photo(tmp_path / "nothing.jpg")
        with pytest.raises(UnreadableFileError, match="cannot be opened"):
            read_photo(tmp_path)

    @pytest.mark.parametrize("share", [0.02, 0.3, 0.6, 0.9, 0.98])
    @pytest.mark.parametrize("kind", photo_files())
    def test_a_photo_that_is_cut_off_is_refused(self, read, kind, share):
        data = photo_files()[kind]
        with pytest.raises(UnreadableFileError):
            read(data[: int(share * len(data))])

    @settings(in_any_folder, max_examples=60)
    @given(
        kind=st.sampled_from(sorted(photo_files())),
        place=st.floats(0.0, 0.999),
        junk=st.binary(min_size=1, max_size=8),
    )
    def test_a_damaged_photo_gives_a_photo_or_a_plain_refusal(self, read, kind, place, junk):
        data = bytearray(photo_files()[kind])
        at = int(place**3 * len(data))  # more often near the start, where the headers are
        data[at : at + len(junk)] = junk
        try:
            photo = read(bytes(data))
        except RuborError as refusal:
            assert refusal.message and refusal.cure
        else:
            assert np.isfinite(photo.linear_rgb).all()

    def test_huge_dimensions_are_refused_before_decoding(self, read):
        small = encoded(np.zeros((4, 4, 3), np.uint8), "PNG")
        header = struct.pack(">II", 60000, 60000) + small[24:29]
        bomb = small[:16] + header + struct.pack(">I", zlib.crc32(b"IHDR" + header)) + small[33:]
        with pytest.raises(UnreadableFileError, match="million pixels"):
            read(bomb)

    def test_raw_camera_files_are_refused_and_not_read_as_their_preview(self, read):
        for tags in ({50706: b"\x01\x04\x00\x00"}, {254: 1}):
            raw = encoded(codes(skin(), 8), "TIFF", tiffinfo=tags)
            with pytest.raises(UnreadableFileError, match="raw camera file"):
                read(raw, "picture.dng")

    def test_animations_are_read_as_their_first_picture(self, read):
        first, second = (Image.new("RGB", (8, 8), colour) for colour in ("#c08070", "#000000"))
        for kind in ("PNG", "TIFF"):
            file = io.BytesIO()
            first.save(file, kind, save_all=True, append_images=[second])
            photo = read(file.getvalue())
            assert any("2 pictures; the first" in warning for warning in photo.warnings)
            np.testing.assert_allclose(
                photo.linear_rgb[0, 0], srgb_decode(np.array([0xC0, 0x80, 0x70]) / 255), atol=1e-6
            )

    def test_the_content_decides_not_the_extension(self, tmp_path, read):
        assert read(encoded(codes(skin(), 8), "PNG"), "photo.jpg").format == "PNG"
        assert is_photo(tmp_path / "photo.jpg")
        (tmp_path / "notes.jpg").write_text("no photo", encoding="utf-8")
        assert not is_photo(tmp_path / "notes.jpg")
        assert not is_photo(tmp_path / "missing.jpg")
        assert not is_photo(tmp_path)

    def test_videos_are_no_photos(self, shared):
        assert not is_photo(shared / "videos" / "face.mp4")
        assert is_photo(shared / "videos" / "face_even_light.jpg")
