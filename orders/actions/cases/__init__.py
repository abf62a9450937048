"""What people do with after-sales cases, and what refund files and clocks do with them."""
