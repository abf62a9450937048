"""Questions about promotions: nothing here writes."""
