"""Customers for programs."""
