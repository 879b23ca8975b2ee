"""Recordings: received in pieces and sealed, measured in the background, looked at and compared."""
