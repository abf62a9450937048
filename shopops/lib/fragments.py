"""Parts of pages that are the same for everybody who reads one language, rendered once a process."""

from functools import cache

from django.conf import settings
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import get_language


def fragment(template: str) -> SafeString:
    """Give a template that takes nothing, in the language of the page."""
    if settings.DEBUG:
        return render_to_string(template)
    return _rendered(template, get_language())


@cache
def _rendered(template: str, _language: str | None) -> SafeString:
    return render_to_string(template)
