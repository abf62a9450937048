"""Settings that mypy's Django plugin reads: those of the tests, where no server is up."""

import os

for _name, _value in {
    "SECRET_KEY": "types",
    "FIELD_KEYS": "1:" + "A" * 43 + "=",
    "DATABASE_URL": "postgres://types@localhost/types",
    "BROKER_URL": "redis://localhost/0",
    "CACHE_URL": "redis://localhost/1",
}.items():
    os.environ.setdefault(_name, _value)

from tests.settings import *  # noqa: E402, F403
