"""Questions about goods."""
