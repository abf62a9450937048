#!/usr/bin/env python
"""Django's command line, with the embedded servers up for the time of the command."""

import os
import secrets
import sys
from base64 import b64encode

from shopops.embedded import EmbeddedError, ensure

# These touch no server, so none is started for them.
WITHOUT_SERVERS = {
    "collectstatic",
    "compilemessages",
    "findstatic",
    "help",
    "makemessages",
    "spectacular",
    "version",
}


def needs_servers(arguments: list[str]) -> bool:
    """Tell whether a command line may talk to the database, the broker or the cache."""
    if not arguments or {"-h", "--help", "--version"} & set(arguments):
        return False
    if arguments[0] == "check":
        return any(argument.startswith("--database") for argument in arguments)
    return arguments[0] not in WITHOUT_SERVERS


def fill_in() -> None:
    """Let settings load where no server is needed: throw-away secrets, addresses of nothing."""
    os.environ.setdefault("SECRET_KEY", secrets.token_urlsafe(48))
    os.environ.setdefault("FIELD_KEYS", f"1:{b64encode(secrets.token_bytes(32)).decode()}")
    os.environ.setdefault("DATABASE_URL", "postgres://nobody@127.0.0.1:1/nothing")
    os.environ.setdefault("BROKER_URL", "redis://127.0.0.1:1/0")
    os.environ.setdefault("CACHE_URL", "redis://127.0.0.1:1/0")


def main() -> None:
    """Run the command."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shopops.settings")
    from django.core.management import execute_from_command_line

    if not needs_servers(sys.argv[1:]):
        fill_in()
        execute_from_command_line(sys.argv)
        return
    try:
        with ensure():
            execute_from_command_line(sys.argv)
    except EmbeddedError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
