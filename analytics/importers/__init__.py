"""Files of figures. Pure."""
