"""The API over the same acts and questions as the pages."""
