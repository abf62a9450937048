"""Refusals of acts of the service desk. Their text is for the person who asked, in that person's words."""

from django.utils.translation import gettext as _


class ServiceRefusedError(Exception):
    """An act on a review, a task or an answer that cannot be done now. `str()` says why."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class StaleServiceError(ServiceRefusedError):
    """A colleague changed it since the page was opened."""

    def __init__(self, what: str) -> None:
        super().__init__(
            _("%(what)s 在你打开之后被改过，没有保存。看一下现在的，再决定。") % {"what": what}
        )
