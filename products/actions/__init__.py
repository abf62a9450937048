"""Acts on goods: one transaction each."""
