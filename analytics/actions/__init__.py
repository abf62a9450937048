"""What keeps the figures true."""
