"""The command as such: its help, its version, its reference page."""

from __future__ import annotations

import runpy
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from rubor._version import __version__

REPOSITORY = Path(__file__).resolve().parents[2]


def test_help_loads_no_heavy_library() -> None:
    # Loading these takes seconds, and help should come at once.
    heavy = ["numpy", "pandas", "scipy", "cv2", "av", "matplotlib", "pyarrow", "colour", "skimage"]
    program = (
        "import sys\n"
        "from rubor.cli import main\n"
        "try:\n"
        "    main(['measure', '--help'])\n"
        "except SystemExit as ending:\n"
        "    assert ending.code == 0\n"
        f"print(sorted(set({heavy}) & set(sys.modules)), file=sys.stderr)\n"
    )
    ended = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, encoding="utf-8", check=True
    )
    assert ended.stderr.strip() == "[]"


def test_the_module_is_the_command() -> None:
    ended = subprocess.run(
        [sys.executable, "-m", "rubor", "--version"], capture_output=True, text=True, check=True
    )
    assert ended.stdout.strip() == f"rubor {__version__}"


def test_help_names_every_command(run: Callable[..., Any]) -> None:
    ended = run("--help")
    assert ended.code == 0
    for command in ("demo", "measure", "doctor"):
        assert f"│ {command} " in ended.out


@pytest.mark.parametrize(
    "arguments", [["nonsense"], ["measure"], ["measure", "a.mp4"], ["--nonsense"]]
)
def test_what_is_not_understood_ends_with_code_2(
    run: Callable[..., Any], arguments: list[str]
) -> None:
    ended = run(*arguments)
    assert ended.code == 2
    assert ended.out == ""


def test_the_reference_page_is_up_to_date() -> None:
    script = runpy.run_path(str(REPOSITORY / "scripts" / "make_cli_reference.py"))
    page = (REPOSITORY / "docs" / "reference" / "cli.md").read_text(encoding="utf-8")
    assert page == script["cli_reference"](), "run scripts/make_cli_reference.py"
