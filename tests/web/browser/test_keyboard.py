"""A trial by keyboard alone: tabulator, Enter, space bar, arrows and letters, and always seen where.

The recording by keyboard alone is in `test_recorder.py`.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

FOCUS = """(selector) => {
  const one = document.activeElement;
  const style = getComputedStyle(one);
  const box = one.getBoundingClientRect();
  return {
    there: one.matches(selector),
    what: one.outerHTML.slice(0, 120),
    // Inside a date the browser itself marks the part that has the focus.
    seen: one.type === "date" || one === document.body || one.id === "content"
      || (style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2 && box.width > 0),
  };
}"""


def tab_to(page: Any, selector: str) -> None:
    """Press the tabulator until something has the focus; whatever has it on the way shows that."""
    for _ in range(120):
        page.keyboard.press("Tab")
        focus = page.evaluate(FOCUS, selector)
        assert focus["seen"], f"nobody sees that this has the focus: {focus['what']}"
        if focus["there"]:
            return
    raise AssertionError(f"the keyboard does not reach {selector}")


def press_and_wait(page: Any, key: str) -> None:
    with page.expect_navigation():
        page.keyboard.press(key)


def type_date(page: Any, day: date) -> None:
    """As a date field takes it: month, day, year, each in its part."""
    page.keyboard.type(day.strftime("%m%d%Y"))


def test_a_trial_by_keyboard_from_the_draw_to_the_answer(
    open_page: Callable[..., Any], full_copy: Any
) -> None:
    page = open_page(full_copy, locale="en-US")
    tab_to(page, ".skip")
    page.keyboard.press("Enter")
    assert page.evaluate("() => document.activeElement.id") == "content"

    page.goto(f"{full_copy.address}/")
    tab_to(page, "nav a[href='/trials/']")
    press_and_wait(page, "Enter")
    tab_to(page, "main a[href='/trials/new/']")
    press_and_wait(page, "Enter")
    tab_to(page, "input[name=design]")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowUp")
    tab_to(page, "select[name=treatment]")
    page.keyboard.type("Bot")
    tab_to(page, "input[name=regions][value=jaw]")
    page.keyboard.press("Space")
    page.keyboard.press("Space")
    tab_to(page, "main button[type=submit]")
    press_and_wait(page, "Enter")
    assert "your own" in page.locator("main").inner_text()

    page.goto(f"{full_copy.address}/trials/{full_copy.keys['closed']}/")
    tab_to(page, f"main a[href*='/add/{full_copy.keys['addable']}/']")
    press_and_wait(page, "Enter")
    tab_to(page, "input[name=provocation]")
    page.keyboard.press("Space")
    tab_to(page, "main button[type=submit]")
    press_and_wait(page, "Enter")
    assert "The recording is in the trial" in page.locator(".messages").inner_text()
    tab_to(page, "#treated-day")
    type_date(page, date.today() - timedelta(days=1))
    tab_to(page, "form[action$='/treated/'] button")
    press_and_wait(page, "Enter")
    assert "The treatment is noted" in page.locator(".messages").inner_text()

    page.goto(f"{full_copy.address}/trials/{full_copy.keys['trial']}/")
    tab_to(page, "main .actions a[href$='/verdict/']")
    press_and_wait(page, "Enter")
    tab_to(page, "main summary")
    page.keyboard.press("Enter")
    assert page.locator("main details[open] table").first.is_visible()
