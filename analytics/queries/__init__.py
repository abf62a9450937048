"""What we know about the shop's figures. Nothing here writes."""
