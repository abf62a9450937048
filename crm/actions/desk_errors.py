"""Refusals of acts on reviews, follow-ups and answers: said as those on goods are."""

from products.actions.errors import GoodsRefusedError, StaleGoodsError


class ServiceRefusedError(GoodsRefusedError):
    """An act on a review, a task or an answer that cannot be done now."""


class StaleServiceError(ServiceRefusedError, StaleGoodsError):
    """A colleague changed it since the page was opened; the page then shows both versions."""
