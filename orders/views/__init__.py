"""Pages of orders: read input, check the right, one domain call, render."""
