"""Pages of issues and lists."""
