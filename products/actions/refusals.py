"""Refusals of acts on products and SKUs, in the words of the person who asked."""

from collections.abc import Mapping

from django.utils.translation import gettext as _


class GoodsRefusedError(Exception):
    """An act that cannot be done now. `errors` maps a field of the form ("" for all) to words."""

    def __init__(self, message: str, *, field: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.errors: Mapping[str, str] = {field: message}


class StaleGoodsError(GoodsRefusedError):
    """A colleague (or an import) changed the row since the page was opened."""

    def __init__(self, what: str, *, seen: int, current: int) -> None:
        super().__init__(
            _(
                "%(what)s 在你打开之后被改过（你看到第 %(seen)d 版，现在第 %(current)d 版），没有保存。"
            )
            % {"what": what, "seen": seen, "current": current}
        )
        self.seen, self.current = seen, current
