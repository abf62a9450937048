"""The test back-end: it writes down what it was handed and sends nothing."""

from crm.actions.backends.base import Answer, Asked, Message
from crm.models import TestMessage
from shopops.work.clock import system_clock


class Recorder:
    """Records in `TestMessage`."""

    can_be_asked = True
    needs_phone = False

    def send(self, message: Message) -> Answer:
        """Write it down."""
        row = TestMessage.objects.create(at=system_clock(), key=message.key, text=message.text)
        return Answer(Asked.TAKEN, f"test-{row.pk}")

    def ask(self, key: str) -> Answer:
        """Look it up."""
        row = TestMessage.objects.filter(key=key).order_by("pk").first()
        return Answer(Asked.TAKEN, f"test-{row.pk}") if row else Answer(Asked.NOT_TAKEN)
