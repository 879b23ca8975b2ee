"""Delete everything of a person, or only the videos."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, override
from django.views.decorators.http import require_http_methods

from rubor.errors import RuborError
from rubor.web.archive.deletion import deletable_videos, delete_person, delete_videos
from rubor.web.archive.stored import stored
from rubor.web.people.middleware import PERSON, PersonRequest
from rubor.web.people.with_person import with_person
from rubor.web.vault import VaultError

__all__ = ["delete"]


@with_person
@require_http_methods(["GET", "POST"])
def delete(request: PersonRequest) -> HttpResponse:
    """Ask; on POST with the word typed, delete."""
    if request.method == "GET":
        return _page(request)
    if request.POST.get("what") == "videos":
        count = delete_videos(request.person)
        messages.success(
            request,
            ngettext(
                "%(count)d video is deleted. What was measured in it is kept.",
                "%(count)d videos are deleted. What was measured in them is kept.",
                count,
            )
            % {"count": count},
        )
        return redirect("archive:delete")
    typed = request.POST.get("word", "").strip().casefold()
    if not request.person.demo and typed != _word().casefold():
        wrong = RuborError(
            _("Nothing was deleted: the word was not typed."),
            _("Type “%(word)s” into the field, if you are sure.") % {"word": _word()},
        )
        return _page(request, wrong, status=400)
    language = request.person.language
    try:
        last = delete_person(request.person)
    except OSError as error:
        problem = RuborError(
            _("A file cannot be removed now (%(reason)s).") % {"reason": error.strerror},
            _("Wait until nothing works on it, then delete again: it goes on from there."),
        )
        return _page(request, problem, status=409)
    except VaultError as error:
        # All is gone but a key that opens nothing any more.
        messages.warning(request, f"{error.message} {error.cure}")
        last = True
    request.session.pop(PERSON, None)
    with override(language):
        messages.success(request, _("Everything is deleted. Nobody can read it any more."))
    response = redirect("people:start" if last else "people:home")
    if last:
        # What the browser itself still holds, such as pieces of a recording that were not sent.
        response.headers["Clear-Site-Data"] = '"cache", "storage"'
    return response


def _page(
    request: PersonRequest, problem: RuborError | None = None, status: int = 200
) -> HttpResponse:
    context = {
        "stored": stored(request.person),
        "videos": deletable_videos(request.person).count(),
        "word": _word(),
        "problem": problem,
    }
    return render(request, "archive/delete.html", context, status=status)


def _word() -> str:
    """What has to be typed, in the language of the page."""
    return _("delete")
