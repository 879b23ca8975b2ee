"""Trials of one person: begun, drawn, filled with recordings, and answered."""
