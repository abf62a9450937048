"""Who calls, and how a refusal is told."""

from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from shopops.checks.errors import ChecksRefusedError, StaleChecksError
from shopops.staff.models import User


def person(request: Request) -> User:
    """Give who calls; the right in front of the view let nobody else through."""
    assert isinstance(request.user, User)  # noqa: S101
    return request.user


def refused(refusal: ChecksRefusedError) -> Response:
    """Say why something was not done."""
    code = "stale" if isinstance(refusal, StaleChecksError) else "refused"
    return Response({"code": code, "detail": refusal.message}, status=status.HTTP_409_CONFLICT)
