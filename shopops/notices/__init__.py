"""What the shop tells its people by itself: a file refused, a task given up, an export ready."""
