"""Every page of the app as a person may meet it: filled, empty, with errors, refused."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

__all__ = ["EVERY_PAGE", "NEWCOMERS_PAGES", "NO_PAGES", "STRANGERS_PAGES", "Shown"]


@dataclass(frozen=True)
class Shown:
    """A page in one of its states.

    Attributes:
        name: of the state, for the one who reads that something fails.
        path: its address, with keys of `full_person.py` in braces.
        then: what is done on it before it is looked at.
        expected_errors: parts of what the browser may say in its console, such as the status.
    """

    name: str
    path: str
    then: Callable[[Any], None] | None = None
    expected_errors: tuple[str, ...] = ()

    def address(self, keys: Mapping[str, str]) -> str:
        """Its path with the keys filled in."""
        return self.path.format(**keys)


def _send_empty(page: Any) -> None:
    """Send the largest form of the content past the browser's own checks, so that the app answers."""
    with page.expect_navigation():
        page.evaluate(
            """() => {
              const forms = [...document.querySelectorAll("main form[method=post]")];
              const form = forms.sort((one, other) => other.elements.length - one.elements.length)[0];
              for (const field of form.querySelectorAll("input:not([type=hidden]), select, textarea")) {
                if (["radio", "checkbox"].includes(field.type)) field.checked = false;
                else field.value = "";
              }
              form.submit();
            }"""
        )


def _open_all(page: Any) -> None:
    page.evaluate(
        "() => document.querySelectorAll('details').forEach((one) => { one.open = true; })"
    )


def _charts(page: Any) -> None:
    page.wait_for_selector("#see-charts:not([aria-busy=true])")
    page.evaluate(
        """() => document.querySelectorAll("details").forEach((one) => {
          one.open = one.id !== "curve-table";  // one row for each second
        })"""
    )


_BAD = ("status of 400",)
_NOT_THERE = "00000000-0000-0000-0000-000000000000"

EVERY_PAGE = (
    Shown("overview", "/", _open_all),
    Shown("start", "/start/"),
    Shown("start with errors", "/start/", _send_empty, _BAD),
    Shown("settings", "/settings/"),
    Shown("settings with errors", "/settings/", _send_empty, _BAD),
    Shown("questionnaire", "/suitability/"),
    Shown("question with one answer", "/suitability/question/{question_choice}/"),
    Shown("question with several answers", "/suitability/question/{question_choices}/"),
    Shown("question with a scale", "/suitability/question/{question_scale}/"),
    Shown("question with a number", "/suitability/question/{question_number}/"),
    Shown("answers", "/suitability/review/"),
    Shown("advice", "/suitability/advice/{sheet}/", _open_all),
    Shown("recordings", "/recordings/"),
    Shown("recordings of no kind", "/recordings/?state=cancelled&provocation=flush"),
    Shown("new recording", "/recordings/new/"),
    Shown("recorder", "/recordings/record/"),
    Shown("hand in a file", "/recordings/upload/", _open_all),
    Shown("from a phone", "/recordings/phone/"),
    Shown("on the phone", "/phone/{phone}/", _open_all),
    Shown("on the phone, too late", "/phone/nothing/", None, ("status of 403",)),
    Shown("choice of two recordings", "/recordings/compare/?a={recording}"),
    Shown("two recordings", "/recordings/compare/?a={recording}&b={other_recording}", _open_all),
    Shown("recording", "/recordings/{recording}/", _charts),
    Shown("recording that is not good enough", "/recordings/{rejected}/", _charts),
    Shown("recording that is arriving", "/recordings/{receiving}/"),
    Shown("recording that waits", "/recordings/{waiting}/"),
    Shown("recording that is measured", "/recordings/{measuring}/"),
    Shown("recording that failed", "/recordings/{failed}/"),
    Shown("recording that was stopped", "/recordings/{cancelled}/"),
    Shown("edit a recording", "/recordings/{recording}/edit/", _open_all),
    Shown("delete a recording", "/recordings/{recording}/delete/"),
    Shown("work in the background", "/jobs/{job_measuring}/"),
    Shown("trials", "/trials/"),
    Shown("new trial", "/trials/new/", _open_all),
    Shown("new trial with errors", "/trials/new/", _send_empty, _BAD),
    Shown("planner", "/trials/planner/", _open_all),
    Shown("trial", "/trials/{trial}/", _open_all),
    Shown("trial that was begun", "/trials/{closed}/", _open_all),
    Shown("add to a trial", "/trials/{closed}/add/{addable}/"),
    Shown("delete a trial", "/trials/{trial}/delete/"),
    Shown("verdict, closed", "/trials/{closed}/verdict/"),
    Shown("verdict", "/trials/{trial}/verdict/", _open_all),
    Shown("treatments", "/treatments/", _open_all),
    Shown("log a treatment", "/treatments/new/", _open_all),
    Shown("log a treatment with errors", "/treatments/new/", _send_empty, _BAD),
    Shown("catalogue", "/treatments/catalogue/", _open_all),
    Shown("catalogue entry", "/treatments/catalogue/botulinum_toxin/", _open_all),
    Shown("information sheet", "/treatments/catalogue/botulinum_toxin/sheet/", _open_all),
    Shown("smile checks", "/treatments/smile/", _open_all),
    Shown("new smile check", "/treatments/smile/new/", _open_all),
    Shown("smile check", "/treatments/smile/{smile}/", _open_all),
    Shown("treatment", "/treatments/{treatment}/", _open_all),
    Shown("edit a treatment", "/treatments/{treatment}/edit/", _open_all),
    Shown("delete a treatment", "/treatments/{treatment}/delete/"),
    Shown("diary", "/diary/", _open_all),
    Shown("new entry: blush", "/diary/new/?kind=blush", _open_all),
    Shown("new entry: side effect", "/diary/new/?kind=side+effect", _open_all),
    Shown("new entry: note", "/diary/new/?kind=note", _open_all),
    Shown("new entry with errors", "/diary/new/?kind=blush", _send_empty, _BAD),
    Shown("entry: blush", "/diary/{entry}/"),
    Shown("entry: side effect", "/diary/{side_effect}/"),
    Shown("entry: note", "/diary/{note}/"),
    Shown("edit an entry", "/diary/{entry}/edit/"),
    Shown("my data", "/data/"),
    Shown("room of each recording", "/data/sizes/"),
    Shown("export", "/data/export/"),
    Shown("import", "/data/import/"),
    Shown("delete everything", "/data/delete/"),
    Shown("nothing here", "/nowhere/", None, ("status of 404",)),
    Shown("no such recording", f"/recordings/{_NOT_THERE}/", None, ("status of 404",)),
)

NEWCOMERS_PAGES = (
    Shown("overview", "/"),
    Shown("questionnaire", "/suitability/"),
    Shown("recordings", "/recordings/"),
    Shown("choice of two recordings", "/recordings/compare/"),
    Shown("trials", "/trials/"),
    Shown("treatments", "/treatments/"),
    Shown("smile checks", "/treatments/smile/"),
    Shown("diary", "/diary/"),
    Shown("my data", "/data/"),
    Shown("export", "/data/export/"),
)
"""As somebody sees them who has only just begun."""


def _stale(page: Any) -> None:
    """Send a form whose token is not that of this browser."""
    with page.expect_navigation():
        page.evaluate(
            """() => {
              const form = document.createElement("form");
              Object.assign(form, { method: "post", action: `${location.pathname}begin/` });
              document.body.append(form);
              form.submit();
            }"""
        )


STRANGERS_PAGES = (
    Shown("closed", "/", None, ("status of 403",)),
    Shown("opened once already", "/open/used/", None, ("status of 403",)),
    Shown("stale form", "/phone/{phone}/", _stale, ("status of 403",)),
)
"""As a browser sees them that was not let in."""

NO_PAGES = {
    # opens the app and leads on
    "access:open",
    # what forms and scripts send, without a page of its own
    "people:start_demo",
    "people:switch",
    "recordings:set_up_check",
    "recordings:declare_skin_tone",
    "recordings:begin",
    "recordings:path_check",
    "recordings:received",
    "recordings:chunk",
    "recordings:marks",
    "recordings:finish",
    "phone:begin",
    "phone:received",
    "phone:chunk",
    "phone:marks",
    "phone:finish",
    "jobs:cancel",
    "jobs:retry",
    "suitability:delete",
    "trials:treated",
    "trials:correct",
    "trials:leave_out",
    "trials:pass_over",
    "trials:reveal",
    "trials:draw_again",
    "trials:end",
    "treatments:smile_measure",
    "diary:undo",
    "diary:delete",
    "archive:import_begin",
    "archive:import_chunk",
    "archive:import_finish",
    "archive:import_start",
    "archive:import_discard",
    # files
    "recordings:curves",
    "recordings:face_map",
    "recordings:traces",
    "recordings:summary",
    "trials:download",
    "treatments:information_pdf",
    "treatments:calendar",
    "archive:download",
}
"""Addresses that no page is at."""
