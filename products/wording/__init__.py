"""Codes of goods in the reader's words."""
