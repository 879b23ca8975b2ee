"""A measured smile in words, in the language of the page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from rubor.web.people.templatetags.library import library_text

if TYPE_CHECKING:
    from rubor.pathway.smile import SideExcursion, Smile
    from rubor.pathway.smile_change import SmileChange

__all__ = ["advice_rows", "measured_rows", "script_words", "side_notes"]


def measured_rows(smile: Smile) -> list[dict[str, Any]]:
    """The excursion of each side with its interval."""
    return [
        _side("left", _("your own left"), smile.left),
        _side("right", _("your own right"), smile.right),
    ]


def side_notes(smile: Smile) -> list[str]:
    """What to know about the measurement."""
    basis = {
        "frames": _(
            "The error comes from the noise of the pictures of one smile. How differently you smile"
            " from time to time is not in it: three broad smiles in one video would tell."
        ),
        "smiles": _("The error comes from how much your smiles in this video differ."),
        "published": _("The error is the published one of two sessions."),
    }
    return [basis[smile.repeat_basis], *(library_text(note) for note in smile.scale.notes)]


def advice_rows(change: SmileChange | None) -> list[dict[str, str]]:
    """What goes with it, each with what it rests on."""
    from rubor.pathway.smile_change import symmetry_advice

    advice = (symmetry_advice(),) if change is None else change.advice
    return [
        {
            "text": library_text(one.text),
            "rule": one.rule,
            "source": one.source,
            "strength": one.strength,
        }
        for one in advice
    ]


def script_words() -> dict[str, Any]:
    """Sentences of the page on which a smile is filmed; `{...}` is filled in there."""
    return {
        "ready": _("Look straight into the camera, with your mouth at rest."),
        "rest": _("Mouth at rest. {count}"),
        "smile": _("Smile as broadly as you can! {count}"),
        "step": _("Smile {number} of {all}"),
        "sending": _("Handing it in: {percent} %"),
        "checking": _("All there. Checking that it can be read…"),
        "lost": _("The connection is gone. This goes on by itself when it is back."),
        "no_file": _("Choose a file first."),
        "not_a_video": _("Choose a video: one photo shows no movement."),
        "no_mirrored": _("Say whether the picture is mirrored."),
        "bad_mm": _("Write the distance as a number of millimetres, such as 92."),
        "failed": _("The film could not be handed in. Try again."),
        "no_tone": _("Choose the colour of your skin in the settings first."),
        "stopped": _("Stopped. Nothing was handed in."),
        "insecure": _("The camera works only at the address that Rubor itself opened."),
        "no_recorder": _("This browser cannot record video. Choose a file instead."),
        "denied": _("The camera may not be used. Allow it for this address, then try again."),
        "no_camera": _("There is no camera. Connect one, or choose a file."),
        "in_use": _("Another program uses the camera. Close it, then try again."),
        "camera_failed": _("The camera did not start. Try again, or choose a file."),
    }


def _side(key: str, name: str, side: SideExcursion) -> dict[str, Any]:
    return {
        "key": key,
        "name": name,
        "excursion": side.excursion_mm,
        "low": side.interval_95_mm[0],
        "high": side.interval_95_mm[1],
        "repeat_error": side.repeat_error_95_mm,
        "outward": side.outward_mm,
        "upward": side.upward_mm,
        "above": side.above_repeat_error,
    }
