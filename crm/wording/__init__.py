"""How stored codes of customers read."""
