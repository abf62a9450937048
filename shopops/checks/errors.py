"""Refusals of acts on issues and lists. Their text is for the person who asked."""

from django.utils.translation import gettext as _


class ChecksRefusedError(Exception):
    """An act that cannot be done now. `str()` says why and what to do; `field` of the form it is about."""

    def __init__(self, message: str, *, field: str = "") -> None:
        super().__init__(message)
        self.message, self.field = message, field


class StaleChecksError(ChecksRefusedError):
    """A colleague changed what is being saved since the page was opened."""

    def __init__(self, what: str) -> None:
        super().__init__(
            _("%(what)s 在你打开之后被改过，没有保存。看一下现在的，再决定。") % {"what": what}
        )
        self.what = what
