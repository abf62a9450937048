"""Old customers and who looks after them: whom a hand-out would reach, and an agent's list."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Count, F, OuterRef, QuerySet, Subquery

from crm.models import Customer, Keeping
from crm.queries import agents
from crm.queries.seeking import Sorting, seek
from crm.rules.handing import Given, hand_out
from crm.service_choices import HandOutRule
from crm.service_registry import Touch, last_touches
from shopops.lib.paging import Page
from shopops.staff.models import User

# So many at once: each is a row of history, and a person looks at the preview.
MOST = 20_000


@dataclass(frozen=True, slots=True)
class Wanted:
    """Whom to give to whom. `of_agent` None: those whom nobody looks after.

    An old customer paid at least `least_orders` orders, the last within `days` (0: ever).
    """

    of_agent: int | None
    to: tuple[int, ...]
    rule: HandOutRule
    least_orders: int = 1
    days: int = 0


@dataclass(frozen=True, slots=True)
class Plan:
    """What a hand-out would do. `count` may be more than `given`, which ends at `MOST`."""

    given: list[Given]
    count: int

    def by_agent(self) -> dict[int, int]:
        """Count the customers that each agent gets."""
        found: dict[int, int] = {}
        for one in self.given:
            found[one.agent_id] = found.get(one.agent_id, 0) + 1
        return found


def _reached(wanted: Wanted, today: date) -> QuerySet[Customer]:
    rows = Customer.objects.filter(
        merged_into__isnull=True,
        agent_id=wanted.of_agent,
        stat__paid_orders__gte=wanted.least_orders,
    )
    if wanted.of_agent is None:
        rows = rows.filter(agent__isnull=True)
    if wanted.days:
        rows = rows.filter(stat__last_paid_date__gte=today - timedelta(days=wanted.days))
    return rows


def plan(wanted: Wanted, *, today: date) -> Plan:
    """Say who would get whom: the most recent buyers first. Two queries."""
    rows = _reached(wanted, today)
    last = (
        Keeping.objects.filter(customer=OuterRef("pk"))
        .exclude(agent_id=wanted.of_agent or 0)
        .order_by("-since_at", "-pk")
    )
    found = rows.annotate(last_agent=Subquery(last.values("agent_id")[:1])).order_by(
        F("stat__last_paid_date").desc(nulls_last=True), "-pk"
    )
    keys = list(found.values_list("pk", "last_agent")[:MOST])
    return Plan(
        hand_out(keys, wanted.to, by_last=wanted.rule == HandOutRule.LAST_AGENT),
        len(keys) if len(keys) < MOST else rows.count(),
    )


@dataclass(frozen=True, slots=True)
class Keeper:
    """Somebody who looks after customers. `is_here`: works at the desk now."""

    agent: User
    customers: int
    is_here: bool


def keepers() -> list[Keeper]:
    """Give who looks after how many, those who left first; agents without any too."""
    counts: dict[int, int] = dict(
        Customer.objects.filter(agent__isnull=False, merged_into__isnull=True)
        .values_list("agent_id")
        .annotate(n=Count("pk"))
        .order_by("agent_id")
    )
    here = {one.pk: one for one in agents.agents()}
    known = {**agents.people(counts), **here}
    rows = [Keeper(one, counts.get(key, 0), key in here) for key, one in known.items()]
    return sorted(rows, key=lambda one: (one.is_here, one.agent.name, one.agent.pk))


def unkept() -> int:
    """Count the paying customers whom nobody looks after."""
    return Customer.objects.filter(
        agent__isnull=True, merged_into__isnull=True, stat__paid_orders__gte=1
    ).count()


@dataclass(frozen=True, slots=True)
class KeptRow:
    """A customer of an agent with the last touch."""

    customer: Customer
    since: Keeping | None
    touch: Touch | None


def kept(agent_id: int, *, after: str = "", before: str = "") -> Page[KeptRow]:
    """Give one page of an agent's customers, who paid last first. Three queries.

    :raises ValueError: if a cursor is none of ours
    """
    rows = Customer.objects.filter(
        agent_id=agent_id,
        merged_into__isnull=True,
        stat__paid_orders__gte=1,
        stat__last_paid_date__isnull=False,
    ).select_related("stat")
    page = seek(rows, _LAST_PAID, after=after, before=before)
    keys = [one.pk for one in page.rows]
    since = {one.customer_id: one for one in _open(keys)}
    touches = last_touches(keys)
    return Page(
        [KeptRow(one, since.get(one.pk), touches.get(one.pk)) for one in page.rows],
        page.before,
        page.after,
    )


_LAST_PAID: Sorting[Customer] = Sorting(
    "stat__last_paid_date", lambda row: row.stat.last_paid_date or date.min, date
)


def _open(keys: Sequence[int]) -> QuerySet[Keeping]:
    return Keeping.objects.filter(customer_id__in=keys, until_at__isnull=True)
