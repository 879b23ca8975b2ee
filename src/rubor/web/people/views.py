"""The start, the settings, and whom the pages are about."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views.decorators.http import require_http_methods, require_POST

from rubor.web.people.demo_job import ask_for_demo, demo_in_work
from rubor.web.people.forms import PersonForm
from rubor.web.people.middleware import PERSON, PersonRequest
from rubor.web.people.models import Person
from rubor.web.people.skin_tones import skin_tone_choices
from rubor.web.people.with_person import with_person

__all__ = ["settings", "start", "start_demo", "switch"]


@require_http_methods(["GET", "POST"])
def start(request: HttpRequest) -> HttpResponse:
    """What Rubor is and is not, and three questions; makes a person."""
    form = PersonForm(
        request.POST or None, initial={"language": getattr(request, "LANGUAGE_CODE", "en")}
    )
    if request.method == "POST" and form.is_valid():
        person = form.save()
        request.session[PERSON] = str(person.pk)
        return redirect("people:home")
    return render(
        request,
        "people/start.html",
        {
            "form": form,
            "tones": skin_tone_choices(),
            "chosen": form["skin_tone"].value(),
            "demo": Person.objects.filter(demo=True).first(),
            "demo_job": demo_in_work(),
        },
        status=400 if form.errors else 200,
    )


@require_POST
def start_demo(request: HttpRequest) -> HttpResponse:
    """Load the simulated person, and show what there is of them."""
    person = ask_for_demo()
    request.session[PERSON] = str(person.pk)
    return redirect("people:home")


@with_person
@require_http_methods(["GET", "POST"])
def settings(request: PersonRequest) -> HttpResponse:
    """Change what was said at the start; choose another person; load the simulated one."""
    form = PersonForm(request.POST or None, instance=request.person)
    if request.method == "POST" and form.is_valid():
        person = form.save()
        with override(person.language):
            messages.success(request, _("Your settings are stored."))
        return redirect("people:settings")
    return render(
        request,
        "people/settings.html",
        {
            "form": form,
            "tones": skin_tone_choices(),
            "chosen": form["skin_tone"].value(),
            "people": Person.objects.all(),
            "demo": Person.objects.filter(demo=True).first(),
        },
        status=400 if form.errors else 200,
    )


@with_person
@require_POST
def switch(request: PersonRequest) -> HttpResponse:
    """Make the pages about another person of this machine."""
    try:
        chosen = uuid.UUID(request.POST.get("person", ""))
    except ValueError as error:
        raise Http404 from error
    person = get_object_or_404(Person, pk=chosen)
    request.session[PERSON] = str(person.pk)
    return redirect("people:home")
