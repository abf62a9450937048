"""Sentences of figures in the reader's language."""
