"""Questions of the warehouse: waves, pick lists, the packing table, hand-over lists."""
