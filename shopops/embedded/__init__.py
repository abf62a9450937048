"""Postgres and Valkey from their wheels, as children of our own supervisor.

One folder (`SHOPOPS_DATA`, default `var/`) holds all state of one shop. Whoever needs the servers
enters `ensure()`; the first one in starts a *keeper* process that owns the servers, the last one
out stops it. Users are counted by shared file locks, which the kernel drops when a process dies,
so a killed command never leaves a count behind.
"""

from shopops.embedded.errors import EmbeddedError
from shopops.embedded.session import ensure, ensure_for_process

__all__ = ["EmbeddedError", "ensure", "ensure_for_process"]
