"""What the scripts of the recording page say, in the language of the page."""

from __future__ import annotations

from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

__all__ = ["STEP_TITLES", "TASK_TITLES", "script_words"]

STEP_TITLES: Final[dict[str, Promise]] = {
    "acclimatise": gettext_lazy("Settle in"),
    "baseline": gettext_lazy("Rest"),
    "control task": gettext_lazy("Read aloud"),
    "provocation": gettext_lazy("The task of today"),
    "recovery": gettext_lazy("Rest again"),
}

TASK_TITLES: Final[dict[str, Promise]] = {
    "singing": gettext_lazy("Sing a song"),
    "speech": gettext_lazy("Speak about yourself"),
    "own recording": gettext_lazy("Watch yourself sing"),
}


def script_words() -> dict[str, str]:
    """By the key that the scripts know. Parts in braces are filled in by them."""
    return {
        # The camera.
        "insecure": _("The browser lets a page use the camera only at a safe address."),
        "insecure_cure": _("Open Rubor on this computer at 127.0.0.1, as `rubor serve` does."),
        "no_recorder": _("This browser cannot record the kind of video that Rubor needs (VP8)."),
        "no_recorder_cure": _(
            "Use a new Chrome, Edge, Firefox or Chromium, or record with the camera's own program and"
            " hand in the file."
        ),
        "denied": _("The browser may not use the camera."),
        "denied_cure": _(
            "Click the camera sign beside the address, allow the camera, and try again. On a Mac, look"
            " in System Settings, Privacy, Camera."
        ),
        "no_camera": _("No camera is found."),
        "no_camera_cure": _("Plug one in, or open its cover, and try again."),
        "in_use": _("The camera is used by another program."),
        "in_use_cure": _("Close video calls and other programs with the camera, and try again."),
        "camera_failed": _("The camera did not start ({reason})."),
        "camera_failed_cure": _("Unplug it and plug it in again, or start the computer anew."),
        "camera_ended": _("The camera stopped."),
        "camera_number": _("Camera {number}"),
        "locked": _("Held fixed by the browser: {settings}."),
        "not_locked": _(
            "This browser cannot hold the camera's colours fixed. If the camera has a program of its"
            " own, switch off automatic white balance there."
        ),
        "white_balance": _("white balance"),
        "exposure": _("exposure"),
        "focus": _("focus"),
        "blur_off": _("background blur off"),
        # Checks of the picture.
        "ok": _("OK"),
        "mend": _("To mend"),
        "waiting": _("Looking"),
        "face": _("Face in place"),
        "face_ok": _("One face, whole, near and straight."),
        "face_waiting": _("Looking for your face."),
        "face_unreachable": _("The app does not answer, so your face cannot be looked for."),
        "bright": _("Enough light"),
        "bright_ok": _("Your face is bright enough."),
        "bright_mend": _("Your face is too dark. Add soft light from the front."),
        "clipped": _("Not too bright"),
        "clipped_ok": _("Nothing in the oval is white without detail."),
        "clipped_mend": _("Parts are white or black without detail. Soften the light."),
        "even": _("Light from both sides alike"),
        "even_ok": _("Both halves of the oval get about the same light."),
        "even_mend": _("One side is much brighter. Turn to face the light."),
        "still": _("Still"),
        "still_ok": _("The picture holds still."),
        "still_mend": _("There is movement. Lean your head on something, and put the camera down."),
        "balance": _("Colours hold still"),
        "balance_ok": _("The colour of the surroundings did not move in the last seconds."),
        "balance_mend": _(
            "The colour of the surroundings moves. Wait, or use lamps instead of the sky."
        ),
        "balance_waiting": _("Watching the colour of the surroundings."),
        "rate": _("Pictures a second"),
        "rate_ok": _("{rate} pictures a second."),
        "rate_mend": _("Only {rate} pictures a second. Add light, and close other programs."),
        "all_ok": _("All checks are OK."),
        "some_mend": _("To mend: {names}."),
        # The check of the recorder.
        "path": _("The recorder keeps colours"),
        "path_waiting": _("A known picture goes through the browser's recorder."),
        "path_ok": _("A known picture came back with its colours."),
        "path_failed": _("The recorder could not be checked ({reason})."),
        "path_noted": _("The check of the recorder was not passed. {reason}"),
        "range": _("The camera's range"),
        "range_waiting": _("Looking at the darkest and brightest parts."),
        "range_ok": _("Nothing goes beyond the black and white that a recording can hold."),
        # The session.
        "step_of": _("Step {number} of {all}"),
        "left": _("{time} left"),
        "noted": _("Noted at {time}."),
        "come_back": _("Your face has left the picture. Move back a little."),
        "slept": _("The computer slept, so the recording ended."),
        "leave": _("A recording is running."),
        "no_space": _("This browser has no room to keep the recording for a moment."),
        "no_space_cure": _("Free some disk space, and do not record in a private window."),
        "recorder_failed": _("The browser's recorder stopped ({reason})."),
        # Sending.
        "sending": _("Sending: {share} %"),
        "waiting_for_app": _(
            "The app does not answer. What is recorded is kept in this browser and sent as soon as it"
            " answers."
        ),
        "closed": _(
            "The app was started anew. Open it again with `rubor serve`; what is recorded is kept in"
            " this browser until then."
        ),
        "sent": _("Everything has arrived."),
    }
