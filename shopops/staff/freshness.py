"""How recently, and by what, the person behind a session proved to be the person."""

import time

from allauth.account.internal.flows.login import get_authentication_records
from django.conf import settings
from django.http import HttpRequest

from shopops.staff import queries
from shopops.staff.models import User


def is_fresh(request: HttpRequest) -> bool:
    """Tell whether the person proved themselves within the last five minutes.

    Signing in counts. Whoever has a second factor must have used it; a password is not enough.
    The clock read is the one allauth wrote its records by.
    """
    if not isinstance(request.user, User):
        return False
    records = get_authentication_records(request, request.user)
    if queries.has_second_factor(request.user):
        records = [record for record in records if record.get("method") == "mfa"]
    if not records:
        return False
    age = time.time() - float(records[-1]["at"])
    return age < settings.ACCOUNT_REAUTHENTICATION_TIMEOUT
