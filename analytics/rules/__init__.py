"""Pure decisions over figures."""
