"""Acts on promotions: one transaction each, with a row in the log."""
