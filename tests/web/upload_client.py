"""A file as a browser hands it in, and files to hand in."""

from __future__ import annotations

import io
import json
from functools import cache
from typing import Any

import av
import numpy as np
from django.test import Client

__all__ = ["PIECE_BYTES", "announce", "finish", "put", "send_all", "small_photo", "small_video"]

PIECE_BYTES = 20_000


def announce(client: Client, video: bytes, **said: Any) -> Any:
    """The answer to an announcement of these bytes."""
    announced = {
        "source": "file",
        "file_name": "clip.mp4",
        "media_type": "video/mp4",
        "bytes": len(video),
        "fingerprint": "f" * 64,
        "mirrored": False,
        "keep_video": False,
        **said,
    }
    return post(client, "/recordings/begin/", announced)


def post(client: Client, url: str, said: Any) -> Any:
    return client.post(
        url,
        json.dumps(said),
        content_type="application/json",
        headers={"accept": "application/json"},
    )


def put(client: Client, begun: dict[str, Any], number: int, data: bytes) -> Any:
    """The answer to one piece."""
    url = begun["urls"]["chunk"].replace("/chunks/0/", f"/chunks/{number}/")
    return client.put(
        url,
        data,
        content_type="application/octet-stream",
        headers={"accept": "application/json"},
    )


def send_all(client: Client, begun: dict[str, Any], video: bytes) -> None:
    """All pieces from the next one on."""
    number = begun["next_chunk"]
    for start in range(begun["bytes"], len(video), PIECE_BYTES):
        answer = put(client, begun, number, video[start : start + PIECE_BYTES])
        assert answer.status_code == 200, answer.content
        number += 1


def finish(client: Client, begun: dict[str, Any], video: bytes, **said: Any) -> Any:
    """The answer to the end of the upload."""
    pieces = -(-len(video) // PIECE_BYTES)
    whole = {"chunks": pieces, "bytes": len(video), **said}
    return post(client, begun["urls"]["finish"], whole)


@cache
def small_video(place: str = "") -> bytes:
    """An MP4 of ten pictures of noise; with a place, if one is named, as a phone writes it."""
    random = np.random.default_rng(7)
    buffer = io.BytesIO()
    with av.open(buffer, "w", format="mp4") as container:
        if place:
            container.metadata["location"] = place
        stream = container.add_stream("mpeg4", rate=10)
        stream.width, stream.height, stream.pix_fmt = 160, 120, "yuv420p"  # type: ignore[attr-defined]
        stream.bit_rate = 4_000_000  # type: ignore[attr-defined]
        for _ in range(10):
            picture = random.integers(0, 255, (120, 160, 3), dtype=np.uint8)
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture)))  # type: ignore[attr-defined]
        container.mux(stream.encode())  # type: ignore[attr-defined]
    return buffer.getvalue()


@cache
def small_photo() -> bytes:
    """A JPEG that says where it was taken."""
    from PIL import Image

    random = np.random.default_rng(7)
    picture = Image.fromarray(random.integers(0, 255, (120, 160, 3), dtype=np.uint8))
    exif = Image.Exif()
    exif[0x010F] = "MakerOfTheCamera"
    exif.get_ifd(0x8825)[2] = (57.0, 42.0, 0.0)
    buffer = io.BytesIO()
    picture.save(buffer, "JPEG", exif=exif)
    return buffer.getvalue()
