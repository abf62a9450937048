"""Who takes messages, behind one interface: the shop's SMS gateway, and a test one that records."""

from crm.actions.backends.base import Answer, Asked, Message, Sender
from crm.actions.backends.gateway import Gateway
from crm.actions.backends.recording import Recorder
from crm.choices import Backend

__all__ = ["Answer", "Asked", "Message", "Sender", "sender_of"]

_SENDERS: dict[str, type[Gateway] | type[Recorder]] = {
    Backend.SMS: Gateway,
    Backend.TEST: Recorder,
}


def sender_of(backend: str) -> Sender | None:
    """Give who takes messages one by one; None where a file is made for a person to upload."""
    made = _SENDERS.get(backend)
    return made() if made else None
