"""What we know about goods. Nothing here writes."""
