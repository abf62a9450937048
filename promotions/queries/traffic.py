"""What paid channels cost and brought. Every sum goes through one door, and so never adds two levels."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Literal

from django.db.models import Max, Min, Q, QuerySet, Sum

from products.models import Product
from promotions.models import AdPlan, ChannelAccount, ChannelDay, ChannelFact
from promotions.rules.traffic import NAMES, Traffic

type View = Literal["plans", "items"]
_SUMS = {f"sum_{name}": Sum(name) for name in NAMES}


@dataclass(frozen=True, slots=True)
class Span:
    """Days of a question, both ends included."""

    since: date
    until: date

    @property
    def days(self) -> list[date]:
        """Give each day, ascending."""
        return [self.since + timedelta(days=n) for n in range(self.length)]

    @property
    def length(self) -> int:
        """How many days."""
        return (self.until - self.since).days + 1

    def before(self) -> "Span":
        """Give as many days right before."""
        return Span(self.since - timedelta(days=self.length), self.since - timedelta(days=1))


def counting(view: View) -> QuerySet[ChannelFact]:
    """Give the rows that answer for plans or for items: of each channel's day those of one level.

    Item and plan reports tell the same spend. Whoever sums facts begins here, so two levels never
    meet in a sum; the database lets one level of a day answer, no more.
    """
    return ChannelFact.objects.filter(
        Q(day__serves_plans=True) if view == "plans" else Q(day__serves_items=True),
        is_current=True,
    )


def channel_days(span: Span, *, channel: str = "") -> dict[str, dict[date, Traffic]]:
    """Give the totals of each channel's days. A day without a report is missing: unknown. One query."""
    rows = ChannelDay.objects.filter(serves_total=True, date__range=(span.since, span.until))
    if channel:
        rows = rows.filter(channel=channel)
    found: dict[str, dict[date, Traffic]] = defaultdict(dict)
    for row in rows.order_by("channel", "date").values("channel", "date", *NAMES):
        found[row["channel"]][row["date"]] = Traffic(**{name: row[name] for name in NAMES})
    return dict(found)


@dataclass(frozen=True, slots=True)
class Reach:
    """How far a channel's reports reach."""

    channel: str
    first: date
    last: date
    exported_at: datetime
    is_used: bool


def reaches() -> list[Reach]:
    """Give for each channel with reports how far they reach. Two queries over days."""
    used = dict(ChannelAccount.objects.values_list("channel", "is_used"))
    rows = (
        ChannelDay.objects.filter(serves_total=True)
        .values("channel")
        .annotate(first=Min("date"), last=Max("date"), at=Max("exported_at"))
        .order_by("channel")
    )
    return [
        Reach(row["channel"], row["first"], row["last"], row["at"], used.get(row["channel"], True))
        for row in rows
    ]


def _traffic(row: Mapping[str, Any], days: int) -> Traffic:
    return Traffic(**{name: row[f"sum_{name}"] for name in NAMES}, days=days)


def _known_days(view: View, span: Span) -> dict[str, int]:
    """Count for each channel the days of a span that some report tells of. One query."""
    rows = ChannelDay.objects.filter(
        Q(serves_plans=True) if view == "plans" else Q(serves_items=True),
        date__range=(span.since, span.until),
    )
    found: dict[str, int] = defaultdict(int)
    for channel in rows.values_list("channel", flat=True):
        found[channel] += 1
    return dict(found)


type PlanId = tuple[str, str]


def plan_sums(span: Span, *, keys: Sequence[PlanId] | None = None) -> dict[PlanId, Traffic]:
    """Give each plan's sums over a span, by channel and key. Two queries."""
    rows = counting("plans").filter(date__range=(span.since, span.until)).exclude(plan_key="")
    if keys is not None:
        rows = rows.filter(plan_key__in=[key for _channel, key in keys])
    known = _known_days("plans", span)
    return {
        (row["channel"], row["plan_key"]): _traffic(row, known.get(row["channel"], 0))
        for row in rows.values("channel", "plan_key").annotate(**_SUMS).order_by()
    }


def plan_days(
    span: Span, *, keys: Sequence[PlanId] | None = None
) -> dict[PlanId, dict[date, Traffic]]:
    """Give each plan's days. A day that the plan is not in is missing. One query."""
    rows = counting("plans").filter(date__range=(span.since, span.until)).exclude(plan_key="")
    if keys is not None:
        rows = rows.filter(plan_key__in=[key for _channel, key in keys])
    found: dict[PlanId, dict[date, Traffic]] = defaultdict(dict)
    summed = rows.values("channel", "plan_key", "date").annotate(**_SUMS).order_by()
    for row in summed:
        found[row["channel"], row["plan_key"]][row["date"]] = _traffic(row, 1)
    return dict(found)


def item_sums(span: Span, *, item_nos: Sequence[str] | None = None) -> dict[str, Traffic]:
    """Give each item's sums over a span, all channels that name items. Two queries."""
    rows = counting("items").filter(date__range=(span.since, span.until)).exclude(object_no="")
    if item_nos is not None:
        rows = rows.filter(object_no__in=item_nos)
    days = max(_known_days("items", span).values(), default=0)
    return {
        row["object_no"]: _traffic(row, days)
        for row in rows.values("object_no").annotate(**_SUMS).order_by()
    }


def item_days(
    span: Span, *, item_nos: Sequence[str] | None = None
) -> dict[str, dict[date, Traffic]]:
    """Give each item's days. A day that the item is not in is missing. One query."""
    rows = counting("items").filter(date__range=(span.since, span.until)).exclude(object_no="")
    if item_nos is not None:
        rows = rows.filter(object_no__in=item_nos)
    found: dict[str, dict[date, Traffic]] = defaultdict(dict)
    for row in rows.values("object_no", "date").annotate(**_SUMS).order_by():
        found[row["object_no"]][row["date"]] = _traffic(row, 1)
    return dict(found)


def item_plans(span: Span, *, item_no: str) -> dict[PlanId, Traffic]:
    """Give one item's sums by plan, where reports tell both. One query."""
    rows = counting("items").filter(object_no=item_no, date__range=(span.since, span.until))
    summed = rows.exclude(plan_key="").values("channel", "plan_key").annotate(**_SUMS).order_by()
    return {(row["channel"], row["plan_key"]): _traffic(row, span.length) for row in summed}


def plan_items(span: Span, *, channel: str, key: str) -> dict[str, Traffic]:
    """Give one plan's sums by item, where reports tell both: from the items' level. One query."""
    rows = counting("items").filter(
        channel=channel, plan_key=key, date__range=(span.since, span.until)
    )
    summed = rows.exclude(object_no="").values("object_no").annotate(**_SUMS).order_by()
    return {row["object_no"]: _traffic(row, span.length) for row in summed}


def plans(keys: Iterable[PlanId]) -> dict[PlanId, AdPlan]:
    """Give stored plans by channel and key. One query."""
    wanted = set(keys)
    rows = AdPlan.objects.filter(key__in={key for _channel, key in wanted}).order_by("pk")
    return {(row.channel, row.key): row for row in rows if (row.channel, row.key) in wanted}


@dataclass(frozen=True, slots=True)
class ItemName:
    """How an item is called. `product_id` None: we do not know it, the name is the report's."""

    item_no: str
    title: str
    product_id: int | None


def item_names(item_nos: Sequence[str]) -> dict[str, ItemName]:
    """Name items: by the catalogue, else by what a report called them. Two queries at most."""
    known = {
        row.item_no: ItemName(row.item_no, row.title or row.item_code, row.pk)
        for row in Product.objects.filter(item_no__in=item_nos)
        .only("pk", "item_no", "title", "item_code")
        .order_by("pk")
    }
    strange = [one for one in item_nos if one not in known]
    if strange:
        rows = (
            ChannelFact.objects.filter(is_current=True, object_no__in=strange)
            .values("object_no")
            .annotate(name=Max("object_name"))
            .order_by()
        )
        for row in rows:
            known[row["object_no"]] = ItemName(row["object_no"], row["name"], None)
    return known
