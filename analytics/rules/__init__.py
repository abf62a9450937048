"""Arithmetic and decisions of figures. Pure."""
