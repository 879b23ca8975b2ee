"""Persons: who is measured, their start, their settings, and the page that shows everything at once."""
