"""Merges of files of figures."""
