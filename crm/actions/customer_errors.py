"""Refusals of acts on customers. Their text is for the person who asked, in that person's words."""

from django.utils.translation import gettext as _


class CustomerRefusedError(Exception):
    """An act on a customer that cannot be done now. `str()` says why and what to do."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class StaleCustomerError(CustomerRefusedError):
    """A colleague changed the customer since the page was opened."""

    def __init__(self, name: str, *, seen: int, current: int) -> None:
        super().__init__(
            _(
                "客户「%(name)s」在你打开之后被改过（你看到第 %(seen)d 版，现在第 %(current)d 版），没有保存。"
            )
            % {"name": name, "seen": seen, "current": current}
        )
        self.name, self.current = name, current


class StaleTagError(CustomerRefusedError):
    """A colleague changed the tag, or made one of that name, since the page was opened."""

    def __init__(self, name: str, *, seen: int, current: int) -> None:
        words = _("标签「%(name)s」在你打开之后被改过，没有保存。")
        if not seen:
            words = _("已经有标签「%(name)s」了，点它的「改」再改规则。")
        super().__init__(words % {"name": name})
        self.name, self.seen, self.current = name, seen, current
