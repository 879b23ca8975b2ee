"""What has to be there before Django's settings are read: the data folder and its secrets."""

from __future__ import annotations

import os
import secrets
import stat
from pathlib import Path
from typing import Final

import platformdirs

from rubor.errors import InputError

__all__ = ["prepare"]

_SECRET: Final = "secret.key"


def prepare(data: Path | None = None) -> Path:
    """Make the data folder, closed to other users, and fill the environment that the settings read.

    Args:
        data: the folder; None for the one in RUBOR_DATA, else the usual place of the system.

    Returns:
        The folder, absolute. Files that this process makes from now on are for their owner only.

    Raises:
        InputError: it cannot be made or is open to others.
    """
    chosen = data or Path(
        os.environ.get("RUBOR_DATA") or platformdirs.user_data_path("rubor", appauthor=False)
    )
    folder = chosen.expanduser().absolute()
    os.umask(0o077)
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if os.name == "posix" and folder.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
            folder.chmod(0o700)
        secret = _secret(folder / _SECRET)
    except OSError as error:
        raise InputError(
            f"The data folder {folder} cannot be used ({error.strerror}).",
            "Choose another one with --data.",
        ) from error
    os.environ["RUBOR_DATA"] = str(folder)
    os.environ.setdefault("RUBOR_SECRET_KEY", secret)
    os.environ["DJANGO_SETTINGS_MODULE"] = "rubor.web.settings"
    return folder


def _secret(path: Path) -> str:
    """What signs the cookies of this folder's app; made once."""
    try:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secrets.token_urlsafe(50))
    except FileExistsError:
        pass
    text = path.read_text(encoding="ascii").strip()
    # Empty where the power went between making the file and filling it.
    if not text:
        path.unlink()
        return _secret(path)
    return text
