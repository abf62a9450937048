"""Gift rules: placeholder."""

from django.http import HttpRequest, HttpResponse


def gift_list(request: HttpRequest) -> HttpResponse:
    return HttpResponse()


def gift(request: HttpRequest, rule_id: int) -> HttpResponse:
    return HttpResponse()
