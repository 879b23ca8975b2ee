"""Run the command line as `python -m rubor`."""

from __future__ import annotations

from rubor.cli import main

if __name__ == "__main__":
    main()
