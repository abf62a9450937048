"""Types of what our views receive."""

from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails


class Request(HttpRequest):
    """A request behind our middleware."""

    htmx: HtmxDetails
