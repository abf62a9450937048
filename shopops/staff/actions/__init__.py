"""What can be done to people, roles, the shop, sessions, tokens. Each act is logged."""
