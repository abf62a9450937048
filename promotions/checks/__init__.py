"""Daily checks of promotions."""
