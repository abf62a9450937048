"""Forms of figures."""
