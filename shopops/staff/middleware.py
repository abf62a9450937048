"""Remembers who asks from where, for the operation log."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from shopops.staff.origin import set_ip


class StaffMiddleware:
    """Sets the address for `operations.record` while a request is served."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        set_ip(request.META.get("REMOTE_ADDR") or None)
        try:
            return self.get_response(request)
        finally:
            set_ip(None)
