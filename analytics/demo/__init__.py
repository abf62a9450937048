"""The invented shop: what its figures rest on."""
