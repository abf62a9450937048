"""Daily checks of customers."""
