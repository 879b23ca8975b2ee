"""The database of a data folder, for tests whose app runs in processes of its own.

It is a file in the folder; with RUBOR_TEST_DATABASE_URL a database of that server, named after the
folder, which goes when the tests end.
"""

from __future__ import annotations

import atexit
import hashlib
import os
import shutil
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import pytest
from django.db import connections

__all__ = ["connection_of", "copy_database", "database_url", "in_a_file", "new_database"]

_SERVER: Final = os.environ.get("RUBOR_TEST_DATABASE_URL", "")

in_a_file = pytest.mark.skipif(
    bool(_SERVER),
    reason="looks into the database's file, which a PostgreSQL server keeps to itself",
)


def database_url(folder: Path) -> str:
    """DATABASE_URL of the app on a data folder; empty for the file in it."""
    return urlsplit(_SERVER)._replace(path=f"/{_name(folder)}").geturl() if _SERVER else ""


def new_database(folder: Path) -> None:
    """Make the database, without tables."""
    if _SERVER:
        _create(_name(folder), "template0")


def copy_database(earlier: Path, folder: Path) -> None:
    """Make the database of a folder as the one of another, which nobody uses now."""
    if _SERVER:
        _create(_name(folder), _name(earlier))
    else:
        shutil.copy(earlier / "rubor.sqlite3", folder / "rubor.sqlite3")


def connection_of(folder: Path) -> Any:
    """A connection of this process to it."""
    usual = connections["default"]
    name = _name(folder) if _SERVER else str(folder / "rubor.sqlite3")
    return type(usual)({**usual.settings_dict, "NAME": name}, "default")


def _name(folder: Path) -> str:
    return f"rubor_test_{hashlib.sha256(str(folder).encode()).hexdigest()[:16]}"


def _create(name: str, like: str) -> None:
    _on_server(f'CREATE DATABASE "{name}" TEMPLATE "{like}"')
    atexit.register(_on_server, f'DROP DATABASE "{name}" WITH (FORCE)')


def _on_server(statement: str) -> None:
    import psycopg

    maintenance = urlsplit(_SERVER)._replace(path="/postgres").geturl()
    with psycopg.connect(maintenance, autocommit=True) as connection:
        connection.execute(statement)  # type: ignore[call-overload]
