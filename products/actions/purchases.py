"""Purchase orders: written, ordered, paid, sent, arriving in parts; an arrival is a receipt in the ledger."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from products.actions import locks, stock
from products.actions.errors import PurchaseRefusedError, StaleGoodsError
from products.choices import MoveKind, PurchaseState
from products.models import (
    PurchaseLine,
    PurchaseOrder,
    Sku,
    StockMove,
    Supplier,
    SupplierPrice,
)
from shopops.lib.business_time import business_date
from shopops.staff import operations
from shopops.staff.models import User

OPEN = (PurchaseState.ORDERED, PurchaseState.PAID, PurchaseState.PART_ARRIVED)


@dataclass(frozen=True, slots=True)
class Line:
    """One SKU of a purchase order; `price_amount` a piece, None if it is not agreed yet."""

    sku_id: int
    quantity: int
    price_amount: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Arrival:
    """What arrived of one line, the defect pieces among them."""

    line_id: int
    arrived: int
    defect: int = 0


@transaction.atomic
def create_purchase(
    *,
    supplier_id: int,
    lines: Sequence[Line],
    expected_on: date | None = None,
    note: str = "",
    by: User,
    now: datetime,
) -> PurchaseOrder:
    """Write a purchase order as a draft. Its number is of the day: `PO260917-01`.

    :raises PurchaseRefusedError: if it has no line, a SKU twice, a bundle, or a senseless figure
    """
    supplier = locks.locked_supplier(supplier_id=supplier_id)
    _refuse_lines(lines)
    purchase = PurchaseOrder.objects.create(
        supplier=supplier,
        number=_next_number(now),
        created_at=now,
        created_by=by,
        expected_on=expected_on,
        note=note.strip()[:200],
    )
    PurchaseLine.objects.bulk_create(
        PurchaseLine(
            purchase=purchase,
            sku_id=line.sku_id,
            quantity=line.quantity,
            price_amount=line.price_amount,
        )
        for line in lines
    )
    pieces = sum(line.quantity for line in lines)
    _record("created", purchase, by, now, new={"supplier": supplier.name, "pieces": pieces})
    return purchase


def _refuse_lines(lines: Sequence[Line]) -> None:
    if not lines:
        raise PurchaseRefusedError(_("至少要有一个商品。"))
    ids = [line.sku_id for line in lines]
    if len(set(ids)) != len(ids):
        raise PurchaseRefusedError(_("同一个编码只写一行，把数量加在一起。"))
    if any(line.quantity <= 0 for line in lines):
        raise PurchaseRefusedError(_("数量要大于 0。"))
    if any(line.price_amount is not None and line.price_amount <= 0 for line in lines):
        raise PurchaseRefusedError(_("单价要大于 0。"))
    found = Sku.objects.filter(pk__in=ids)
    if made := found.filter(parts__isnull=False).order_by("pk").first():
        raise PurchaseRefusedError(_("「%(code)s」是套装，采购它的部件。") % {"code": made.code})
    if found.count() != len(ids):
        raise PurchaseRefusedError(_("有的商品已经不在了，刷新一下再写。"))


def _next_number(now: datetime) -> str:
    """Give the day's next number; two who buy from two suppliers at once number one by one."""
    locks.hold_purchase_numbers()
    prefix = f"PO{business_date(now):%y%m%d}-"
    rows = PurchaseOrder.objects.filter(number__startswith=prefix)
    taken = [int(number.removeprefix(prefix)) for number in rows.values_list("number", flat=True)]
    return f"{prefix}{max(taken, default=0) + 1:02d}"


@transaction.atomic
def change_line(*, number: str, line: Line, version: int, by: User, now: datetime) -> PurchaseOrder:
    """Add a SKU to a draft, or give it other figures; a quantity of 0 takes it out. Locks the order."""
    purchase = _locked(number, version)
    _require(purchase, PurchaseState.DRAFT, _("只有草稿能改内容。"))
    if line.quantity == 0:
        purchase.lines.filter(sku=line.sku_id).delete()
    else:
        _refuse_lines([line])
        PurchaseLine.objects.update_or_create(
            purchase=purchase,
            sku_id=line.sku_id,
            defaults={"quantity": line.quantity, "price_amount": line.price_amount},
        )
    code = Sku.objects.values_list("code", flat=True).get(pk=line.sku_id)
    # No price: more people read the log than may see costs.
    new = {"code": code, "quantity": line.quantity}
    _save(purchase)
    _record("line_changed", purchase, by, now, new=new)
    return purchase


@transaction.atomic
def order_purchase(
    *, number: str, expected_on: date | None, version: int, by: User, now: datetime
) -> PurchaseOrder:
    """Record that it was ordered; without a date it is expected after the supplier's lead time.

    Agreed prices that differ from the last known ones enter the supplier's price history.
    """
    purchase = _locked(number, version)
    _require(purchase, PurchaseState.DRAFT, _("这张采购单已经下过单。"))
    if not purchase.lines.exists():
        raise PurchaseRefusedError(_("至少要有一个商品。"))
    today = business_date(now)
    promised = today + timedelta(days=purchase.supplier.lead_days)
    purchase.expected_on = expected_on or purchase.expected_on or promised
    if purchase.expected_on < today:
        raise PurchaseRefusedError(_("预计到货日已经过去。"))
    purchase.state, purchase.ordered_at = PurchaseState.ORDERED, now
    _save(purchase, "state", "ordered_at", "expected_on")
    _note_prices(purchase, today)
    _record("ordered", purchase, by, now, new={"expected_on": purchase.expected_on.isoformat()})
    return purchase


def _note_prices(purchase: PurchaseOrder, today: date) -> None:
    known = SupplierPrice.objects.filter(supplier=purchase.supplier).order_by("valid_from")
    last = {price.sku_id: price for price in known}
    for line in purchase.lines.exclude(price_amount=None):
        before = last.get(line.sku_id)
        if before is None or before.amount != line.price_amount:
            least = before.minimum_quantity if before else 1
            SupplierPrice.objects.update_or_create(
                supplier=purchase.supplier,
                sku_id=line.sku_id,
                valid_from=today,
                defaults={"amount": line.price_amount, "minimum_quantity": least},
            )


@transaction.atomic
def pay_purchase(*, number: str, version: int, by: User, now: datetime) -> PurchaseOrder:
    """Record that it was paid."""
    purchase = _locked(number, version)
    if purchase.state not in OPEN or purchase.paid_at is not None:
        raise PurchaseRefusedError(_("只有下了单、没付过款的采购单能付款。"))
    purchase.paid_at = now
    if purchase.state == PurchaseState.ORDERED:
        purchase.state = PurchaseState.PAID
    _save(purchase, "paid_at", "state")
    _record("paid", purchase, by, now)
    return purchase


@transaction.atomic
def send_purchase(
    *, number: str, expected_on: date | None, version: int, by: User, now: datetime
) -> PurchaseOrder:
    """Record that the supplier sent it, and when it is expected now."""
    purchase = _locked(number, version)
    if purchase.state not in OPEN or purchase.sent_at is not None:
        raise PurchaseRefusedError(_("只有下了单、没发出的采购单能登记发出。"))
    purchase.sent_at = now
    purchase.expected_on = expected_on or purchase.expected_on
    _save(purchase, "sent_at", "expected_on")
    _record("sent", purchase, by, now, new={"expected_on": str(purchase.expected_on or "")})
    return purchase


@transaction.atomic
def arrive(
    *, number: str, arrivals: Sequence[Arrival], version: int, by: User, now: datetime
) -> PurchaseOrder:
    """Book what arrived: good pieces into the ledger, defect ones into the supplier's record.

    The order is done when nothing is missing; more than was ordered is taken too. Locks the levels, then
    the order's lines are written.

    :raises PurchaseRefusedError: if nothing arrived, more is defect than arrived, a line stands twice or
        in another order, or it is not on its way
    """
    purchase = _locked(number, version)
    if purchase.state not in OPEN:
        raise PurchaseRefusedError(
            _("这张采购单%(state)s，不能登记到货。") % {"state": purchase.get_state_display()}
        )
    came = {one.line_id: one for one in arrivals if one.arrived}
    if not came:
        raise PurchaseRefusedError(_("写下到了几件。"))
    if len({one.line_id for one in arrivals}) != len(arrivals):
        raise PurchaseRefusedError(_("同一个编码只写一行，把数量加在一起。"))
    lines = [line for line in purchase.lines.order_by("sku_id") if line.pk in came]
    if len(lines) != len(came):
        raise PurchaseRefusedError(_("有的商品不在这张采购单里，刷新一下再写。"))
    entries = []
    for line in lines:
        one = came[line.pk]
        if one.arrived < 0 or not 0 <= one.defect <= one.arrived:
            raise PurchaseRefusedError(_("次品不能比到货多，也不能是负数。"))
        line.arrived_quantity += one.arrived
        line.defect_quantity += one.defect
        if good := one.arrived - one.defect:
            entries.append(stock.Entry(line.sku_id, good, MoveKind.RECEIPT, number, purchase.note))
    stock.write(entries, by=by, now=now, may_go_negative=True)
    PurchaseLine.objects.bulk_update(lines, ["arrived_quantity", "defect_quantity"])
    is_done = all(line.arrived_quantity >= line.quantity for line in purchase.lines.all())
    purchase.state = PurchaseState.ARRIVED if is_done else PurchaseState.PART_ARRIVED
    purchase.arrived_at = now if is_done else None
    purchase.sent_at = purchase.sent_at or now
    _save(purchase, "state", "arrived_at", "sent_at")
    arrived = sum(one.arrived for one in came.values())
    defect = sum(one.defect for one in came.values())
    _record("arrived", purchase, by, now, new={"arrived": arrived, "defect": defect})
    return purchase


@transaction.atomic
def close_purchase(
    *, number: str, reason: str, version: int, by: User, now: datetime
) -> PurchaseOrder:
    """End an order of which nothing more will come: arrived as far as it did, or cancelled."""
    if not reason.strip():
        raise PurchaseRefusedError(_("写下为什么结束。"))
    purchase = _locked(number, version)
    if purchase.state in {PurchaseState.ARRIVED, PurchaseState.CANCELLED}:
        raise PurchaseRefusedError(_("这张采购单已经结束。"))
    came = purchase.lines.filter(arrived_quantity__gt=0).exists()
    purchase.state = PurchaseState.ARRIVED if came else PurchaseState.CANCELLED
    purchase.arrived_at = (_last_arrival(purchase) or now) if came else None
    _save(purchase, "state", "arrived_at")
    _record("closed", purchase, by, now, reason=reason.strip())
    return purchase


def _last_arrival(purchase: PurchaseOrder) -> datetime | None:
    """Give when the last good pieces came: a supplier's word is measured by that, not by when we gave up."""
    moves = StockMove.objects.filter(reference=purchase.number, kind=MoveKind.RECEIPT)
    return moves.order_by("-at", "-pk").values_list("at", flat=True).first()


def _locked(number: str, version: int) -> PurchaseOrder:
    purchase = locks.locked_purchase(number=number)
    if purchase.version != version:
        raise StaleGoodsError(
            words=_("采购单 %(number)s 在你打开之后被同事改过，看一下现在的再做。")
            % {"number": number}
        )
    return purchase


def _require(purchase: PurchaseOrder, state: PurchaseState, words: str) -> None:
    if purchase.state != state:
        raise PurchaseRefusedError(words)


def _save(purchase: PurchaseOrder, *fields: str) -> None:
    purchase.version += 1
    purchase.save(update_fields=[*fields, "version"])


def _record(
    what: str,
    purchase: PurchaseOrder,
    by: User,
    now: datetime,
    *,
    new: dict[str, object] | None = None,
    reason: str = "",
) -> None:
    operations.record(
        name=f"products.purchase.{what}",
        by=by,
        now=now,
        object_type="purchase",
        object_key=purchase.number,
        new={"state": purchase.state, **(new or {})},
        reason=reason,
    )


# --- suppliers ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class SupplierValues:
    """A supplier as a person enters it."""

    name: str
    contact: str
    lead_days: int
    note: str
    is_on: bool = True


@transaction.atomic
def add_supplier(*, values: SupplierValues, by: User, now: datetime) -> Supplier:
    """Add a supplier.

    :raises PurchaseRefusedError: if another one has this name
    """
    _refuse_name(values.name, but=None)
    supplier = Supplier.objects.create(
        name=values.name.strip(),
        contact=values.contact,
        lead_days=values.lead_days,
        note=values.note,
    )
    _record_supplier("added", supplier, by, now, new={"lead_days": supplier.lead_days})
    return supplier


@transaction.atomic
def change_supplier(
    *, supplier_id: int, values: SupplierValues, version: int, by: User, now: datetime
) -> Supplier:
    """Change a supplier.

    :raises PurchaseRefusedError: if another one has this name
    :raises StaleGoodsError: if a colleague changed it since `version`
    """
    supplier = locks.locked_supplier(supplier_id=supplier_id)
    if supplier.version != version:
        raise StaleGoodsError(words=_("这家供应商刚被同事改过，看一下现在的再改。"))
    _refuse_name(values.name, but=supplier.pk)
    old = {"name": supplier.name, "lead_days": supplier.lead_days, "is_on": supplier.is_on}
    supplier.name, supplier.contact = values.name.strip(), values.contact
    supplier.lead_days, supplier.note = values.lead_days, values.note
    supplier.is_on, supplier.version = values.is_on, supplier.version + 1
    supplier.save()
    new = {"name": supplier.name, "lead_days": supplier.lead_days, "is_on": supplier.is_on}
    _record_supplier("changed", supplier, by, now, old=old, new=new)
    return supplier


@transaction.atomic
def set_supplier_price(
    *,
    supplier_id: int,
    sku_id: int,
    amount: Decimal,
    minimum_quantity: int,
    by: User,
    now: datetime,
) -> SupplierPrice:
    """Note what a supplier asks for a SKU from today on; older prices stay as the history."""
    supplier = locks.locked_supplier(supplier_id=supplier_id)
    if amount <= 0 or minimum_quantity <= 0:
        raise PurchaseRefusedError(_("单价和起订量都要大于 0。"))
    price, _created = SupplierPrice.objects.update_or_create(
        supplier=supplier,
        sku_id=sku_id,
        valid_from=business_date(now),
        defaults={"amount": amount, "minimum_quantity": minimum_quantity},
    )
    code = Sku.objects.values_list("code", flat=True).get(pk=sku_id)
    _record_supplier("price_set", supplier, by, now, new={"code": code})
    return price


def _refuse_name(name: str, *, but: int | None) -> None:
    same = Supplier.objects.filter(name=name.strip())
    if (same if but is None else same.exclude(pk=but)).exists():
        raise PurchaseRefusedError(_("已经有一家叫「%(name)s」。") % {"name": name.strip()})


def _record_supplier(
    what: str,
    supplier: Supplier,
    by: User,
    now: datetime,
    *,
    old: dict[str, object] | None = None,
    new: dict[str, object] | None = None,
) -> None:
    operations.record(
        name=f"products.supplier.{what}",
        by=by,
        now=now,
        object_type="supplier",
        object_key=supplier.name,
        old=old,
        new=new,
    )
