"""What is asked when a trial is begun, treated, or planned."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

__all__ = ["BeginForm", "PlannerForm", "designs"]

DESIGN_WORDS = [
    ("split-face", _("One side of the face")),
    ("before-after", _("The whole face, before and after")),
    ("alternating", _("A cream or gel, on and off")),
]


def designs() -> list[dict[str, Any]]:
    """The designs with what each can and cannot show."""
    return [
        {
            "name": "split-face",
            "title": DESIGN_WORDS[0][1],
            "does": _(
                "Chance picks one side; only that side is treated, and the two sides are compared. This"
                " can show that the treatment did it. For a test patch of injections or light."
            ),
            "best": True,
        },
        {
            "name": "alternating",
            "title": DESIGN_WORDS[2][1],
            "does": _(
                "Chance picks the side or the day, again and again, in pairs. This can show that the"
                " treatment did it. Only for what wears off within hours or a day."
            ),
            "best": False,
        },
        {
            "name": "before-after",
            "title": DESIGN_WORDS[1][1],
            "does": _(
                "The whole face is treated. This can show that something changed, hardly that the"
                " treatment did it: redness also falls by itself and with habit. It needs many"
                " recordings."
            ),
            "best": False,
        },
    ]


def _treatments() -> list[tuple[str, str]]:
    from rubor.treatments.catalogue import catalogue
    from rubor.web.people.templatetags.library import library_text

    return [
        ("", str(_("Choose one"))),
        *((entry.id, library_text(entry.title)) for entry in catalogue()),
        ("other", str(_("Something else"))),
    ]


class BeginForm(forms.Form):
    """All that is fixed before anything is seen."""

    name = forms.CharField(
        max_length=80, label=_("What do you call this trial?"), initial=_("My trial")
    )
    design = forms.ChoiceField(choices=DESIGN_WORDS, initial="split-face")
    treatment = forms.ChoiceField(choices=_treatments, label=_("What is tried?"))
    regions = forms.MultipleChoiceField(
        choices=[
            ("cheek", _("cheeks")),
            ("jaw", _("jaw")),
            ("forehead", _("forehead")),
            ("nose", _("nose (not when sides are compared)")),
            ("chin", _("chin (not when sides are compared)")),
        ],
        initial=["cheek"],
        widget=forms.CheckboxSelectMultiple,
        label=_("Which skin is compared?"),
    )
    smallest_percent = forms.IntegerField(
        min_value=1,
        max_value=99,
        label=_("The smallest effect that matters to you, in per cent"),
        help_text=_("It is fixed now, so that nobody can move the goal afterwards."),
    )
    blinded = forms.BooleanField(
        required=False,
        label=_("Do not show me what was drawn until I ask"),
        help_text=_("Whoever treats has to know it; whoever records should rather not."),
    )
    alternate = forms.ChoiceField(
        choices=[("side", _("sides")), ("day", _("days"))],
        required=False,
        initial="side",
        label=_("What alternates?"),
    )
    pairs = forms.IntegerField(
        min_value=1, max_value=200, required=False, initial=6, label=_("How many pairs?")
    )
    start_dates = forms.CharField(
        required=False,
        label=_("Days on which the treatment could be"),
        help_text=_(
            "Optional. Two or more days as YEAR-MONTH-DAY, with spaces between. Chance picks one, so that"
            " the treatment can be told from what would have happened anyway."
        ),
    )

    def clean_start_dates(self) -> list[date] | None:
        """The days in order."""
        words = self.cleaned_data["start_dates"].replace(",", " ").split()
        try:
            return sorted(date.fromisoformat(word) for word in words) or None
        except ValueError:
            raise forms.ValidationError(
                _("Write each day as YEAR-MONTH-DAY, such as 2027-03-01.")
            ) from None

    def arguments(self) -> dict[str, Any]:
        """What `begin_trial` takes, for the chosen design only."""
        given = self.cleaned_data
        chosen: dict[str, Any] = {
            "name": given["name"],
            "design": given["design"],
            "treatment": given["treatment"],
            "regions": given["regions"],
            "smallest_effect": given["smallest_percent"] / 100.0,
            "blinded": given["blinded"],
        }
        if given["design"] == "alternating":
            chosen |= {"alternate": given["alternate"] or "side", "pairs": given["pairs"]}
        if given["design"] == "before-after":
            chosen |= {"start_dates": given["start_dates"]}
        return chosen


class PlannerForm(forms.Form):
    """What is supposed when a trial is planned."""

    design = forms.ChoiceField(choices=DESIGN_WORDS, initial="split-face", label=_("Design"))
    before = forms.IntegerField(
        min_value=3, max_value=40, initial=4, label=_("Recordings before the treatment")
    )
    after = forms.IntegerField(
        min_value=3,
        max_value=60,
        initial=5,
        label=_("Recordings after it (or pairs, when it alternates)"),
    )
    reduction_percent = forms.IntegerField(
        min_value=5,
        max_value=95,
        initial=50,
        label=_("If the blush truly gets smaller by, in per cent"),
    )
    smallest_percent = forms.IntegerField(
        min_value=1,
        max_value=90,
        initial=25,
        label=_("The smallest effect that matters, in per cent"),
    )
