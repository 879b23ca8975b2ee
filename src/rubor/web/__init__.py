"""The web app on one's own machine: pages over the library, one Django app per subject."""
