"""How stored codes of promotions read."""
