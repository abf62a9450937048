"""Pages about people, roles, the shop, one's own account and the operation log."""
