"""What the demo shop's files say of its days."""
