"""Browsers of the cast."""

import time
from itertools import count

from allauth.account.internal.flows import login as allauth_login
from allauth.usersessions.models import UserSession
from django.test import Client

from shopops.staff.models import User

_numbers = count(1)
BACKEND = "shopops.staff.backends.SignInBackend"


def new_address() -> str:
    """Give an address that no other test of this process uses: failures are counted by address."""
    number = next(_numbers)
    return f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"


def browser() -> Client:
    """Give a browser that nobody signed in with."""
    return Client(REMOTE_ADDR=new_address(), HTTP_USER_AGENT="tests")


def browser_of(person: User, *, proved_seconds_ago: float = 0) -> Client:
    """Give a browser in which a person signed in, with all factors they have, that long ago."""
    client = browser()
    client.force_login(person, backend=BACKEND)
    session = client.session
    at = time.time() - proved_seconds_ago
    methods = [{"method": "password", "at": at}, {"method": "mfa", "at": at, "type": "totp"}]
    session[allauth_login.AUTHENTICATION_METHODS_SESSION_KEY] = methods
    session[allauth_login._AUTHENTICATION_METHODS_USER_SESSION_KEY] = str(person.pk)
    session.save()
    UserSession.objects.create(
        user=person,
        session_key=session.session_key,
        ip=client.defaults["REMOTE_ADDR"],
        user_agent="tests",
    )
    return client
