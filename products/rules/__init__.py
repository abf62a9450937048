"""Decisions about goods, pure."""
