"""Refusals of acts on gift rules, in the words of whoever asked."""

from products.actions.errors import GoodsRefusedError, StaleGoodsError


class GiftRefusedError(GoodsRefusedError):
    """A gift rule cannot be so."""


class StaleGiftError(StaleGoodsError):
    """A colleague changed the rule since the page was opened."""
