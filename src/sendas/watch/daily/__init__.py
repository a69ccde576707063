"""The daily doctor: look, compare with the last look, tell what changed, once."""
