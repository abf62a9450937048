"""What people and files do to goods: one transaction each."""
