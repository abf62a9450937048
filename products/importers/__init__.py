"""Files that speak of products: one module a format, pure."""
