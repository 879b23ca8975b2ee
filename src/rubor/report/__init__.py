"""From any result to pages and tables for people to read."""

from rubor.report.recording_report import write_report

__all__ = ["write_report"]
