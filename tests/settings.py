"""Settings of the tests: the same as in production, on servers of their own."""

import os

from shopops.settings import *  # noqa: F403

SECURE_SSL_REDIRECT = False

# Counters of failures and used codes live in the cache; runs side by side must not meet there.
CACHES["default"]["KEY_PREFIX"] = f"test{os.getpid()}"  # noqa: F405
# Each test browser builds the middleware anew: look files up when asked, do not scan for them.
WHITENOISE_AUTOREFRESH = True
STATIC_ROOT.mkdir(parents=True, exist_ok=True)  # noqa: F405
