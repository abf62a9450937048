"""Invented promotions of the demo shop."""
