"""What the examples in the docstrings need."""

from __future__ import annotations

import numpy as np
import pytest


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Let arrays print as NumPy prints them, for colour-science switches to the style of 1.13."""
    if isinstance(item, pytest.DoctestItem):
        np.set_printoptions(legacy=False)
