"""Counting the shelf: open, enter, book. Booking writes the differences into the ledger."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import F, Q
from django.utils.translation import gettext as _

from products.actions import locks, stock
from products.actions.errors import CountRefusedError, StaleGoodsError
from products.choices import CountState, MoveKind
from products.models import CountLine, Sku, StockCount, StockLevel, StockMove
from products.rules.stock import MOST_PIECES, read_code, read_pieces
from shopops.staff import operations
from shopops.staff.models import User

MOST_LINES = 20_000


@dataclass(frozen=True, slots=True)
class Refused:
    """A line that was not taken: where it stands, what it says, why."""

    line: int
    text: str
    reason: str


@dataclass(frozen=True, slots=True)
class Entered:
    """What entering lines did."""

    taken: int
    refused: tuple[Refused, ...]


@transaction.atomic
def open_count(*, note: str, by: User, now: datetime) -> StockCount:
    """Begin a count; several may be open, of different shelves."""
    count = StockCount.objects.create(opened_at=now, opened_by=by, note=note.strip()[:200])
    _record("opened", count, by, now, reason=count.note)
    return count


@transaction.atomic
def scan(*, count_id: int, code: str, by: User, now: datetime, pieces: int = 1) -> CountLine:
    """Add a scanned piece (or several) of a barcode or merchant code to a count. Locks the count.

    :raises CountRefusedError: if the count is over, or nobody knows the code
    """
    count = _locked_open(count_id)
    sku = _sku_of(read_code(code))
    line = CountLine.objects.filter(count=count, sku=sku).first()
    counted = (line.counted if line else 0) + pieces
    if not 0 <= counted <= MOST_PIECES:
        raise CountRefusedError(
            _("「%(code)s」不能数成 %(n)s 件。") % {"code": sku.code, "n": counted}
        )
    return _put(count, {sku.pk: counted}, now=now)[0]


@transaction.atomic
def enter(*, count_id: int, lines: Sequence[str], by: User, now: datetime) -> Entered:
    """Take typed or pasted lines `code quantity` into a count; a code entered again counts anew.

    Lines that cannot be read are given back with their reason, the others are taken. Locks the count.

    :raises CountRefusedError: if the count is over, or there are too many lines
    """
    count = _locked_open(count_id)
    if len(lines) > MOST_LINES:
        raise CountRefusedError(_("一次最多 %(n)s 行，分几次贴。") % {"n": MOST_LINES})
    read, refused = _read(lines)
    codes = {code for _line, _text, code, _pieces in read}
    known = skus_by_code(codes)
    counted: dict[int, int] = {}
    for number, text, code, pieces in read:
        sku_id = known.get(code)
        if sku_id is None:
            refused.append(Refused(number, text, _("没有这个商家编码或条码")))
        else:
            counted[sku_id] = pieces
    _put(count, counted, now=now)
    return Entered(len(counted), tuple(sorted(refused, key=lambda one: one.line)))


def skus_by_code(codes: Iterable[str]) -> dict[str, int]:
    """Give the SKU of each merchant code or barcode; of two that say the same the merchant code's."""
    wanted = list(codes)
    rows = Sku.objects.filter(Q(code__in=wanted) | Q(barcode__in=wanted), parts__isnull=True)
    found: dict[str, int] = {}
    for pk, barcode in rows.order_by("pk").values_list("pk", "barcode"):
        if barcode:
            found.setdefault(barcode, pk)
    for pk, code in rows.values_list("pk", "code"):
        found[code] = pk
    return found


def _read(lines: Sequence[str]) -> tuple[list[tuple[int, str, str, int]], list[Refused]]:
    reasons = {
        "not_a_number": _("数量不是数字"),
        "not_whole": _("数量要是整数"),
        "negative": _("盘点数量不能是负数"),
        "too_many": _("数量太大"),
    }
    read, refused = [], []
    for number, text in enumerate(lines, start=1):
        words = text.replace("\t", " ").replace("，", " ").replace(",", " ").split()
        if not words:
            continue
        if len(words) < 2:
            refused.append(Refused(number, text.strip(), _("一行写编码和数量")))
            continue
        try:
            read.append(
                (number, text.strip(), read_code(" ".join(words[:-1])), read_pieces(words[-1]))
            )
        except ValueError as error:
            refused.append(Refused(number, text.strip(), reasons[str(error)]))
    return read, refused


def _put(count: StockCount, counted: dict[int, int], *, now: datetime) -> list[CountLine]:
    """Store counted pieces beside what the ledger says now."""
    on_hand = dict(StockLevel.objects.filter(sku__in=counted).values_list("sku_id", "on_hand"))
    lines = [
        CountLine(
            count=count,
            sku_id=sku_id,
            counted_at=now,
            counted=pieces,
            on_hand=on_hand.get(sku_id, 0),
        )
        for sku_id, pieces in sorted(counted.items())
    ]
    CountLine.objects.bulk_create(
        lines,
        update_conflicts=True,
        unique_fields=["count", "sku"],
        update_fields=["counted", "on_hand", "counted_at"],
        batch_size=2000,
    )
    StockCount.objects.filter(pk=count.pk).update(version=F("version") + 1)
    return lines


def _sku_of(code: str) -> Sku:
    found = skus_by_code([code])
    if code not in found:
        raise CountRefusedError(_("没有商家编码或条码是「%(code)s」的商品。") % {"code": code})
    return Sku.objects.get(pk=found[code])


@transaction.atomic
def drop_line(*, count_id: int, sku_id: int, by: User, now: datetime) -> None:
    """Take a SKU out of an open count: it was not counted after all."""
    count = _locked_open(count_id)
    CountLine.objects.filter(count=count, sku=sku_id).delete()
    StockCount.objects.filter(pk=count.pk).update(version=F("version") + 1)


@transaction.atomic
def book_count(*, count_id: int, version: int, by: User, now: datetime) -> StockCount:
    """Write the differences of a count into the ledger. Locks the count, then the levels.

    A difference is against what the ledger said when the SKU was counted: what moved since then stays
    moved. What another count of the same SKU booked since then is part of the difference, and not booked
    again. A shelf that holds less than is set aside is booked all the same: the count is the truth.

    :raises CountRefusedError: if the count is over or empty
    :raises StaleGoodsError: if something was counted since `version` was seen
    """
    count = _locked_open(count_id)
    if count.version != version:
        raise StaleGoodsError(words=_("这次盘点在你打开之后又数了新的，看一下再入账。"))
    lines = list(count.lines.order_by("sku_id"))
    if not lines:
        raise CountRefusedError(_("还没有数任何东西。"))
    # A SKU that was found as nothing where nothing was expected is kept from now on, too.
    kept = [line.sku_id for line in lines]
    _keep(kept, now=now)
    locks.locked_levels(kept)
    booked = _booked_since(lines)
    entries = [
        stock.Entry(
            line.sku_id,
            difference,
            MoveKind.COUNT,
            reference=_reference(count),
            reason=count.note,
        )
        for line in lines
        if (difference := line.counted - line.on_hand - booked[line.sku_id])
    ]
    stock.write(entries, by=by, now=now, may_go_negative=True)
    count.state, count.booked_at, count.booked_by = CountState.BOOKED, now, by
    count.version += 1
    count.save(update_fields=["state", "booked_at", "booked_by", "version"])
    _record(
        "booked",
        count,
        by,
        now,
        new={
            "lines": len(lines),
            "differences": len(entries),
            "pieces": sum(entry.quantity for entry in entries),
        },
    )
    return count


def _booked_since(lines: Sequence[CountLine]) -> Counter[int]:
    """Give what other counts booked of these SKUs after they were counted here. Under the levels' locks."""
    counted_at = {line.sku_id: line.counted_at for line in lines}
    moves = StockMove.objects.filter(
        kind=MoveKind.COUNT, at__gt=min(counted_at.values()), sku__in=counted_at
    )
    booked: Counter[int] = Counter()
    for sku_id, at, quantity in moves.values_list("sku_id", "at", "quantity"):
        if at > counted_at[sku_id]:
            booked[sku_id] += quantity
    return booked


def _keep(sku_ids: Sequence[int], *, now: datetime) -> None:
    StockLevel.objects.bulk_create(
        [StockLevel(sku_id=sku_id, kept_since=now) for sku_id in sku_ids],
        ignore_conflicts=True,
        batch_size=2000,
    )


@transaction.atomic
def cancel_count(*, count_id: int, by: User, now: datetime) -> StockCount:
    """Give a count up; nothing is written into the ledger."""
    count = _locked_open(count_id)
    count.state = CountState.CANCELLED
    count.version += 1
    count.save(update_fields=["state", "version"])
    _record("cancelled", count, by, now)
    return count


def _reference(count: StockCount) -> str:
    return f"count {count.pk}"


def _locked_open(count_id: int) -> StockCount:
    count = locks.locked_count(count_id=count_id)
    if count.state != CountState.OPEN:
        raise CountRefusedError(
            _("这次盘点%(state)s，不能再改。") % {"state": count.get_state_display()}
        )
    return count


def _record(
    what: str,
    count: StockCount,
    by: User,
    now: datetime,
    *,
    new: dict[str, int] | None = None,
    reason: str = "",
) -> None:
    operations.record(
        name=f"products.count.{what}",
        by=by,
        now=now,
        object_type="stock_count",
        object_key=str(count.pk),
        new=new,
        reason=reason,
    )
