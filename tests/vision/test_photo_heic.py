"""HEIC photos, as phones write them, are read with the colours their container states.

The libraries here only decode HEIC, so the container (ISO/IEC 23008-12) is written by hand around
one HEVC picture.
"""

from __future__ import annotations

import io
import struct
from pathlib import Path

import av
import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image, ImageCms

from rubor.errors import UnreadableFileError, UnsupportedColourError
from rubor.optics import erythema_index, hlg_decode, srgb_decode
from rubor.vision.media_file import MediaFile
from rubor.vision.photo import Photo, is_photo, read_photo

FloatArray = npt.NDArray[np.float64]

LUMA_WEIGHTS = {1: (0.2126, 0.0722), 6: (0.299, 0.114), 9: (0.2627, 0.0593)}  # by H.273 matrix
SKIN = (0.78, 0.56, 0.47)


def box(kind: bytes, *parts: bytes, flags: int | None = None) -> bytes:
    body = (b"" if flags is None else struct.pack(">I", flags)) + b"".join(parts)
    return struct.pack(">I", 8 + len(body)) + kind + body


def nclx(primaries: int, transfer: int, matrix: int, full_range: bool = True) -> bytes:
    tags = struct.pack(">HHHB", primaries, transfer, matrix, 0x80 if full_range else 0)
    return box(b"colr", b"nclx", tags)


def ycbcr_planes(coded_rgb: FloatArray, bits: int, matrix: int, full_range: bool) -> list:
    """4:2:0 planes of R'G'B' in 0..1 (H.273 equations 23 to 58)."""
    red_weight, blue_weight = LUMA_WEIGHTS[matrix]
    red, green, blue = np.moveaxis(coded_rgb, -1, 0)
    luma = red_weight * red + (1 - red_weight - blue_weight) * green + blue_weight * blue
    step, top = 1 << (bits - 8), (1 << bits) - 1
    planes = [luma * top if full_range else (16 + 219 * luma) * step]
    for colour, weight in ((blue, blue_weight), (red, red_weight)):
        chroma = (colour - luma) / (2 * (1 - weight))
        height, width = chroma.shape
        chroma = chroma.reshape(height // 2, 2, width // 2, 2).mean(axis=(1, 3))
        planes.append(128 * step + chroma * (top if full_range else 224 * step))
    return [np.round(plane).clip(0, top).astype("<u2" if bits > 8 else "u1") for plane in planes]


def hevc_picture(planes: list, bits: int) -> tuple[bytes, bytes]:
    """The decoder configuration box and the picture, out of a one-frame mp4."""
    file = io.BytesIO()
    height, width = planes[0].shape
    with av.open(file, "w", format="mp4") as container:
        stream = container.add_stream("libx265", rate=1)
        stream.width, stream.height = width, height
        stream.pix_fmt = "yuv420p" if bits == 8 else "yuv420p10le"
        stream.codec_tag = "hvc1"
        stream.options = {"x265-params": "log-level=none:lossless=1:keyint=1"}
        frame = av.VideoFrame(width, height, stream.pix_fmt)
        for plane, values in zip(frame.planes, planes, strict=True):
            rows = np.zeros((plane.height, plane.line_size), np.uint8)
            rows[:, : values.shape[1] * values.itemsize] = values.view(np.uint8)
            plane.update(rows.tobytes())
        container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    data = file.getvalue()
    start = data.index(b"hvcC") - 4
    configuration = data[start : start + int.from_bytes(data[start : start + 4], "big")]
    with av.open(io.BytesIO(data)) as container:
        picture = next(bytes(packet) for packet in container.demux(video=0) if packet.size)
    return configuration, picture


def heic(
    coded_rgb: FloatArray,
    *properties: bytes,
    bits: int = 8,
    matrix: int = 6,
    full_range: bool = True,
    exif: bytes = b"",
) -> bytes:
    """A HEIC file of one picture with the given item properties (colr, irot)."""
    planes = ycbcr_planes(coded_rgb, bits, matrix, full_range)
    configuration, picture = hevc_picture(planes, bits)
    height, width = planes[0].shape
    size = box(b"ispe", struct.pack(">II", width, height), flags=0)
    depth = box(b"pixi", bytes([3, bits, bits, bits]), flags=0)
    properties = (configuration, size, depth, *properties)
    items = [(1, b"hvc1", picture)]
    if exif:
        items.append((2, b"Exif", struct.pack(">I", 0) + exif))
    entries = [
        box(b"infe", struct.pack(">HH", number, 0) + kind + b"\0", flags=0x02000000)
        for number, kind, _ in items
    ]
    described = [box(b"iref", box(b"cdsc", struct.pack(">HHH", 2, 1, 1)), flags=0)] if exif else []
    order = bytes(range(1, len(properties) + 1))
    association = box(b"ipma", struct.pack(">IHB", 1, 1, len(order)) + order, flags=0)
    file_type = box(b"ftyp", b"heic\0\0\0\0mif1heic")

    def meta(start: int) -> bytes:
        places = b""
        for number, _, data in items:
            places += struct.pack(">HHHII", number, 0, 1, start, len(data))
            start += len(data)
        return box(
            b"meta",
            box(b"hdlr", struct.pack(">I4s12x", 0, b"pict") + b"\0", flags=0),
            box(b"pitm", struct.pack(">H", 1), flags=0),
            box(b"iloc", b"\x44\0" + struct.pack(">H", len(items)) + places, flags=0),
            box(b"iinf", struct.pack(">H", len(items)), *entries, flags=0),
            *described,
            box(b"iprp", box(b"ipco", *properties), association),
            flags=0,
        )

    start = len(file_type) + len(meta(0)) + 8
    return file_type + meta(start) + box(b"mdat", *(data for _, _, data in items))


def patch(colour: tuple[float, float, float] = SKIN) -> FloatArray:
    return np.broadcast_to(np.array(colour), (64, 96, 3))


@pytest.fixture
def read(tmp_path: Path):
    def read_bytes(data: bytes) -> Photo:
        path = tmp_path / "photo.heic"
        path.write_bytes(data)
        assert is_photo(path)
        return read_photo(path)

    return read_bytes


@pytest.mark.parametrize("bits", [8, 10])
@pytest.mark.parametrize(("matrix", "full_range"), [(6, True), (1, True), (1, False), (9, False)])
def test_the_stated_matrix_and_range_are_used(read, bits, matrix, full_range):
    tags = nclx(1, 13, matrix, full_range)
    photo = read(heic(patch(), tags, bits=bits, matrix=matrix, full_range=full_range))
    assert (photo.format, photo.bit_depth) == ("HEIC", bits)
    assert photo.linear_rgb.shape == (64, 96, 3)
    # Rounding to YCbCr and back takes up to 1.7 codes; from video range libheif also rounds up,
    # by half a code on average. The steepest slope of the sRGB curve is 2.3.
    codes = 1.7 if full_range else 2.7
    np.testing.assert_allclose(
        photo.linear_rgb, srgb_decode(patch()), atol=codes * 2.3 / (2**bits - 1)
    )


@pytest.mark.parametrize("full_range", [True, False])
@pytest.mark.parametrize("bits", [8, 10])
def test_decoding_does_not_bias_the_redness_of_smooth_skin(read, bits, full_range):
    across = np.linspace(0.0, 1.0, 512)[:, None]
    down = np.linspace(0.6, 1.0, 256)[:, None, None]
    noise = np.random.default_rng(4).normal(0.0, 1 / 255, (256, 512, 3))
    coded = down * (np.array(SKIN) + across * np.array([0.03, -0.06, -0.05])) + noise
    tags = nclx(1, 13, 6, full_range)
    photo = read(heic(coded, tags, bits=bits, full_range=full_range))
    bias = np.mean(erythema_index(photo.linear_rgb) - erythema_index(srgb_decode(coded)))
    assert abs(bias) < 1e-3


def test_display_p3_is_brought_to_bt709(read):
    photo = read(heic(patch(), nclx(12, 13, 6), bits=10))
    # SMPTE EG 432-1 primaries to BT.709, both D65.
    to_bt709 = np.array([[1.2249, -0.2249, 0], [-0.0421, 1.0421, 0], [-0.0196, -0.0786, 1.0983]])
    expected = to_bt709 @ srgb_decode(SKIN)
    np.testing.assert_allclose(photo.linear_rgb[32, 48], expected, atol=4e-3)
    assert photo.colour_source == "HEIC nclx: P3, sRGB curve"


def test_an_icc_profile_is_used(read):
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    photo = read(heic(patch(), box(b"colr", b"prof", profile)))
    assert photo.colour_source.startswith("ICC: sRGB")
    assert photo.warnings == ()


def test_hlg_is_read_as_hlg_with_diffuse_white_1(read):
    photo = read(heic(patch((0.75, 0.75, 0.75)), nclx(9, 18, 9), bits=10, matrix=9))
    assert photo.colour_source == "HEIC nclx: BT.2020, HLG"
    np.testing.assert_allclose(photo.linear_rgb, 1.0, atol=0.01)
    darker = read(heic(patch((0.5, 0.5, 0.5)), nclx(9, 18, 9), bits=10, matrix=9))
    np.testing.assert_allclose(darker.linear_rgb, hlg_decode(0.5) / hlg_decode(0.75), atol=0.005)


def test_pq_is_refused(read):
    with pytest.raises(UnsupportedColourError, match="PQ") as refusal:
        read(heic(patch(), nclx(9, 16, 9), bits=10, matrix=9))
    assert refusal.value.cure


@pytest.mark.parametrize("transfer", [16, 18])
def test_a_high_range_tag_behind_a_profile_is_not_overlooked(read, transfer):
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    both = (box(b"colr", b"prof", profile), nclx(9, transfer, 9))
    with pytest.raises(UnsupportedColourError):
        read(heic(patch(), *both, bits=10, matrix=9))


def test_10_bit_that_says_nothing_of_its_curve_is_refused(read):
    with pytest.raises(UnsupportedColourError, match="HDR"):
        read(heic(patch(), bits=10))


def test_8_bit_that_says_nothing_is_taken_as_srgb_and_says_so(read):
    photo = read(heic(patch()))
    assert photo.colour_source == "sRGB (no profile)"
    assert any("taken as sRGB" in warning for warning in photo.warnings)


@pytest.mark.parametrize("quarter_turns", [0, 1, 2, 3])
def test_the_container_turns_the_picture_and_exif_does_not_turn_it_again(read, quarter_turns):
    coded = patch((0.3, 0.3, 0.3)).copy()
    coded[:32, :48] = (0.7, 0.2, 0.2)
    exif = Image.Exif()
    exif[274] = 6
    exif.get_ifd(0x8769)[0x9003] = "2024:05:17 08:30:00"
    rotation = box(b"irot", bytes([quarter_turns]))
    photo = read(heic(coded, nclx(1, 13, 6), rotation, exif=exif.tobytes()))
    # ISO/IEC 23008-12 6.5.10: irot turns counter-clockwise.
    expected = srgb_decode(np.rot90(coded, quarter_turns))
    assert photo.linear_rgb.shape == expected.shape
    assert np.abs(photo.linear_rgb - expected).mean() < 0.02
    assert photo.taken_at == "2024-05-17T08:30:00"


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9, 0.99])
def test_a_heic_that_is_cut_off_is_refused(read, share):
    noise = np.random.default_rng(1).uniform(0.2, 0.8, (64, 96, 3))
    data = heic(noise, nclx(1, 13, 6))
    with pytest.raises(UnreadableFileError):
        read(data[: int(share * len(data))])


def test_huge_dimensions_are_refused_before_decoding(read):
    data = heic(patch(), nclx(1, 13, 6))
    stated = b"ispe" + struct.pack(">III", 0, 96, 64)
    assert stated in data
    with pytest.raises(UnreadableFileError, match="million pixels"):
        read(data.replace(stated, b"ispe" + struct.pack(">III", 0, 30000, 30000)))


def test_a_photo_from_memory_is_the_photo(tmp_path):
    data = heic(patch(), nclx(1, 13, 6, True), bits=10, matrix=6, full_range=True)
    (tmp_path / "photo.heic").write_bytes(data)
    file = MediaFile("photo.heic", lambda: io.BytesIO(data))
    assert is_photo(file)
    np.testing.assert_array_equal(
        read_photo(file).linear_rgb, read_photo(tmp_path / "photo.heic").linear_rgb
    )
