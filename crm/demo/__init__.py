"""Invented customer work of the demo shop."""
