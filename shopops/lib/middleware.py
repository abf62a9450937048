"""Middleware without any model: how long a page took, what it asks once, a database that is away."""

import time
from collections.abc import Callable

from django.conf import settings
from django.db import DataError, InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.middleware.locale import LocaleMiddleware
from django.shortcuts import render
from django.utils import translation

from shopops.lib.reads import reading

type GetResponse = Callable[[HttpRequest], HttpResponse]


class ServerTimingMiddleware:
    """Tells the browser (and the bench) what the whole request cost at the server."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        started = time.perf_counter()
        response = self.get_response(request)
        spent = (time.perf_counter() - started) * 1000
        response["Server-Timing"] = f"app;dur={spent:.2f}"
        return response


class ReadOnceMiddleware:
    """Lets a page that changes nothing ask `once_a_page` questions once."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.method not in {"GET", "HEAD"}:
            return self.get_response(request)
        with reading():
            return self.get_response(request)


class SwitchedLanguageMiddleware(LocaleMiddleware):
    """Speaks Chinese until a person switches; the browser's own languages do not count.

    Half the shop's computers run an English system, and nobody on them wants an English shop.
    """

    def process_request(self, request: HttpRequest) -> None:
        wanted = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
        known = wanted in dict(settings.LANGUAGES)
        translation.activate(wanted if known else settings.LANGUAGE_CODE)
        request.LANGUAGE_CODE = translation.get_language()


class DatabaseDownMiddleware:
    """Answers 503 with a readable page while Postgres cannot be reached, never a stack trace."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if not isinstance(exception, (OperationalError, InterfaceError)):
            return None
        response = render(request, "503.html", status=503)
        response["Retry-After"] = "10"
        return response


class UnreadableTextMiddleware:
    """Answers 400 in words where a text holds the character zero, which Postgres stores nowhere.

    Forms refuse it by themselves; searches and filters in an address, and fields read without a form,
    would end as an error of the server.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if not isinstance(exception, (DataError, ValueError)) or "NUL" not in str(exception):
            return None
        return render(request, "400.html", status=400)
