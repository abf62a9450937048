"""Refusals of acts on benefits and price rules, in the words of the person who asked."""

from products.actions.errors import GoodsRefusedError, StaleGoodsError


class BenefitRefusedError(GoodsRefusedError):
    """The benefit cannot be so."""


class StalePriceError(StaleGoodsError):
    """A colleague changed the benefit or the rule since the page was opened."""
