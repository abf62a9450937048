"""What people enter about promotions."""
