"""Where a figure of a day comes from: every source with its words, which counts and why."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from analytics.figures import (
    CHANNELS,
    DSR,
    FLOW,
    HAND,
    ORDERS,
    PRODUCT_DAYS,
    REFUNDS,
    SHOP_DAY,
    TRADE,
    figure,
)
from analytics.models import RolledDay, StatRow
from analytics.queries.flow import ITEM_FLOW, ITEM_MARK
from analytics.queries.known import PRODUCT, SHOP, words_of
from analytics.queries.sources import PRODUCT_COLUMNS
from analytics.rules.traffic_sources import SEARCH
from products.queries import day_words
from shopops.intake.models import Batch

OF_ROWS = (SHOP_DAY, TRADE, DSR, HAND)
# Why a word counts or does not.
COUNTS, LESS_TRUSTED, OLDER = "counts", "less_trusted", "older"
# Who may speak of the shop and of one product.
_BOTH = (ORDERS, REFUNDS, FLOW)


@dataclass(frozen=True, slots=True)
class Word:
    """One source's word about a figure of a day. `why`: counts, less_trusted, older, or empty: says nothing."""

    source: str
    value: Decimal | None
    why: str
    said_at: datetime | None = None
    said_by: str = ""
    note: str = ""
    file_name: str = ""
    batch_id: int | None = None
    line: int | None = None


def words_about(code: str, day: date, *, scope: str = SHOP, key: str = "") -> list[Word]:
    """Give what every source of a figure says of a day, in order of trust; earlier words too.

    Of a figure that is derived it gives nothing: ask for its parts.
    """
    said = (
        words_of([code], since=day, until=day, key=key, scope=scope)[code]
        if not figure(code).parts
        else {}
    )
    rows = _rows(code, day) if scope == SHOP else []
    names = _files([row.batch_id for row in rows])
    found: list[Word] = []
    is_taken = False
    for source, by_day in said.items():
        # Files of the shop say nothing of a product, and the other way round: not worth a line.
        if (source == PRODUCT_DAYS) == (scope == SHOP) and source not in _BOTH:
            continue
        value = by_day.get(day)
        why = "" if value is None else (LESS_TRUSTED if is_taken else COUNTS)
        of_source = [row for row in rows if row.source == source]
        if of_source:
            found += _told(code, of_source, names, why)
        elif source == PRODUCT_DAYS and value is not None:
            found += _told_of_item(code, day, key, why)
        else:
            found.append(_computed(source, value, why, day, scope=scope, key=key))
        is_taken = is_taken or value is not None
    return found


def _rows(code: str, day: date) -> list[StatRow]:
    rows = StatRow.objects.filter(
        date=day, scope=SHOP, key="", hour=None, device="all", source__in=OF_ROWS
    )
    told = rows.filter(figures__has_key=code).select_related("said_by")
    return list(told.order_by("-said_at", "-pk"))


def _files(ids: Iterable[int | None]) -> dict[int, str]:
    wanted = {one for one in ids if one is not None}
    rows = Batch.objects.filter(pk__in=wanted).order_by("pk")
    return dict(rows.values_list("pk", "file_name"))


def _told(code: str, rows: list[StatRow], names: Mapping[int, str], why: str) -> list[Word]:
    found = []
    for place, row in enumerate(rows):
        is_latest = place == 0 and row.is_current
        found.append(
            Word(
                source=row.source,
                value=Decimal(row.figures[code]),
                why=why if is_latest and why else OLDER,
                said_at=row.said_at,
                said_by=row.said_by.name if row.said_by else "",
                note=row.note,
                file_name=names.get(row.batch_id or 0, ""),
                batch_id=row.batch_id,
                line=row.line,
            )
        )
    return found


def _told_of_item(code: str, day: date, item_no: str, why: str) -> list[Word]:
    """Give what the product files said of an item: one counts, the earlier ones stand below it."""
    rows = day_words.words_about(item_no=item_no, day=day, column=PRODUCT_COLUMNS[code])
    return [
        Word(
            source=PRODUCT_DAYS,
            value=row.value,
            why=why if row.counts else OLDER,
            said_at=row.said_at,
            file_name=row.file_name,
            batch_id=row.batch_id,
        )
        for row in rows
    ]


def _computed(
    source: str, value: Decimal | None, why: str, day: date, *, scope: str, key: str
) -> Word:
    if source == ORDERS:
        rolled = RolledDay.objects.filter(basis="paid", date=day).order_by("pk").first()
        return Word(source, value, why, said_at=rolled.computed_at if rolled else None)
    if source == FLOW and value is not None:
        return _of_searches(value, why, day, item=key if scope == PRODUCT else "")
    return Word(source, value, why)


def _of_searches(value: Decimal, why: str, day: date, *, item: str) -> Word:
    """Give the newest file among those that name a search as a source; the sum is of several rows."""
    of = ITEM_FLOW if item else FLOW
    rows = StatRow.objects.filter(
        is_current=True, source=of, scope=of, date=day, key__contains=SEARCH
    )
    if item:
        rows = rows.filter(key__startswith=f"{item}{ITEM_MARK}")
    row = rows.order_by("-said_at", "-pk").first()
    if row is None:
        return Word(FLOW, value, why)
    names = _files([row.batch_id])
    return Word(
        FLOW,
        value,
        why,
        said_at=row.said_at,
        file_name=names.get(row.batch_id or 0, ""),
        batch_id=row.batch_id,
    )


def latest_by_hand(day: date) -> StatRow | None:
    """Give the newest word that a person entered of a day."""
    return (
        StatRow.objects.filter(source=HAND, scope=SHOP, date=day)
        .select_related("said_by")
        .order_by("-said_at", "-pk")
        .first()
    )


__all__ = [
    "CHANNELS",
    "COUNTS",
    "LESS_TRUSTED",
    "OLDER",
    "REFUNDS",
    "Word",
    "latest_by_hand",
    "words_about",
]
