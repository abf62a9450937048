"""The daily checks of figures, a module for each topic."""
