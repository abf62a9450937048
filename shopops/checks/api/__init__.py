"""Issues and lists for programs."""
