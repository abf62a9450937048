"""Figures over many rows at once."""
