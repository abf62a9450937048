"""Goods for other programs."""
