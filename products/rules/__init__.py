"""Pure decisions about goods."""
