"""Refusals of acts on goods. Their text is for the person who asked, in that person's words."""

from collections.abc import Mapping

from django.utils.translation import gettext as _


class GoodsRefusedError(Exception):
    """An act on goods that cannot be done now. `str()` says why and what to do.

    `errors` maps a field of the form ("" for all of it) to the words.
    """

    def __init__(self, message: str, *, field: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.errors: Mapping[str, str] = {field: message}


class StockRefusedError(GoodsRefusedError):
    """Stock cannot move so."""


class CountRefusedError(GoodsRefusedError):
    """A count cannot be changed or booked so."""


class PurchaseRefusedError(GoodsRefusedError):
    """A purchase order or a supplier cannot be changed so."""


class UnableToListError(GoodsRefusedError):
    """The product may not be listed."""


class UnableToPriceError(GoodsRefusedError):
    """The price is none, or nobody may set it now."""


class StaleGoodsError(GoodsRefusedError):
    """A colleague (or an import) changed what is being saved since the page was opened.

    `what` names it, `seen` and `current` are versions; `words` says more where there is more to say.
    """

    def __init__(self, what: str = "", *, seen: int = 0, current: int = 0, words: str = "") -> None:
        if words:
            message = words
        elif current:
            message = _(
                "%(what)s 在你打开之后被改过（你看到第 %(seen)d 版，现在第 %(current)d 版），没有保存。"
            ) % {"what": what, "seen": seen, "current": current}
        else:
            message = _("%(what)s 在你打开之后被改过，没有保存。看一下现在的，再决定。") % {
                "what": what
            }
        super().__init__(message)
        self.what, self.seen, self.current = what, seen, current
