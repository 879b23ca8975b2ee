"""What a person says of themselves."""

from __future__ import annotations

import zoneinfo
from typing import TYPE_CHECKING

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from rubor.web.people.models import Person
from rubor.web.people.skin_tones import skin_tone_choices

__all__ = ["PersonForm"]

if TYPE_CHECKING:
    _Form = forms.ModelForm[Person]
else:  # which has no type arguments at run time
    _Form = forms.ModelForm


class PersonForm(_Form):
    """Name, skin tone, what happens to videos, language, and the effect that matters.

    `smallest_effect` is asked in per cent, as people think of it.
    """

    smallest_percent = forms.IntegerField(
        min_value=5,
        max_value=90,
        initial=25,
        label=_("The smallest effect that would be worth a treatment to you"),
        help_text=_("In per cent of your blush. 25 means: a quarter less."),
    )

    class Meta:
        model = Person
        fields = ("name", "skin_tone", "keep_video", "language", "time_zone")
        widgets = {  # noqa: RUF012 - Django's own way to say it
            "time_zone": forms.HiddenInput,
        }

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.fields["name"].label = _("What may Rubor call you?")
        self.fields["name"].help_text = _(
            "Any word, or nothing. It is stored on this computer only."
        )
        self.fields["name"].widget.attrs["autocomplete"] = "off"
        self.fields["skin_tone"] = forms.ChoiceField(
            choices=[(tone.name, tone.word) for tone in skin_tone_choices()],
            error_messages={"required": _("Choose the nearest of the six.")},
        )
        self.fields["language"] = forms.ChoiceField(
            choices=settings.LANGUAGES, label=_("Language of the pages")
        )
        self.fields["time_zone"].required = False
        if self.instance.pk is not None and not self.instance._state.adding:
            self.initial["smallest_percent"] = round(100 * self.instance.smallest_effect)

    def clean_time_zone(self) -> str:
        """A zone that this system knows; UTC where the browser named none."""
        name = self.cleaned_data["time_zone"]
        return name if name in zoneinfo.available_timezones() else self.instance.time_zone or "UTC"

    def save(self, commit: bool = True) -> Person:
        """The person with the effect as a share."""
        self.instance.smallest_effect = self.cleaned_data["smallest_percent"] / 100.0
        return super().save(commit)
