"""The libraries of the web app, which not every installation has."""

from __future__ import annotations

from importlib.util import find_spec
from typing import Final

from rubor.errors import InputError

__all__ = ["WEB_LIBRARIES", "needs_web_extra"]

WEB_LIBRARIES: Final = (
    "cryptography",
    "csp",
    "dj_database_url",
    "django",
    "keyring",
    "platformdirs",
    "segno",
    "waitress",
    "whitenoise",
)


def needs_web_extra() -> None:
    """Refuse where a library of the web app is missing.

    Raises:
        InputError: one is, with how to get it.
    """
    missing = [name for name in WEB_LIBRARIES if find_spec(name) is None]
    if missing:
        raise InputError(
            f"The web app needs libraries that are not installed: {', '.join(missing)}.",
            "Install Rubor with them: pipx install 'rubor[web]', or here: pip install '.[web]'.",
        )
