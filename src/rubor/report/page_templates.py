"""The templates of the pages, filled in one way: escaped, strict, numbers kept with their units."""

from __future__ import annotations

from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

__all__ = ["fill_page", "units_kept"]


def fill_page(template: str, content: dict[str, Any]) -> str:
    """Fill one of the templates of this package.

    Args:
        template: its file name.
        content: everything that it asks for; text is escaped.

    Raises:
        jinja2.UndefinedError: something it asks for is missing.
    """
    return _templates().get_template(template).render(content)


@cache
def _templates() -> Environment:
    return Environment(
        loader=PackageLoader("rubor.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=units_kept,
    )


def units_kept(value: Any) -> Any:
    r"""A number and its percent sign stay on one line.

    >>> units_kept("5 %")
    '5\xa0%'
    """
    return value.replace(" %", "\u00a0%") if isinstance(value, str) else value
