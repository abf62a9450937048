"""The pages of the work ledger, above `staff`, so that acts can be logged with a name."""
