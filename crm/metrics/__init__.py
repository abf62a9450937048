"""Figures over many customers at once, from frame to frame."""
