"""The settings of a server of one's own are what Django asks of a deployment."""

from __future__ import annotations

import os
import secrets
import subprocess
import sys

import pytest


def check(**environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "django", "check", "--deploy", "--fail-level", "WARNING"],
        env={
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "rubor.web.settings",
            "RUBOR_SECRET_KEY": secrets.token_urlsafe(60),
            **environment,
        },
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.filterwarnings("default")
def test_with_postgresql_behind_https_nothing_is_amiss() -> None:
    pytest.importorskip("psycopg")
    ended = check(
        DATABASE_URL="postgres://rubor@localhost/rubor",
        RUBOR_HTTPS="1",
        RUBOR_HOSTS="clinic.example",
    )
    assert ended.returncode == 0, ended.stderr
    assert "no issues" in ended.stdout
