"""Words for what analytics works out."""
