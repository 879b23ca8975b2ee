"""What a file that was handed in really is: decided by decoding, never by its name."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rubor.vision.media_file import MediaFile

__all__ = ["check_decodes", "may_be_kept"]


def check_decodes(source: MediaFile) -> None:
    """Decode a photo, or the first picture of a video.

    Raises:
        RuborError: it is neither, or cannot be measured, with the reason and the cure.
    """
    from rubor.vision.photo import is_photo, read_photo
    from rubor.vision.video import VideoFile

    if is_photo(source):
        read_photo(source)
    else:
        VideoFile(source, threads=1).close()


def may_be_kept(source: MediaFile) -> bool:
    """Whether a file may stay after measuring: a video that does not say where it was taken.

    A photo says that in many ways, and is of no use once it is measured. In a video all tags that
    FFmpeg reads are looked at.
    """
    import av

    from rubor.vision.decoder_input import OPEN_NOTHING_ELSE
    from rubor.vision.photo import is_photo

    if is_photo(source):
        return False
    with (
        source.open() as stream,
        av.open(stream, metadata_errors="ignore", options=OPEN_NOTHING_ELSE) as container,
    ):
        tags = [container.metadata, *(stream.metadata for stream in container.streams)]
        keys = [key.lower() for one in tags for key in one]
        return not any(word in key for key in keys for word in ("location", "gps", "xyz"))
