"""Fixtures that several test packages share."""

from __future__ import annotations

from pathlib import Path

import pytest

SHARED = Path(__file__).resolve().parents[2] / "shared"


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real footage and reference data beside the checkout; skips where it is absent."""
    if not SHARED.is_dir():
        pytest.skip("the folder 'shared' with real footage is not beside this checkout")
    return SHARED
