"""The API of goods over the same acts and questions as the pages."""
