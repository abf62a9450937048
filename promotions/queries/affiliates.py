"""淘宝客: what plans cost against what the items leave, and which sub-orders they were."""

from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal

from django.db import connection
from django.db.models import Count, Q, QuerySet, Sum

from orders.models import Order
from promotions.models import AffiliateRefund, AffiliateSettlement
from promotions.queries.ad_margins import margins, settings_on
from promotions.queries.traffic import Span
from promotions.rules.traffic import ratio

_ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class AffiliatePlan:
    """One plan over a span. `margin`: after goods and fees, of that part of the deals which is known."""

    name: str
    orders: int
    deal_amount: Decimal
    commission: Decimal
    service: Decimal
    returned: Decimal
    margin_amount: Decimal | None
    known_amount: Decimal

    @property
    def cost(self) -> Decimal:
        """Commission and service, less what came back."""
        return self.commission + self.service - self.returned

    @property
    def cost_rate(self) -> Decimal | None:
        """What it costs of a yuan sold."""
        return ratio(self.commission + self.service, self.deal_amount)

    @property
    def margin_rate(self) -> Decimal | None:
        """What a yuan sold leaves before the commission."""
        return (
            ratio(self.margin_amount, self.known_amount) if self.margin_amount is not None else None
        )

    @property
    def loses(self) -> bool:
        """Whether the commission is more than what the items leave."""
        rate, cost = self.margin_rate, self.cost_rate
        return rate is not None and cost is not None and cost > rate


_SUMS = """
SELECT s.plan_name, s.item_no, count(*), sum(s.deal_amount), sum(s.commission_amount),
  sum(s.service_amount), coalesce(sum(r.returned), 0)
FROM promotions_affiliatesettlement s
LEFT JOIN LATERAL (
  SELECT sum(commission_amount + service_amount) AS returned FROM promotions_affiliaterefund r
  WHERE r.is_current AND r.returned_date IS NOT NULL AND r.line_key = s.line_key) r ON true
WHERE s.is_current AND s.paid_date BETWEEN %(since)s AND %(until)s
GROUP BY 1, 2 ORDER BY 1, 2
"""


def affiliate_plans(span: Span) -> list[AffiliatePlan]:
    """Give the plans of a span, dearest first, against the margins of what they sold. Three queries."""
    with connection.cursor() as cursor:
        cursor.execute(_SUMS, {"since": span.since, "until": span.until})
        rows = cursor.fetchall()
    settings = settings_on(span.until)
    known = margins(sorted({row[1] for row in rows}), until=span.until, settings=settings)
    by_plan: dict[str, list[tuple[object, ...]]] = defaultdict(list)
    for name, *rest in rows:
        by_plan[name].append(tuple(rest))
    found = []
    for name, parts in by_plan.items():
        left, sold = None, _ZERO
        for item_no, _count, part, *_others in parts:
            margin = known.get(str(item_no))
            if margin is not None and margin.rate is not None:
                left = (left or _ZERO) + Decimal(str(part)) * margin.rate
                sold += Decimal(str(part))
        sums = [sum((Decimal(str(part[n])) for part in parts), _ZERO) for n in range(1, 6)]
        count, amount, commission, service, back = sums
        found.append(AffiliatePlan(name, int(count), amount, commission, service, back, left, sold))
    return sorted(found, key=lambda one: (-one.cost, one.name))


def settlements(span: Span, *, plan: str | None = None) -> QuerySet[AffiliateSettlement]:
    """Give the settlements of a span that count, newest first."""
    rows = AffiliateSettlement.objects.filter(
        is_current=True, paid_date__range=(span.since, span.until)
    )
    if plan is not None:
        rows = rows.filter(plan_name=plan)
    return rows.order_by("-paid_date", "-pk")


def orders_of(tids: list[str]) -> set[str]:
    """Tell which of these orders we know. One query."""
    return set(Order.objects.filter(tid__in=tids).values_list("tid", flat=True))


def refunds_of(line_keys: list[str]) -> dict[str, AffiliateRefund]:
    """Give the newest claim of each of these sub-orders. One query."""
    rows = AffiliateRefund.objects.filter(is_current=True, line_key__in=line_keys)
    return {row.line_key: row for row in rows.order_by("opened_at", "pk")}


@dataclass(frozen=True, slots=True)
class Returned:
    """Commission that came back over a span, and what is still to come."""

    count: int
    amount: Decimal
    open_count: int
    open_amount: Decimal


def returned(span: Span) -> Returned:
    """Add up what came back over a span, and all that is open. One query."""
    within = Q(returned_date__range=(span.since, span.until))
    still = Q(returned_date__isnull=True)
    values = AffiliateRefund.objects.filter(is_current=True).aggregate(
        count=Count("pk", filter=within),
        commission=Sum("commission_amount", filter=within),
        service=Sum("service_amount", filter=within),
        open_count=Count("pk", filter=still),
        open_commission=Sum("commission_amount", filter=still),
        open_service=Sum("service_amount", filter=still),
    )
    return Returned(
        values["count"],
        (values["commission"] or _ZERO) + (values["service"] or _ZERO),
        values["open_count"],
        (values["open_commission"] or _ZERO) + (values["open_service"] or _ZERO),
    )
