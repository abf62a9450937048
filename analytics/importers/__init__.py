"""Files that speak of the shop's days: one module per source, pure."""
