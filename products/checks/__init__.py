"""Daily checks of goods, by topic; `products.wiring` registers them."""
