"""Refusals of acts on partners, tests and material: said as those on goods are."""

from products.actions.errors import GoodsRefusedError


class PartnerRefusedError(GoodsRefusedError):
    """Something with a distributor, a partner or a tool cannot be done so."""


class TrialRefusedError(GoodsRefusedError):
    """A test cannot be set up, filled or decided so."""


class MaterialRefusedError(GoodsRefusedError):
    """Material cannot be kept or used so."""
