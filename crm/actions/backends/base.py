"""What every back-end is handed and answers."""

from dataclasses import dataclass
from enum import Enum
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Message:
    """One message. `key` is the same however often it is handed over; `to` a phone or a member name."""

    key: str
    to: str
    text: str


class Asked(Enum):
    """What is known of a message."""

    TAKEN = "taken"
    REFUSED = "refused"  # for certain not sent, and it will not be
    NOT_TAKEN = "not_taken"  # for certain never received
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Answer:
    """What a back-end said. `words`: its own number of the message, or why not."""

    fate: Asked
    words: str = ""


class Sender(Protocol):
    """Who takes messages one by one."""

    # Whether `ask` knows what became of a key; else an unsettled message stays unknown.
    can_be_asked: bool
    needs_phone: bool

    def send(self, message: Message) -> Answer:
        """Hand one message over. Never raises: what is not known is UNKNOWN."""
        ...

    def ask(self, key: str) -> Answer:
        """Say what became of a key. Never raises."""
        ...
