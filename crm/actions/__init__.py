"""Acts on customers: one transaction each, with a row in the log."""
