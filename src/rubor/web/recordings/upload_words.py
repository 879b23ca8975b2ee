"""What the script of the upload page says, in the language of the page."""

from __future__ import annotations

from django.utils.translation import gettext as _

__all__ = ["upload_words"]


def upload_words() -> dict[str, str]:
    """Sentences by the names that `upload.js` knows; `{...}` is filled in there."""
    return {
        "no_file": _("Choose a file first."),
        "empty": _("This file is empty. Copy it again from the camera."),
        "too_large": _("This file is larger than {most} GB. Cut it to the part with your face."),
        "no_mirrored": _("Say whether the picture is mirrored."),
        "no_tone": _("Choose the nearest of the six skin tones."),
        "bad_time": _("Write times as minutes and seconds, such as 1:30."),
        "needs_begin": _("Say when it began."),
        "needs_quiet": _("Say from when to when you sat quietly."),
        "wrong_order": _("The end has to come after the beginning."),
        "reading": _("Looking at the file…"),
        "progress": _("{percent} % handed in: {done} of {total} MB"),
        "seconds_left": _("about {count} s left"),
        "minutes_left": _("about {count} min left"),
        "paused": _("Paused. What was handed in is kept."),
        "lost": _(
            "The connection is gone. Nothing is lost: this goes on by itself when it is back."
        ),
        "lost_before": _("The app does not answer. See that it runs, then hand the file in again."),
        "gone_on": _("This file was begun before: it goes on where it was."),
        "checking": _("All there. Checking that it can be read…"),
        "done": _("Handed in"),
        "there_already": _("This file was handed in already"),
        "changed": _("The file on this device has changed. Choose it again."),
        "load_again": _("Load this page again and choose the same file: it goes on where it was."),
        "no_preview": _(
            "This browser cannot show this file. That does not matter: Rubor may still read it."
        ),
    }
