"""What this installation has and lacks, one check at a time.

A check never raises: what it runs into is what it finds.
"""

from __future__ import annotations

import importlib
import importlib.metadata
import importlib.util
import platform
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from rubor._version import __version__

__all__ = ["Check", "check_installation"]

_OLDEST_PYTHON = (3, 11)
_FREE_DISK_BYTES = 1_000_000_000

# Module and distribution.
_LIBRARIES = (
    ("av", "av"),
    ("ai_edge_litert.interpreter", "ai-edge-litert"),
    ("colour", "colour-science"),
    ("cv2", "opencv-python-headless"),
    ("jinja2", "jinja2"),
    ("matplotlib", "matplotlib"),
    ("numpy", "numpy"),
    ("pandas", "pandas"),
    ("pi_heif", "pi-heif"),
    ("PIL.Image", "pillow"),
    ("pyarrow.parquet", "pyarrow"),
    ("scipy", "scipy"),
    ("skimage", "scikit-image"),
    ("typst", "typst"),
)

# Codec, FFmpeg's decoders that work without special hardware, and whose videos it is in.
_CODECS = (
    ("H.264", ("h264",), "most phones and cameras"),
    ("HEVC", ("hevc",), "newer phones"),
    ("VP8", ("vp8", "libvpx"), "browser recordings"),
    ("VP9", ("vp9", "libvpx-vp9"), "browser recordings"),
    ("AV1", ("libdav1d", "libaom-av1"), "the newest phones and browsers"),
    ("MPEG-4", ("mpeg4",), "older cameras"),
)


@dataclass(frozen=True)
class Check:
    """One thing that an installation has or lacks.

    Attributes:
        name: what was looked at.
        ok: whether it is as it should be.
        needed: whether measuring works without it.
        found: what there is.
        cure: what to do; empty where all is well.
    """

    name: str
    ok: bool
    needed: bool
    found: str
    cure: str = ""


def check_installation() -> tuple[Check, ...]:
    """Look at everything that measuring needs, and at what else there may be."""
    return (
        Check("rubor", True, True, __version__),
        _python(),
        *(_library(*library) for library in _LIBRARIES),
        *_face_models(),
        *(_codec(*codec) for codec in _CODECS),
        _heic(),
        _temporary_folder(),
        _web(),
        _measuring(),
    )


def _python() -> Check:
    wanted = ".".join(map(str, _OLDEST_PYTHON))
    found = f"{platform.python_version()} on {platform.system()} {platform.machine()}"
    ok = sys.version_info >= _OLDEST_PYTHON
    return Check("Python", ok, True, found, "" if ok else f"Install Python {wanted} or newer.")


def _library(module: str, distribution: str) -> Check:
    try:
        importlib.import_module(module)
    except Exception as error:
        cure = f'Run: "{sys.executable}" -m pip install --force-reinstall {distribution}'
        return Check(distribution, False, True, _in_words(error), cure)
    return Check(distribution, True, True, importlib.metadata.version(distribution))


def _face_models() -> Iterator[Check]:
    from rubor.errors import MissingModelError
    from rubor.vision.face_models import MODELS_FOLDER, check_model, face_models

    for model in face_models().values():
        name = f"face model {model.name}"
        try:
            check_model(model, MODELS_FOLDER)
        except MissingModelError as error:
            yield Check(name, False, True, error.message, error.cure)
        else:
            yield Check(name, True, True, "there, and its SHA-256 sum is right")


def _codec(name: str, decoders: tuple[str, ...], seen_in: str) -> Check:
    def find() -> str:
        import av

        there = [decoder for decoder in decoders if decoder in av.codecs_available]
        if not there:
            raise LookupError(f"no decoder of {' or '.join(decoders)}")
        return f"decoder {there[0]}"

    cure = (
        f"Videos of {seen_in} cannot be read. Install PyAV with FFmpeg's usual decoders:"
        f' "{sys.executable}" -m pip install --force-reinstall --only-binary av av'
    )
    return _find(f"{name} video", find, cure)


def _heic() -> Check:
    def find() -> str:
        import pi_heif

        decoders = pi_heif.libheif_info()["decoders"]
        if not decoders:
            raise LookupError("no decoder")
        return ", ".join(map(str, decoders))

    cure = f'HEIC photos cannot be read. Run: "{sys.executable}" -m pip install --force-reinstall pi-heif'
    return _find("HEIC photos", find, cure)


def _temporary_folder() -> Check:
    """A file of a tenth of a gigabyte is put there for ten minutes of video."""
    name = "folder for temporary files"
    cure = "Name another folder in the environment variable TMPDIR (on Windows: TEMP)."
    try:
        folder = Path(tempfile.gettempdir())
        with tempfile.TemporaryFile(dir=folder) as file:
            file.write(b"rubor")
        free = shutil.disk_usage(folder).free
    except OSError as error:
        return Check(name, False, True, _in_words(error), cure)
    found = f"{folder}, {free / 1e9:.1f} GB free"
    if free < _FREE_DISK_BYTES:
        return Check(name, False, False, found, f"Make room: long videos need 1 GB. {cure}")
    return Check(name, True, True, found)


def _web() -> Check:
    name = "web app"
    if importlib.util.find_spec("django") is None:
        cure = f'Needed by `rubor serve` alone. Run: "{sys.executable}" -m pip install "rubor[web]"'
        return Check(name, False, False, "Django is not installed", cure)
    return Check(name, True, False, f"Django {importlib.metadata.version('django')}")


def _measuring() -> Check:
    """Measure a real face, small as it is: the portrait that comes with scikit-image."""
    name = "measuring a face"
    cure = "Mend what is wrong above; if nothing is, report this line."
    try:
        import skimage.data
        from PIL import Image

        from rubor.measurement import measure

        with tempfile.TemporaryDirectory(prefix="rubor-doctor-") as folder:
            portrait = Path(folder, "portrait.png")
            pixels = skimage.data.astronaut()  # type: ignore[no-untyped-call]
            Image.fromarray(pixels).save(portrait)
            recording = measure(portrait)
        valid = recording.traces["valid"]
        if not valid.any():
            raise LookupError("no region of the face could be measured")
    except Exception as error:
        return Check(name, False, True, _in_words(error), cure)
    return Check(name, True, True, f"{valid.sum()} of {len(valid)} regions of a portrait")


def _find(name: str, find: Callable[[], str], cure: str) -> Check:
    """A check of something that measuring as such does not need."""
    try:
        return Check(name, True, False, find())
    except Exception as error:
        return Check(name, False, False, _in_words(error), cure)


def _in_words(error: Exception) -> str:
    return " ".join(f"{type(error).__name__}: {error}".split())
