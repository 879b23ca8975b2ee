"""A colour profile changes how a colour is coded, never which colour is read."""

from __future__ import annotations

import io
import struct

import colour
import cv2
import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from PIL import Image, ImageCms

from rubor.errors import UnsupportedColourError
from rubor.optics import srgb_decode, srgb_encode
from rubor.vision.photo import read_photo
from rubor.vision.photo_colour import (
    ADOBE_RGB,
    PhotoColour,
    photo_colour_from_cicp,
    photo_colour_from_icc,
)

FloatArray = npt.NDArray[np.float64]

D50_XYZ = np.array([0.9642, 1.0, 0.8249])  # ICC.1:2022 7.2.16


def exact_space(name: str) -> colour.RGB_Colourspace:
    """A named space with its matrix derived from the primaries, not rounded to 4 digits."""
    space = colour.RGB_COLOURSPACES[name].copy()
    space.use_derived_transformation_matrices(True)
    return space


def fixed(value: float) -> bytes:
    """The s15Fixed16Number of ICC.1:2022 4.6."""
    return struct.pack(">i", round(value * 65536))


def xyz_tag(xyz: FloatArray) -> bytes:
    return b"XYZ \0\0\0\0" + b"".join(fixed(float(value)) for value in xyz)


def gamma_tag(gamma: float) -> bytes:
    return b"curv\0\0\0\0" + struct.pack(">IH", 1, round(gamma * 256))


def table_tag(levels: FloatArray) -> bytes:
    coded = np.round(levels * 65535).astype(int)
    return b"curv\0\0\0\0" + struct.pack(f">I{len(coded)}H", len(coded), *coded)


def parametric_tag(kind: int, *parameters: float) -> bytes:
    return b"para\0\0\0\0" + struct.pack(">HH", kind, 0) + b"".join(map(fixed, parameters))


SRGB_CURVE = parametric_tag(3, 2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045)


def icc_profile(
    tags: dict[bytes, bytes], colour_space: bytes = b"RGB ", connection_space: bytes = b"XYZ "
) -> bytes:
    """A version 4 display profile with the given tags (ICC.1:2022 7.2, 7.3)."""
    name = "Test".encode("utf-16-be")
    description = b"mluc\0\0\0\0" + struct.pack(">II2s2sII", 1, 12, b"en", b"US", len(name), 28)
    tags = {b"desc": description + name, b"wtpt": xyz_tag(D50_XYZ), **tags}
    offset = 128 + 4 + 12 * len(tags)
    table, body = struct.pack(">I", len(tags)), b""
    for signature, data in tags.items():
        padded = data + b"\0" * (-len(data) % 4)
        table += struct.pack(">4sII", signature, offset + len(body), len(data))
        body += padded
    header = struct.pack(
        ">I4sI4s4s4s12s4s4sI4s4sQI12s48x",
        offset + len(body), b"\0\0\0\0", 0x04400000, b"mntr", colour_space, connection_space,
        struct.pack(">6H", 2024, 1, 1, 0, 0, 0), b"acsp", b"\0\0\0\0", 0, b"\0\0\0\0",
        b"\0\0\0\0", 0, 0, xyz_tag(D50_XYZ)[8:],
    )  # fmt: skip
    return header + table + body


def colorant_tags(space: str) -> dict[bytes, bytes]:
    """The primaries of a named colour space, brought to D50 by colour-science."""
    named = exact_space(space)
    adaptation = colour.adaptation.matrix_chromatic_adaptation_VonKries(
        colour.xy_to_XYZ(named.whitepoint), D50_XYZ, transform="Bradford"
    )
    to_xyz = adaptation @ named.matrix_RGB_to_XYZ
    return {
        signature: xyz_tag(to_xyz[:, channel])
        for channel, signature in enumerate((b"rXYZ", b"gXYZ", b"bXYZ"))
    }


def matrix_profile(space: str, curve: bytes) -> bytes:
    return icc_profile(colorant_tags(space) | dict.fromkeys((b"rTRC", b"gTRC", b"bTRC"), curve))


def encode(linear_bt709: FloatArray, space: str, inverse_curve) -> npt.NDArray[np.uint16]:
    """Code linear BT.709 light in another colour space, by colour-science."""
    matrix = colour.matrix_RGB_to_RGB(exact_space("sRGB"), exact_space(space), None)
    coded = inverse_curve(np.maximum(linear_bt709 @ matrix.T, 0.0))
    return np.round(coded * 65535).astype(np.uint16)


# Within sRGB and away from its edge, so that every wider space can hold it.
physical_colours = hnp.arrays(np.float64, (4, 5, 3), elements=st.floats(0.02, 0.98))


class TestMatrixProfiles:
    @settings(max_examples=30, deadline=None)
    @given(linear=physical_colours)
    @pytest.mark.parametrize(
        ("space", "curve", "inverse_curve"),
        [
            ("sRGB", SRGB_CURVE, srgb_encode),
            ("Display P3", SRGB_CURVE, srgb_encode),
            ("Adobe RGB (1998)", gamma_tag(563 / 256), lambda light: light ** (256 / 563)),
            ("ITU-R BT.2020", gamma_tag(1.0), lambda light: light),
            ("Display P3", table_tag(srgb_decode(np.linspace(0, 1, 4096))), srgb_encode),
        ],
        ids=["sRGB", "Display P3", "Adobe RGB", "linear BT.2020", "Display P3 with a table"],
    )
    def test_the_same_physical_colour_is_read_from_every_space(
        self, space, curve, inverse_curve, linear
    ):
        coded = encode(linear, space, inverse_curve)
        read = photo_colour_from_icc(matrix_profile(space, curve)).to_linear(coded, 65535)
        np.testing.assert_allclose(read, linear, atol=1e-4)

    def test_colours_outside_srgb_are_kept_and_not_cut_off(self):
        green = np.array([[[0, 65535, 0]]], np.uint16)
        profile = matrix_profile("Display P3", SRGB_CURVE)
        read = photo_colour_from_icc(profile).to_linear(green, 65535)[0, 0]
        assert read[0] < -0.2
        assert read[1] > 1.0

    @pytest.mark.parametrize(
        "curve",
        [
            parametric_tag(0, 1.8),
            parametric_tag(1, 2.2, 0.95, 0.05),
            parametric_tag(2, 2.2, 0.90, 0.05, 0.02),
            SRGB_CURVE,
            parametric_tag(4, 2.2, 0.93, 0.06, 0.08, 0.05, 0.005, 0.002),
            table_tag(np.linspace(0, 1, 33) ** 2.0),
        ],
        ids=["kind 0", "kind 1", "kind 2", "kind 3", "kind 4", "table"],
    )
    def test_every_kind_of_curve_agrees_with_little_cms(self, curve):
        coded = np.arange(256, dtype=np.uint8).repeat(3).reshape(16, 16, 3)
        profile = matrix_profile("sRGB", curve)
        read = photo_colour_from_icc(profile).to_linear(coded, 255)
        little_cms = ImageCms.profileToProfile(
            Image.fromarray(coded),
            ImageCms.ImageCmsProfile(io.BytesIO(profile)),
            ImageCms.createProfile("sRGB"),
            renderingIntent=ImageCms.Intent.RELATIVE_COLORIMETRIC,
            flags=ImageCms.Flags.NOOPTIMIZE,
        )
        ours = srgb_encode(np.clip(read, 0, 1)) * 255
        assert np.abs(ours - np.asarray(little_cms, dtype=float)).max() < 0.75

    def test_the_profile_of_a_photo_is_found_and_named_in_every_format(self, tmp_path):
        linear = np.full((64, 64, 3), [0.45, 0.27, 0.19])
        coded = (encode(linear, "Display P3", srgb_encode) / 257.0).round().astype(np.uint8)
        profile = matrix_profile("Display P3", SRGB_CURVE)
        for kind in ("JPEG", "PNG", "TIFF"):
            path = tmp_path / f"photo.{kind}"
            options = {"quality": 100, "subsampling": "4:4:4"} if kind == "JPEG" else {}
            Image.fromarray(coded).save(path, kind, icc_profile=profile, **options)
            photo = read_photo(path)
            assert photo.colour_source == "ICC: Test"
            assert photo.warnings == ()
            # Two 8-bit codes, which JPEG's rounding can take; without the profile 0.037 is missed.
            np.testing.assert_allclose(photo.linear_rgb, linear, atol=0.009)

    def test_a_profile_holds_for_16_bit_files_too(self, tmp_path):
        linear = np.random.default_rng(3).uniform(0.05, 0.9, (20, 30, 3))
        coded = encode(linear, "Display P3", srgb_encode)
        header = io.BytesIO()
        Image.new("RGB", (1, 1)).save(
            header, "PNG", icc_profile=matrix_profile("Display P3", SRGB_CURVE)
        )
        start = header.getvalue().index(b"iCCP") - 4
        length = 12 + int.from_bytes(header.getvalue()[start : start + 4], "big")
        png = cv2.imencode(".png", coded[..., ::-1])[1].tobytes()
        path = tmp_path / "photo.png"
        path.write_bytes(png[:33] + header.getvalue()[start : start + length] + png[33:])
        photo = read_photo(path)
        assert (photo.bit_depth, photo.colour_source) == (16, "ICC: Test")
        np.testing.assert_allclose(photo.linear_rgb, linear, atol=1e-4)


class TestNamedSpaces:
    @pytest.mark.parametrize(
        ("rule", "space", "curve"),
        [
            (ADOBE_RGB, "Adobe RGB (1998)", lambda coded: coded ** (563 / 256)),
            (photo_colour_from_cicp(12, 13, "HEIC nclx"), "Display P3", srgb_decode),
            (photo_colour_from_cicp(9, 14, "HEIC nclx"), "ITU-R BT.2020", srgb_decode),
            (photo_colour_from_cicp(1, 1, "HEIC nclx"), "sRGB", srgb_decode),
        ],
    )
    def test_match_colour_science(self, rule: PhotoColour, space, curve):
        coded = np.random.default_rng(5).integers(0, 65536, (9, 9, 3)).astype(np.uint16)
        matrix = colour.matrix_RGB_to_RGB(exact_space(space), exact_space("sRGB"), None)
        expected = curve(coded / 65535.0) @ matrix.T
        np.testing.assert_allclose(rule.to_linear(coded, 65535), expected, atol=1e-5)

    @pytest.mark.parametrize(("primaries", "transfer"), [(9, 16), (1, 16), (22, 13), (1, 8)])
    def test_what_has_no_rule_is_refused(self, primaries, transfer):
        with pytest.raises(UnsupportedColourError) as refusal:
            photo_colour_from_cicp(primaries, transfer, "HEIC nclx")
        assert refusal.value.cure


def table_profile() -> bytes:
    """sRGB as a lut16 (ICC.1:2022 10.10): sRGB curves in, then a linear table to XYZ."""
    to_xyz = np.array(
        [[0.43607, 0.38515, 0.14307], [0.22249, 0.71687, 0.06061], [0.01392, 0.09708, 0.71410]]
    )
    curve = np.round(srgb_decode(np.linspace(0, 1, 1024)) * 65535).astype(int)
    corners = np.array(list(np.ndindex(2, 2, 2)), dtype=float) @ to_xyz.T
    table = np.round(corners * 32768).astype(int).ravel()
    straight = [0, 65535] * 3
    lut = b"mft2\0\0\0\0" + bytes([3, 3, 2, 0])
    lut += b"".join(map(fixed, np.eye(3).ravel())) + struct.pack(">HH", 1024, 2)
    lut += struct.pack(f">{3 * 1024}H", *curve, *curve, *curve)
    lut += struct.pack(f">{len(table)}H", *table) + struct.pack(">6H", *straight)
    return icc_profile({b"A2B0": lut})


class TestTableProfiles:
    def test_are_read_to_8_bit_with_a_warning(self):
        coded = np.random.default_rng(2).integers(0, 256, (40, 40, 3)).astype(np.uint8)
        rule = photo_colour_from_icc(table_profile())
        assert any("tables" in warning for warning in rule.warnings)
        difference = srgb_encode(rule.to_linear(coded, 255)) * 255 - coded
        assert np.abs(difference).max() < 1.01
        assert abs(difference.mean()) < 0.05

    def test_are_refused_for_16_bit_photos(self):
        rule = photo_colour_from_icc(table_profile())
        with pytest.raises(UnsupportedColourError, match="more than 8 bit"):
            rule.to_linear(np.zeros((2, 2, 3), np.uint16), 65535)


class TestOtherProfiles:
    def test_a_grey_profile_serves_a_grey_photo_only(self, tmp_path):
        profile = icc_profile({b"kTRC": gamma_tag(2.0)}, colour_space=b"GRAY")
        path = tmp_path / "photo.png"
        Image.new("L", (8, 8), 128).save(path, icc_profile=profile)
        np.testing.assert_allclose(read_photo(path).linear_rgb, (128 / 255) ** 2, atol=1e-6)
        Image.new("RGB", (8, 8), (150, 120, 110)).save(path, icc_profile=profile)
        with pytest.raises(UnsupportedColourError, match="grey photos"):
            read_photo(path)

    def test_a_profile_that_names_hlg_is_read_as_hlg_and_pq_is_refused(self):
        def profile(transfer: int) -> bytes:
            tag = b"cicp\0\0\0\0" + bytes([9, transfer, 0, 1])
            return icc_profile({b"cicp": tag, **colorant_tags("ITU-R BT.2020")})

        rule = photo_colour_from_icc(profile(18))
        assert rule.source == "ICC: Test: BT.2020, HLG"
        with pytest.raises(UnsupportedColourError, match="PQ"):
            photo_colour_from_icc(profile(16))

    @pytest.mark.parametrize(
        "profile",
        [
            b"not a profile",
            matrix_profile("sRGB", SRGB_CURVE)[:300],
            matrix_profile("sRGB", b"curv\0\0\0\0" + struct.pack(">I", 4_000_000)),
            matrix_profile("sRGB", parametric_tag(9, 1.0)),
            matrix_profile("sRGB", gamma_tag(0.0)),
            icc_profile(colorant_tags("sRGB")),
            icc_profile({b"kTRC": gamma_tag(2.2)}, colour_space=b"CMYK"),
            icc_profile(
                {b"rXYZ": xyz_tag(np.ones(3)), b"gXYZ": xyz_tag(np.ones(3))}
                | {b"bXYZ": xyz_tag(np.ones(3)), b"rTRC": SRGB_CURVE}
                | {b"gTRC": SRGB_CURVE, b"bTRC": SRGB_CURVE}
            ),
        ],
        ids=[
            "no profile",
            "cut off",
            "curve too short",
            "unknown curve",
            "flat curve",
            "no curve",
            "printing ink",
            "white that is not white",
        ],
    )
    def test_what_cannot_be_trusted_is_refused_with_a_cure(self, profile):
        with pytest.raises(UnsupportedColourError) as refusal:
            photo_colour_from_icc(profile)
        assert refusal.value.cure
