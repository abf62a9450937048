"""Acts of the warehouse: waves, picking, the packing table, the hand-over."""
