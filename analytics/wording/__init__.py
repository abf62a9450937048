"""Words of figures for people."""
