"""The version of Rubor, in the one place that the build and the program read it from."""

from __future__ import annotations

__version__ = "0.1.0"
