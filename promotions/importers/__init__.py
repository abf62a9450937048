"""Reports of paid channels, one outside format each."""
