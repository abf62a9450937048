"""Decisions about figures, pure."""
