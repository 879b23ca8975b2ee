"""Each package imports only what stands below it, and the check of that finds what breaks it."""

from __future__ import annotations

import itertools
import os
import shutil
import subprocess
import sys
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[1]

# Lowest first. Packages in one row do not import each other, but for the last: `rubor serve`, a
# command, starts the web app.
ORDER = [
    ["errors", "translation"],
    ["optics", "treatments"],
    ["vision"],
    ["measurement", "simulation"],
    ["response"],
    ["trials"],
    ["pathway"],
    ["evidence"],
    ["report"],
    ["cli", "web"],
]


def lint_imports(folder: Path, source: Path) -> tuple[bool, str]:
    """Check the package `source/rubor` by the contracts in `folder/pyproject.toml`."""
    result = subprocess.run(
        [sys.executable, "-c", "from importlinter.cli import lint_imports_command as main; main()"],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(source), "PYTHONUTF8": "1", "COLUMNS": "200"},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    return result.returncode == 0, result.stdout + result.stderr


def write_package(folder: Path, imports: dict[str, list[str]]) -> Path:
    """Write a package `rubor` of nothing but imports, beside the project's own contracts."""
    shutil.copy(REPOSITORY / "pyproject.toml", folder)
    package = folder / "rubor"
    package.mkdir()
    (package / "__init__.py").touch()
    for name, imported in imports.items():
        lines = [f"import {module}\n" for module in imported]
        (package / f"{name}.py").write_text("".join(lines), encoding="utf-8")
    return folder


def test_every_package_keeps_the_order() -> None:
    kept, output = lint_imports(REPOSITORY, REPOSITORY / "src")
    assert kept, output


def test_a_package_may_import_everything_below_it(tmp_path: Path) -> None:
    imports: dict[str, list[str]] = {}
    for row in ORDER:
        below = [f"rubor.{name}" for name in imports]
        imports.update((name, below) for name in row)
    folder = write_package(tmp_path, imports)
    kept, output = lint_imports(folder, folder)
    assert kept, output


def test_an_import_from_above_or_beside_is_found(tmp_path: Path) -> None:
    forbidden = [
        (lower, upper)
        for low_row, high_row in itertools.pairwise(ORDER)
        for lower in low_row
        for upper in high_row
    ]
    forbidden += [(a, b) for row in ORDER[:-1] for a, b in itertools.permutations(row, 2)]
    imports: dict[str, list[str]] = {name: [] for row in ORDER for name in row}
    for importer, imported in forbidden:
        imports[importer].append(f"rubor.{imported}")
    folder = write_package(tmp_path, imports)
    kept, output = lint_imports(folder, folder)
    assert not kept
    missed = [
        (importer, imported)
        for importer, imported in forbidden
        if f"rubor.{importer} -> rubor.{imported} " not in output
    ]
    assert not missed, output


def test_a_package_without_a_place_in_the_order_is_found(tmp_path: Path) -> None:
    folder = write_package(tmp_path, {"errors": [], "astrology": []})
    kept, output = lint_imports(folder, folder)
    assert not kept
    assert "astrology" in output


def test_django_is_for_the_web_app_alone(tmp_path: Path) -> None:
    folder = write_package(tmp_path, {"errors": [], "web": ["django"]})
    kept, output = lint_imports(folder, folder)
    assert kept, output
    (folder / "rubor" / "trials.py").write_text("import django.db\n", encoding="utf-8")
    kept, output = lint_imports(folder, folder)
    assert not kept
    assert "rubor.trials -> django" in output
