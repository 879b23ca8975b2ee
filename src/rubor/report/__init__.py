"""From any result to pages and tables for people to read."""

from rubor.report.recording_report import write_report
from rubor.report.trial_report import trial_report_html, trial_report_pdf, write_trial_report

__all__ = ["trial_report_html", "trial_report_pdf", "write_report", "write_trial_report"]
