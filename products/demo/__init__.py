"""The demo shop's goods; what is sold is passed in by the app that makes the shop."""
