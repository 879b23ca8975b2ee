"""Template filters of the whole app."""
