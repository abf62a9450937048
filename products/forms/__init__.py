"""What people fill in about goods."""
