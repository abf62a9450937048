"""What people fill in about figures."""
