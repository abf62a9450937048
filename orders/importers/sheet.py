"""Reading of blocks, as `shopops.intake.sheet` offers it to every app."""

from shopops.intake.sheet import Sheet, count_true

__all__ = ["Sheet", "count_true"]
