"""What each topic adds to the floors below; called by `analytics.wiring`."""
