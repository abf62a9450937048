"""Outside tables of goods, read without the database."""
