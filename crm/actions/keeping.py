"""Who looks after a customer from when until when; whoever changes a customer's agent notes it here."""

from collections.abc import Mapping
from datetime import datetime

from crm.models import Keeping
from shopops.staff.models import User

_BATCH = 2000


def note_keepers(agents: Mapping[int, int | None], *, by: User, now: datetime) -> None:
    """Note by customer who looks after them from now on; nothing where that stays. Hold their locks.

    :param agents: None: nobody
    """
    rows = Keeping.objects.filter(customer__in=list(agents), until_at__isnull=True)
    open_now = dict(rows.values_list("customer_id", "agent_id"))
    changed = {one: agent for one, agent in agents.items() if open_now.get(one) != agent}
    rows.filter(customer__in=list(changed)).update(until_at=now)
    Keeping.objects.bulk_create(
        [
            Keeping(customer_id=one, agent_id=agent, since_at=now, by=by)
            for one, agent in changed.items()
            if agent is not None
        ],
        batch_size=_BATCH,
    )
