"""Pure rules of figures: no database, no clock."""
