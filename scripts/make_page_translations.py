"""Bring the translations of the app's pages up to date: collect, merge, compile.

    python scripts/make_page_translations.py

Reads every template and module of `rubor.web`; writes `src/rubor/web/locale/django.pot` and, for every
language there, `django.po` and `django.mo`. New texts are then to be translated in `django.po`, and the
script run again. A test fails while a file is not what this makes. Needs Babel, not GNU gettext.
"""

from __future__ import annotations

import io
import os
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import DEFAULT_KEYWORDS, extract_python
from message_catalogues import bring_up_to_date, empty_catalogue

WEB = Path(__file__).resolve().parents[1] / "src" / "rubor" / "web"
FOLDER = WEB / "locale"
_NAME = "make_page_translations.py"
_KEYWORDS = {
    **DEFAULT_KEYWORDS,
    "gettext_lazy": None,
    "ngettext_lazy": (1, 2),
    "pgettext_lazy": ((1, "c"), 2),
    "gettext_noop": None,
}


def template() -> Catalog:
    """All texts of the pages, without translations."""
    made = empty_catalogue(None, _NAME)
    found: dict[object, tuple[object, str | None, list[str]]] = {}
    for path in sorted((*WEB.rglob("*.html"), *WEB.rglob("*.py"))):
        if "migrations" in path.parts:
            continue
        place = path.relative_to(WEB).as_posix()
        for text, context in _texts(path):
            places = found.setdefault((text, context), (text, context, []))[2]
            if place not in places:
                places.append(place)
    for text, context, places in found.values():
        made.add(text, auto_comments=places, context=context)
    return made


def _texts(path: Path) -> Iterator[tuple[object, str | None]]:
    """Each text of a file, with its context; a plural is a pair."""
    source = path.read_text(encoding="utf-8")
    if path.suffix == ".html":
        # Django's own way to hand templates to tools that read programs.
        from django.utils.translation.template import templatize

        source = templatize(source, origin=str(path))
    rows = extract_python(io.BytesIO(source.encode()), list(_KEYWORDS), [], {})
    for _line, function, messages, _comments in rows:
        given = messages if isinstance(messages, (tuple, list)) else (messages,)
        texts = [one for one in given if isinstance(one, str)]
        context = texts.pop(0) if (function or "").startswith(("pgettext", "npgettext")) else None
        if not texts:
            continue
        plural = (function or "").startswith(("ngettext", "npgettext")) and len(texts) > 1
        yield (tuple(texts[:2]) if plural else texts[0]), context


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "rubor.web.settings")
    bring_up_to_date(FOLDER, "django", template(), _NAME)
