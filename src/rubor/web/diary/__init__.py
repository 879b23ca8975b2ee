"""The diary: blushes in daily life, and side effects with what is usual."""
