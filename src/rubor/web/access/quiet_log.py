"""Logs without the secrets that stand in addresses: whoever reads one there could use it."""

from __future__ import annotations

import logging
import re
from typing import Final

__all__ = ["SecretsLeftOut"]

_SECRET: Final = re.compile(r"/(open|phone)/[^/\s]+")


class SecretsLeftOut(logging.Filter):
    """Takes tokens out of each line.

    >>> record = logging.LogRecord("", 30, "", 1, "%s: %s", ("Conflict", "/phone/abc/begin/"), None)
    >>> SecretsLeftOut().filter(record), record.getMessage()
    (True, 'Conflict: /phone/.../begin/')
    """

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg, record.args = _SECRET.sub(r"/\1/...", record.getMessage()), ()
        return True
