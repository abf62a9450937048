"""What decides and reckons in promotions: pure, in cents, without a clock."""
