"""What is asked of a treatment."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any, Final

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from rubor.web.people.models import Person
from rubor.web.people.templatetags.library import library_text
from rubor.web.treatments.models import Treatment
from rubor.web.treatments.words import SIDES
from rubor.web.trials.models import Trial

__all__ = ["OTHER", "TreatmentForm"]

OTHER: Final = "other"
"""Kind of a treatment that the catalogue has not; trials call it so too."""


def _kinds() -> list[tuple[str, str]]:
    from rubor.treatments.catalogue import catalogue

    return [
        *((entry.id, library_text(entry.title)) for entry in catalogue()),
        (OTHER, _("Something else")),
    ]


if TYPE_CHECKING:
    _OneTrial = forms.ModelChoiceField[Trial]
else:  # which has no type arguments at run time
    _OneTrial = forms.ModelChoiceField


class _TrialField(_OneTrial):
    """A trial by its own name."""

    def label_from_instance(self, obj: Trial) -> str:
        return str(obj.document["name"])


class TreatmentForm(forms.Form):
    """One session, or the first day of something that is used every day."""

    kind = forms.ChoiceField(choices=_kinds, label=gettext_lazy("What was it?"))
    treated_on = forms.DateField(
        label=gettext_lazy("Day"),
        help_text=gettext_lazy("Of something that is used every day, the first day."),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    side = forms.ChoiceField(
        choices=SIDES,
        initial="both",
        widget=forms.RadioSelect,
        label=gettext_lazy("Which side of the face?"),
        help_text=gettext_lazy("Your own left and right, not those of the mirror."),
    )
    trial = _TrialField(
        Trial.objects.none(),
        required=False,
        label=gettext_lazy("Does it belong to a trial?"),
        empty_label=gettext_lazy("no"),
        help_text=gettext_lazy("Its day is then noted in the trial too."),
    )
    product = forms.CharField(
        max_length=60,
        required=False,
        label=gettext_lazy("Product"),
        help_text=gettext_lazy("As it stands on the package, with its strength."),
    )
    lot = forms.CharField(
        max_length=60,
        required=False,
        label=gettext_lazy("Lot"),
        help_text=gettext_lazy("From the package or its sticker. It helps if something is wrong."),
    )
    points = forms.IntegerField(
        min_value=1,
        max_value=2000,
        required=False,
        label=gettext_lazy("How many points or pulses?"),
    )
    given_by = forms.CharField(
        max_length=120, required=False, label=gettext_lazy("Who treated you?")
    )
    place = forms.CharField(max_length=120, required=False, label=gettext_lazy("Where?"))
    price = forms.DecimalField(
        min_value=0,
        max_digits=9,
        decimal_places=2,
        required=False,
        label=gettext_lazy("Price"),
        help_text=gettext_lazy(
            "What this session cost; of something that is used every day, a month of it."
        ),
    )
    currency = forms.RegexField(
        r"^[A-Za-z]{3}$",
        required=False,
        label=gettext_lazy("Currency"),
        help_text=gettext_lazy("Three letters, such as GBP, EUR or SEK."),
        error_messages={"invalid": gettext_lazy("Write three letters, such as GBP.")},
        widget=forms.TextInput(attrs={"maxlength": 3, "autocapitalize": "characters"}),
    )
    note = forms.CharField(
        max_length=4000,
        required=False,
        label=gettext_lazy("Anything else"),
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    reason = forms.CharField(
        max_length=200,
        required=False,
        label=gettext_lazy("Why is the day put right?"),
        help_text=gettext_lazy(
            "Only if you change the day of a treatment that belongs to a trial. It stays on record there."
        ),
    )

    def __init__(
        self, *args: Any, person: Person, treatment: Treatment | None = None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.treatment = treatment
        self.fields["treated_on"].widget.attrs["max"] = timezone.localdate().isoformat()
        trial = self.fields["trial"]
        assert isinstance(trial, forms.ModelChoiceField)
        trial.queryset = person.trials.filter(closed_at=None).exclude(
            document__design="alternating"
        )
        if treatment is not None and treatment.trial_id is not None:
            del self.fields["trial"]
        else:
            del self.fields["reason"]

    def clean_treated_on(self) -> date:
        """A day that has been."""
        day: date = self.cleaned_data["treated_on"]
        if day > timezone.localdate():
            raise forms.ValidationError(_("That day is still to come."))
        return day

    def clean_currency(self) -> str:
        """Three capital letters, or nothing."""
        return str(self.cleaned_data["currency"]).upper()

    def clean(self) -> dict[str, Any]:
        """A price says in which currency."""
        given = super().clean() or {}
        if given.get("price") is not None and "currency" in given and not given["currency"]:
            self.add_error("currency", _("Say in which currency it was paid."))
        return given
