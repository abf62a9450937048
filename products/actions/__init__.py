"""What can be done with goods."""
