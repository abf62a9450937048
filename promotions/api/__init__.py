"""Promotions for programs."""
