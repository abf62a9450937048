"""Which days we know, and which files did not come. Missing is unknown, never zero."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Max, Q
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from analytics.models import RolledDay
from shopops.intake.choices import BatchState
from shopops.intake.models import Batch
from shopops.lib.business_time import business_date, day_bounds

ORDERS, ITEMS, REFUNDS = "orders.order_list", "orders.item_list", "orders.refund_list"
# Files that a shop exports each morning, and what is missing without them.
EXPECTED: tuple[tuple[str, str | Promise, str | Promise], ...] = (
    (ORDERS, _("订单"), _("昨天的金额、买家数、待发的单都不全")),
    (ITEMS, _("宝贝（订单明细）"), _("按 SKU 和商品的数字不全")),
    (REFUNDS, _("退款"), _("退款金额未知，退款中的单可能还在发")),
)
# Files that a shop may bring each day: missed only where it ever brought one in the last weeks.
IF_EVER: tuple[tuple[str, str | Promise, str | Promise], ...] = (
    ("analytics.shop_day", _("生意参谋店铺日报"), _("访客、加购和转化率未知")),
    ("analytics.trade", _("生意参谋交易趋势"), _("下单买家和下单金额未知")),
    ("analytics.flow", _("生意参谋流量来源"), _("访客从哪来未知")),
    ("products.product_days", _("生意参谋商品日报"), _("商品的访客和转化率未知")),
)
# A file that has not come for so long is no habit any more; the check of gaps still tells of it.
GIVEN_UP = timedelta(days=45)


@dataclass(frozen=True, slots=True)
class FileState:
    """How far the files of one kind reach. `covers`: the asked day lies wholly within them."""

    kind: str
    label: str | Promise
    without: str | Promise
    covers: bool
    last_exported_at: datetime | None


def known_days(*, basis: str, since: date, until: date) -> set[date]:
    """Give the days of a period whose figures are known: with orders, or inside an order file.

    A day without orders inside the period of a file is known to be zero. Two queries.
    """
    rolled = RolledDay.objects.filter(basis=basis, date__range=(since, until))
    known = set(rolled.order_by("date").values_list("date", flat=True))
    return known | covered_days(kind=ORDERS, since=since, until=until)


def covered_days(*, kind: str, since: date, until: date) -> set[date]:
    """Give the days of a period that lie in the period of an imported file of this kind."""
    start, end = day_bounds(since)[0], day_bounds(until)[1]
    rows = Batch.objects.filter(
        kind=kind, state=BatchState.DONE, period_from__lt=end, period_to__gte=start
    )
    days: set[date] = set()
    for first, last in rows.order_by("pk").values_list("period_from", "period_to"):
        if first is None or last is None:
            continue
        days |= _between(max(business_date(first), since), min(business_date(last), until))
    return days


def _between(first: date, last: date) -> set[date]:
    return {first + timedelta(days=n) for n in range((last - first).days + 1)}


def file_states(*, day: date) -> list[FileState]:
    """Give for each expected kind of file whether it covers `day` to its end. One query.

    A file covers a day that it was exported after: the platform had nothing more to say about it. One
    that names its days covers those alone. What a shop brings by choice is expected once it ever did.
    """
    start, end = day_bounds(day)
    last: dict[str, dict[str, Any]] = {
        row["kind"]: dict(row)
        for row in Batch.objects.filter(
            state=BatchState.DONE,
            kind__in=[kind for kind, _label, _without in (*EXPECTED, *IF_EVER)],
        )
        .values("kind")
        .annotate(
            exported=Max("exported_at"),
            covering=Max("exported_at", filter=Q(exported_at__gte=end)),
            naming=Max("exported_at", filter=Q(exported_at__gte=end, period_to__gte=start)),
        )
        .order_by("kind")
    }
    return [
        FileState(
            kind=kind,
            label=label,
            without=without,
            covers=kind in last and last[kind][column] is not None,
            last_exported_at=last[kind]["exported"] if kind in last else None,
        )
        for column, kinds in (("covering", EXPECTED), ("naming", IF_EVER))
        for kind, label, without in kinds
        if kinds is EXPECTED or (kind in last and last[kind]["exported"] >= start - GIVEN_UP)
    ]


def missing(states: Iterable[FileState]) -> list[FileState]:
    """Keep those that do not cover the day."""
    return [state for state in states if not state.covers]


def has_any_data() -> bool:
    """Tell whether anything was ever imported."""
    return RolledDay.objects.exists() or Batch.objects.filter(state=BatchState.DONE).exists()
