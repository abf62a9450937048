"""Refusals of acts on goods. Their text is for the person who asked, in that person's words."""

from django.utils.translation import gettext as _


class GoodsRefusedError(Exception):
    """An act on goods that cannot be done now. `str()` says why and what to do."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class StaleGoodsError(GoodsRefusedError):
    """A colleague (or an import) changed the thing since the page was opened."""

    def __init__(self, what: str) -> None:
        super().__init__(
            _("%(what)s 在你打开之后被改过，没有保存。看一下现在的，再决定。") % {"what": what}
        )
        self.what = what


class UnableToListError(GoodsRefusedError):
    """The product may not be listed."""


class UnableToPriceError(GoodsRefusedError):
    """The price is none, or nobody may set it now."""
