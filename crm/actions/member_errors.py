"""Refusals of acts on membership, points, occasions and draws, in the words of whoever asked."""

from products.actions.errors import GoodsRefusedError, StaleGoodsError


class MemberRefusedError(GoodsRefusedError):
    """It cannot be so."""


class StaleMemberError(StaleGoodsError):
    """A colleague changed it since the page was opened."""
