"""What people enter about customers."""
