"""Figures in the reader's language."""
