"""Reviews, chat figures and other outside formats."""
