"""Refusals of acts on segments and campaigns, in the words of the person who asked."""

from collections.abc import Mapping

from django.utils.translation import gettext as _


class CampaignRefusedError(Exception):
    """An act that cannot be done now. `errors` maps a field of the form ("" for all of it) to the words."""

    def __init__(self, message: str, *, field: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.errors: Mapping[str, str] = {field: message}


class StaleCampaignError(CampaignRefusedError):
    """A colleague changed what is being saved since the page was opened."""

    def __init__(self, what: str, *, version: int) -> None:
        super().__init__(
            _("%(what)s 在你打开之后被改过，没有保存。看一下现在的，再决定。") % {"what": what}
        )
        self.what, self.version = what, version
