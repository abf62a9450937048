"""Questions about customers: nothing here writes."""
