"""What is asked of a diary entry: a blush in daily life, a side effect, or a note."""

from __future__ import annotations

from datetime import date
from typing import Any, Final

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from rubor.errors import InputError
from rubor.web.people.models import Person
from rubor.web.people.templatetags.library import library_text
from rubor.web.treatments.models import Treatment
from rubor.web.treatments.words import SIDES

__all__ = ["FORM_OF_KIND", "TRIGGERS", "BlushForm", "EntryForm", "NoteForm", "SideEffectForm"]

TRIGGERS: Final = [
    ("attention", gettext_lazy("being seen or spoken to")),
    ("warmth", gettext_lazy("warmth")),
    ("food", gettext_lazy("food or drink")),
    ("nothing", gettext_lazy("nothing that I know of")),
    ("other", gettext_lazy("something else")),
]

_LONGEST_NOTE: Final = 2000
_SCALE: Final = [(number, str(number)) for number in range(11)]


class EntryForm(forms.Form):
    """What every entry has."""

    on = forms.DateField(
        label=gettext_lazy("Day"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    note = forms.CharField(
        max_length=_LONGEST_NOTE,
        required=False,
        label=gettext_lazy("Anything else"),
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, *args: Any, person: Person, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.person = person
        self.fields["on"].widget.attrs["max"] = timezone.localdate().isoformat()

    def clean_on(self) -> date:
        """A day that has been."""
        day: date = self.cleaned_data["on"]
        if day > timezone.localdate():
            raise forms.ValidationError(_("That day is still to come."))
        return day

    def columns(self) -> dict[str, Any]:
        """The columns of an `Entry`."""
        return dict(self.cleaned_data)


class BlushForm(EntryForm):
    """A blush that was felt in daily life."""

    field_order = ("on", "at", "redness", "fear", "minutes", "trigger", "seen_by_others", "note")

    at = forms.TimeField(
        required=False,
        label=gettext_lazy("Time"),
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
    )
    redness = forms.TypedChoiceField(
        coerce=int,
        choices=_SCALE,
        widget=forms.RadioSelect,
        label=gettext_lazy("How red did you feel?"),
        help_text=gettext_lazy("0 is not at all, 10 as red as can be."),
    )
    fear = forms.TypedChoiceField(
        coerce=int,
        choices=_SCALE,
        widget=forms.RadioSelect,
        label=gettext_lazy("How much did you fear it?"),
        help_text=gettext_lazy("0 is not at all, 10 as much as can be."),
    )
    minutes = forms.IntegerField(
        min_value=0,
        max_value=1440,
        required=False,
        label=gettext_lazy("How long did it last, in minutes?"),
    )
    trigger = forms.ChoiceField(
        choices=[("", gettext_lazy("not said")), *TRIGGERS],
        required=False,
        label=gettext_lazy("What set it off?"),
    )
    seen_by_others = forms.NullBooleanField(
        label=gettext_lazy("Were others there?"),
        widget=forms.Select(
            choices=[
                ("", gettext_lazy("not said")),
                ("true", gettext_lazy("yes")),
                ("false", gettext_lazy("no")),
            ]
        ),
    )


class SideEffectForm(EntryForm):
    """A side effect of one treatment; checked by the library."""

    field_order = ("effect", "severity", "side", "on", "note")

    effect = forms.ChoiceField(label=gettext_lazy("What is it?"))
    severity = forms.TypedChoiceField(
        coerce=int,
        choices=_SCALE,
        widget=forms.RadioSelect,
        label=gettext_lazy("How bad is it?"),
        help_text=gettext_lazy("0 means that it has gone, 10 is as bad as can be."),
    )
    side = forms.ChoiceField(
        choices=[("", gettext_lazy("it has no side")), *SIDES],
        required=False,
        label=gettext_lazy("Which side?"),
        help_text=gettext_lazy("Your own left and right, not those of the mirror."),
    )

    def __init__(self, *args: Any, person: Person, treatment: Treatment, **kwargs: Any) -> None:
        from rubor.pathway.side_effects import side_effects
        from rubor.web.people.templatetags.library import library_text

        super().__init__(*args, person=person, **kwargs)
        self.treatment = treatment
        chosen = self.fields["effect"]
        assert isinstance(chosen, forms.ChoiceField)
        chosen.choices = [
            ("", _("Choose")),
            *((effect.id, library_text(effect.label)) for effect in side_effects(treatment.kind)),
        ]

    def clean(self) -> dict[str, Any]:
        """Checked as the library checks a diary."""
        from rubor.pathway.side_effects import check_diary_entry, side_effect

        given = super().clean() or {}
        if not {"on", "effect", "severity", "side", "note"} <= given.keys():
            return given
        effect = side_effect(given["effect"])
        if given["on"] < self.treatment.treated_on:
            self.add_error("on", _("That day is before the treatment."))
        elif effect.sides and not given["side"]:
            self.add_error("side", _("Say on which side it is."))
        else:
            try:
                check_diary_entry(
                    {
                        "on": given["on"],
                        "effect": effect.id,
                        "severity": given["severity"],
                        "note": given["note"],
                        # What was chosen before another effect was says nothing of this one.
                        **({"side": given["side"]} if effect.sides else {}),
                    },
                    treatment=self.treatment.kind,
                    treated_on=self.treatment.treated_on,
                    today=timezone.localdate(),
                )
            except InputError as error:
                raise forms.ValidationError(library_text(str(error))) from error
        if not effect.sides:
            given["side"] = ""
        return given

    def columns(self) -> dict[str, Any]:
        """The columns of an `Entry`."""
        return {**super().columns(), "treatment": self.treatment}


class NoteForm(EntryForm):
    """Anything worth remembering."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["note"].required = True
        self.fields["note"].label = _("What happened?")
        self.fields["note"].widget.attrs["rows"] = 6


FORM_OF_KIND: Final[dict[str, type[EntryForm]]] = {
    "blush": BlushForm,
    "side effect": SideEffectForm,
    "note": NoteForm,
}
