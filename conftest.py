"""What the examples in the docstrings and the tests of the web app need."""

from __future__ import annotations

import os

import django
import numpy as np
import pytest

# Before Django's settings are read, which take them from the environment.
os.environ["DJANGO_SETTINGS_MODULE"] = "rubor.web.settings"
os.environ["RUBOR_SECRET_KEY"] = "only-for-tests"
# The tests' own database server (`make test-postgres`), and never the database that the app may use.
os.environ["DATABASE_URL"] = os.environ.get("RUBOR_TEST_DATABASE_URL", "")
django.setup()  # here, since pytest imports the modules of the apps for their examples
os.environ["DATABASE_URL"] = ""  # what tests start works on a data folder of its own


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Let arrays print as NumPy prints them, for colour-science switches to the style of 1.13."""
    if isinstance(item, pytest.DoctestItem):
        np.set_printoptions(legacy=False)
