"""From where the current act comes, without handing an address through every function."""

from contextvars import ContextVar

_ip: ContextVar[str | None] = ContextVar("shopops_ip", default=None)


def set_ip(ip: str | None) -> None:
    """Remember the address of the request that this context serves; None outside requests."""
    _ip.set(ip)


def current_ip() -> str | None:
    """Give the address of the request being served, None for commands and runs."""
    return _ip.get()
