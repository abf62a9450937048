"""Pages of customers and of the service desk."""
