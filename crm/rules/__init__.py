"""What decides and reckons about customers: pure."""
