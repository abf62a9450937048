"""Invented figures of the demo shop."""
