"""What we know about orders. Nothing here writes."""
