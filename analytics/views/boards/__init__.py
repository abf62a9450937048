"""Pages of figures, one module each; what they share is in `asked`, `parts` and `page`."""
