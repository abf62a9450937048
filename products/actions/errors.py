"""Refusals of acts on goods. Their text is for the person who asked, in that person's words."""


class GoodsRefusedError(Exception):
    """An act on goods that cannot be done now. `str()` says why and what to do."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class StockRefusedError(GoodsRefusedError):
    """Stock cannot move so."""


class CountRefusedError(GoodsRefusedError):
    """A count cannot be changed or booked so."""


class PurchaseRefusedError(GoodsRefusedError):
    """A purchase order or a supplier cannot be changed so."""


class StaleGoodsError(GoodsRefusedError):
    """A colleague changed what is being saved since the page was opened."""
