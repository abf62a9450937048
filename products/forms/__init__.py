"""What people fill in about goods. Forms check shape; actions decide."""
