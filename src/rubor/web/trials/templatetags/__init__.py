"""Words of trials for templates."""
