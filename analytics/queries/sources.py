"""What each source of figures knows of days: orders, refunds, ad reports, rows of files, products."""

from collections import defaultdict
from datetime import date
from decimal import Decimal

from django.db.models import QuerySet, Sum

from analytics.figures import (
    CHANNELS,
    DSR,
    HAND,
    ORDERS,
    PRODUCT_DAYS,
    REFUNDS,
    SHOP_DAY,
    TRADE,
)
from analytics.models import DayRollup, StatRow
from analytics.queries import coverage, daily
from analytics.queries.known import PRODUCT, SHOP, Answer, Ask, offer
from products.models import ProductDay
from promotions.models import ChannelDay
from shopops.lib.money import from_fen

PAID = "paid"
_OF_ROLLUP = (
    "paid_amount",
    "paid_buyers",
    "paid_orders",
    "paid_pieces",
    "net_amount",
    "gross_margin",
    "kept_pieces",
    "costed_pieces",
)
_KINDS = {"new": "new_buyers", "old": "old_buyers"}
# Our code, column of `ProductDay`.
PRODUCT_COLUMNS = {
    "visitors": "visitors",
    "page_views": "views",
    "cart_buyers": "cart_people",
    "ordered_buyers": "ordered_buyers",
    "ordered_amount": "ordered_amount",
    "paid_buyers": "paid_buyers",
    "paid_amount": "paid_amount",
    "paid_pieces": "paid_pieces",
    "refund_amount": "refunded_amount",
    "search_visitors": "search_visitors",
    "new_buyers": "new_buyers",
    "old_buyers": "old_buyers",
    "favourites": "favourites",
    "bounce_rate": "bounce_rate",
    "stay_seconds": "stay_seconds",
}


def from_orders(ask: Ask) -> Answer:
    """Give what the rollups of our orders say; a covered day without orders is zero. Four queries."""
    found: dict[str, dict[date, Decimal]] = defaultdict(dict)
    if ask.scope not in (SHOP, PRODUCT):
        return found
    known = coverage.known_days(basis=PAID, since=ask.since, until=ask.until)
    dim, key = ("total", "") if ask.scope == SHOP else ("product", ask.key)
    cells = {cell.date: cell for cell in _cells(ask, dim).filter(key=key)}
    for day in known:
        for code, value in _values(cells.get(day)).items():
            if code in ask.codes:
                found[code][day] = value
    if ask.scope == SHOP and ask.codes & set(_KINDS.values()):
        _add_kinds(ask, known, cells, found)
    return found


def _cells(ask: Ask, dim: str) -> QuerySet[DayRollup]:
    rows = DayRollup.objects.filter(basis=PAID, dim=dim, date__range=(ask.since, ask.until))
    return rows.order_by("date", "pk")


def _values(cell: DayRollup | None) -> dict[str, Decimal]:
    if cell is None:
        return dict.fromkeys(_OF_ROLLUP, Decimal(0))
    values = {
        "paid_amount": from_fen(cell.gross_fen),
        "paid_buyers": Decimal(cell.buyers),
        "paid_orders": Decimal(cell.paid_orders),
        "paid_pieces": Decimal(cell.pieces),
        "net_amount": from_fen(cell.gross_fen - cell.refund_fen),
        "kept_pieces": Decimal(cell.kept_pieces),
        "costed_pieces": Decimal(cell.costed_pieces),
    }
    # Pieces were kept and no cost of any is known: the margin is unknown, not zero.
    if cell.costed_pieces or not cell.kept_pieces:
        values["gross_margin"] = from_fen(cell.costed_fen - cell.cost_fen)
    return values


def _add_kinds(
    ask: Ask,
    known: set[date],
    totals: dict[date, DayRollup],
    found: dict[str, dict[date, Decimal]],
) -> None:
    """Add new and old buyers; a day that was rolled up before these existed stays unknown."""
    by_day: dict[date, dict[str, int]] = defaultdict(dict)
    for cell in _cells(ask, "buyer_kind"):
        by_day[cell.date][cell.key] = cell.buyers
    for day in known:
        if day not in by_day and day in totals:
            continue
        for kind, code in _KINDS.items():
            if code in ask.codes:
                found[code][day] = Decimal(by_day[day].get(kind, 0))


def from_refunds(ask: Ask) -> Answer:
    """Give what was paid back on each day that refund files cover."""
    if ask.scope != SHOP:
        return {}
    return {"refund_amount": daily.refunds_by_day(since=ask.since, until=ask.until)}


def from_channels(ask: Ask) -> Answer:
    """Give what paid channels cost on the days that some report tells of; commissions are not in it."""
    if ask.scope != SHOP:
        return {}
    rows = (
        ChannelDay.objects.filter(serves_total=True, date__range=(ask.since, ask.until))
        .exclude(channel="tbk")
        .values("date")
        .annotate(spend=Sum("spend_amount"))
        .order_by("date")
    )
    return {"ad_spend": {row["date"]: row["spend"] for row in rows if row["spend"] is not None}}


def from_products(ask: Ask) -> Answer:
    """Give what the product file says of one item; of a shop it says nothing: its people overlap."""
    found: dict[str, dict[date, Decimal]] = defaultdict(dict)
    columns = {PRODUCT_COLUMNS[code]: code for code in ask.codes if code in PRODUCT_COLUMNS}
    if ask.scope != PRODUCT or not columns:
        return found
    rows = ProductDay.objects.filter(
        product__item_no=ask.key, date__range=(ask.since, ask.until)
    ).order_by("date", "pk")
    for row in rows.values("date", *columns):
        for column, code in columns.items():
            if row[column] is not None:
                found[code][row["date"]] = Decimal(row[column])
    return found


def from_rows(source: str) -> None:
    """Offer what rows of a kind of file, or hand entries, say of the shop's days."""

    def told(ask: Ask) -> Answer:
        if ask.scope != SHOP:
            return {}
        return told_by(source, ask)

    offer(source, told)


def told_by(source: str, ask: Ask, *, device: str = "all") -> dict[str, dict[date, Decimal]]:
    """Give what the rows of a source say of whole days; the latest word of each figure. One query."""
    found: dict[str, dict[date, Decimal]] = defaultdict(dict)
    rows = StatRow.objects.filter(
        is_current=True,
        source=source,
        scope=SHOP,
        hour=None,
        device__in={"all", device},
        key="",
        date__range=(ask.since, ask.until),
    ).order_by("said_at", "pk")
    for day, terminal, said in rows.values_list("date", "device", "figures"):
        # A file has a row for each terminal, or one row with a column for each.
        suffix = "" if terminal == device else f"@{device}"
        for code in ask.codes:
            if code + suffix in said:
                found[code][day] = Decimal(said[code + suffix])
    return found


def register() -> None:
    """Let every source answer."""
    offer(ORDERS, from_orders)
    offer(REFUNDS, from_refunds)
    offer(CHANNELS, from_channels)
    offer(PRODUCT_DAYS, from_products)
    for source in (SHOP_DAY, TRADE, DSR, HAND):
        from_rows(source)
