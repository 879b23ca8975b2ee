"""Write docs/reference/cli.md from the help texts of the command line.

    python scripts/make_cli_reference.py

The texts live in `rubor.cli`; a test fails while the page is not what they make.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

PAGE = Path(__file__).resolve().parents[1] / "docs" / "reference" / "cli.md"
_ORIGIN = "<!-- Made from the help texts by scripts/make_cli_reference.py: change those. -->\n\n"


def cli_reference() -> str:
    """The page, in Markdown."""
    docs = ["-m", "typer", "rubor.cli", "utils", "docs", "--name", "rubor", "--title"]
    made = subprocess.run(
        [sys.executable, *docs, "The command line"],
        # Without this, the page would depend on the shell that it is made in.
        env={**os.environ, "PYTHONUTF8": "1", "_TYPER_COMPLETE_TEST_DISABLE_SHELL_DETECTION": "1"},
        check=True,
        capture_output=True,
        encoding="utf-8",
    )
    return _ORIGIN + made.stdout.strip() + "\n"


if __name__ == "__main__":
    PAGE.write_text(cli_reference(), encoding="utf-8", newline="\n")
