"""What can be done to orders: each public function is one transaction with its operation-log row."""
