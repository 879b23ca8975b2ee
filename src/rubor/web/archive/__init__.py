"""One's own data: taken out as a whole, brought in on another machine, deleted for good."""
