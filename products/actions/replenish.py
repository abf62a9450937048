"""The run that plans what to order; its arithmetic is loaded only by the process that does it."""

from datetime import datetime

from shopops.staff.models import User
from shopops.work import actions as work
from shopops.work.context import RunContext
from shopops.work.models import Run

KIND, KEY = "products.replenish", "all"


def request_replenishment(*, now: datetime, by: User | None = None) -> Run:
    """Ask for all plans to be made anew."""
    return work.request_run(kind=KIND, key=KEY, now=now, by=by, again=True)


def perform(run: RunContext) -> dict[str, int]:
    """Plan all SKUs. pandas and the models cost a third of a second and more: no page loads them."""
    from products.actions.replenishment import perform_replenishment

    return perform_replenishment(run)
