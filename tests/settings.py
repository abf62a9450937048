"""Settings of the tests: the same as in production, on servers of their own."""

from shopops.settings import *  # noqa: F403

SECURE_SSL_REDIRECT = False
