"""Refusals of acts of the service desk: said as those on goods are."""

from products.actions.errors import GoodsRefusedError


class ServiceRefusedError(GoodsRefusedError):
    """Figures, names, targets or customers cannot be changed so."""


class BonusRefusedError(GoodsRefusedError):
    """A bonus sheet or a line cannot be changed so."""


class ExamRefusedError(GoodsRefusedError):
    """An exam sheet cannot be kept or taken so."""
