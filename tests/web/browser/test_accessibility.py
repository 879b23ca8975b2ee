"""Every page with axe-core, on a wide bright screen and on a small dark one, and nothing of it broken.

The rules are those of WCAG 2.2 A and AA and axe's best practices.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.urls import URLPattern, URLResolver, get_resolver, resolve
from tests.web.browser.pages import EVERY_PAGE, NEWCOMERS_PAGES, NO_PAGES, STRANGERS_PAGES, Shown

axe = pytest.importorskip(
    "axe_playwright_python.base", reason="axe-playwright-python is not installed"
)

_RULES = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    "rules": {"target-size": {"enabled": True}},
    "resultTypes": ["violations"],
}
# What depends on the size and the colours of the page.
_RULES_OF_LOOKS = {
    "runOnly": [
        "color-contrast",
        "link-in-text-block",
        "scrollable-region-focusable",
        "target-size",
    ],
    "resultTypes": ["violations"],
}
_WIDE, _SMALL, _WIDEST = (
    {"width": 1280, "height": 900},
    {"width": 360, "height": 740},
    {"width": 1920, "height": 1080},
)


@pytest.fixture(scope="module")
def contexts(chromium: Callable[..., Any]) -> Iterator[Callable[[str], Any]]:
    """A browser's own store by the name of who uses it, so that each is opened once."""
    kept: dict[str, Any] = {}

    def context(who: str) -> Any:
        if who not in kept:
            kept[who] = chromium().new_context(viewport=_WIDE, reduced_motion="reduce")
        return kept[who]

    yield context
    for one in kept.values():
        one.close()


@pytest.fixture
def look(contexts: Callable[[str], Any]) -> Iterator[Callable[..., Any]]:
    """Opens a page and collects what goes wrong on it."""
    opened: list[Any] = []

    def looked(app: Any, shown: Shown, who: str = "person") -> Any:
        page = contexts(who).new_page()
        opened.append(page)
        page.set_default_timeout(15_000)
        page.wrong = []
        page.on("pageerror", lambda error: page.wrong.append(str(error)))
        page.on("console", lambda said: _note(page, shown, said))
        page.on("request", lambda request: _stays(page, app, request.url))
        if who != "stranger" and not contexts(who).cookies():
            page.goto(app.opening_address())
            if who == "newcomer":
                _become(page, app, app.keys["newcomer"])
        page.goto(app.address + shown.address(app.keys))
        if shown.then is not None:
            shown.then(page)
        return page

    yield looked
    for page in opened:
        page.close()


def _note(page: Any, shown: Shown, said: Any) -> None:
    if said.type == "error" and not any(part in said.text for part in shown.expected_errors):
        page.wrong.append(said.text)


def _stays(page: Any, app: Any, url: str) -> None:
    if not url.startswith((app.address + "/", "data:", "blob:")):
        page.wrong.append(f"asked for {url}")


def _become(page: Any, app: Any, key: str) -> None:
    """Make the pages about another person of this machine."""
    page.goto(f"{app.address}/settings/")
    page.locator(f"form:has(input[name=person][value='{key}']) button").click()


def violations(page: Any, rules: dict[str, Any]) -> list[str]:
    """What axe finds: the rule, what it says, and where."""
    if not page.evaluate("() => 'axe' in window"):
        page.evaluate(axe.AXE_SCRIPT)
    found = page.evaluate("(rules) => axe.run(document, rules)", rules)["violations"]
    return [
        f"{one['id']}: {one['help']}: " + "; ".join(node["html"][:160] for node in one["nodes"][:4])
        for one in found
    ]


def overflow(page: Any) -> str:
    """What is wider than the page; empty where nothing is."""
    found = ""  # charts are drawn anew a moment after the page's size has changed
    for _ in range(20):
        found = str(page.evaluate(_WIDER))
        if not found:
            break
        page.wait_for_timeout(100)
    return found


_WIDER = """() => {
  const root = document.documentElement;
  if (root.scrollWidth <= root.clientWidth) return "";
  const wide = [...document.querySelectorAll("main *, header *, footer *")].filter(
    (one) => one.getBoundingClientRect().right > root.clientWidth + 1);
  return `${root.scrollWidth} > ${root.clientWidth}: ` +
    wide.slice(0, 5).map((one) => one.outerHTML.slice(0, 120)).join(" | ");
}"""


def faults(page: Any) -> dict[str, Any]:
    """Everything that is wrong with a page that is open, by where."""
    found: dict[str, Any] = {}
    page.set_viewport_size(_WIDE)
    page.emulate_media(color_scheme="light")
    found["1280, light"] = violations(page, _RULES)
    page.set_viewport_size(_WIDEST)
    found["wider than 1920"] = overflow(page)
    page.emulate_media(color_scheme="dark")
    page.set_viewport_size(_SMALL)
    found["wider than 360"] = overflow(page)
    found["360, dark"] = violations(page, _RULES_OF_LOOKS)
    found["in the browser"] = page.wrong
    return {where: what for where, what in found.items() if what}


@pytest.mark.parametrize("shown", EVERY_PAGE, ids=lambda shown: shown.name)
def test_a_page_can_be_used_by_everybody(
    look: Callable[..., Any], full_app: Any, shown: Shown
) -> None:
    assert faults(look(full_app, shown)) == {}


def test_the_recorder_can_be_used_by_everybody_at_every_step(
    look: Callable[..., Any], full_app: Any
) -> None:
    page = look(full_app, Shown("recorder", "/recordings/record/"))
    page.get_by_label("I have read this").check()
    page.get_by_role("button", name="Go on").click()
    assert faults(page) == {}, "prepare"
    page.get_by_role("button", name="To the camera").click()
    page.get_by_role("button", name="Switch the camera on").click()
    page.wait_for_selector("#camera-go:enabled", timeout=25_000)
    assert faults(page) == {}, "camera"
    page.click("#camera-go")
    page.wait_for_selector("[data-step=acclimatise]:not([hidden])")
    assert faults(page) == {}, "settling in"
    page.click("#settle-skip")
    page.wait_for_selector("#session-number:has-text('Step 1')", timeout=20_000)
    # The text to read aloud comes minutes later.
    page.evaluate("() => { document.querySelector('.on-screen').hidden = false; }")
    assert faults(page) == {}, "recording"
    page.keyboard.press("Escape")
    page.wait_for_selector("#sent:not([hidden])", timeout=30_000)
    assert faults(page) == {}, "finished"


@pytest.mark.parametrize("shown", NEWCOMERS_PAGES, ids=lambda shown: shown.name)
def test_a_page_without_anything_on_it_can_too(
    look: Callable[..., Any], full_app: Any, shown: Shown
) -> None:
    assert faults(look(full_app, shown, "newcomer")) == {}


@pytest.mark.parametrize("shown", STRANGERS_PAGES, ids=lambda shown: shown.name)
def test_a_page_that_says_no_can_too(look: Callable[..., Any], full_app: Any, shown: Shown) -> None:
    assert faults(look(full_app, shown, "stranger")) == {}


def addresses(found: Iterable[URLPattern | URLResolver], app: str = "") -> Iterator[str]:
    """Names of all addresses, with their app."""
    for one in found:
        if isinstance(one, URLResolver):
            yield from addresses(one.url_patterns, one.namespace or app)
        else:
            yield f"{app}:{one.name}"


def test_every_address_is_among_the_pages_or_is_none() -> None:
    keys = defaultdict(lambda: "00000000-0000-0000-0000-000000000000")
    paths = [urlsplit(shown.path.format_map(keys)).path for shown in EVERY_PAGE]
    seen = {resolve(path).view_name for path in paths if path != "/nowhere/"}
    assert seen | NO_PAGES == set(addresses(get_resolver().url_patterns))
    assert not seen & NO_PAGES
