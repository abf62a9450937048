"""Prices: changing one or many, and the manager's decision where one goes below floor or cost."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from products import registry
from products.actions.catalogue import said_by_hand
from products.actions.catalogue_locks import locked_sku, locked_skus
from products.actions.errors import StaleGoodsError, UnableToPriceError
from products.actions.locks import locked_price_change
from products.choices import SECRET_KINDS, PriceChangeState, PriceKind
from products.models import PriceChange, Sku
from products.queries.prices import activity_amounts, current_prices, prices_of
from products.rules.prices import Prices, needs_manager, notes, refusal
from products.wording.prices import refusal_words
from shopops.staff import operations
from shopops.staff.models import User

FIELDS = {
    PriceKind.COST: "cost_amount",
    PriceKind.FLOOR: "floor_amount",
    PriceKind.LIST: "list_amount",
}


@dataclass(frozen=True, slots=True)
class NewPrice:
    """One wanted price. `version` of the SKU is what the person saw, None for who saw nothing."""

    sku_id: int
    kind: PriceKind
    amount: Decimal
    reason: str
    version: int | None = None


@transaction.atomic
def change_price(*, wanted: NewPrice, by: User, now: datetime) -> PriceChange:
    """Change one price, or have it wait for the manager. Locks the SKU.

    A price in force at once has all activities looked at again; what they object stands in the row.

    :raises Sku.DoesNotExist: if there is none
    :raises UnableToPriceError: if it is no price, nothing new, without reason, or one waits already
    :raises StaleGoodsError: if the SKU changed since the version
    """
    sku = locked_sku(sku_id=wanted.sku_id, version=wanted.version)
    prices = current_prices(sku)
    _refuse(wanted, prices)
    if _waiting([sku.pk]).get((sku.pk, wanted.kind)):
        raise UnableToPriceError(_("这个价已经有一条在等店长批，批完再改。"))
    change = _change(sku, prices, wanted, by, now)
    change.save()
    if change.state == PriceChangeState.APPLIED:
        _save_skus([sku], by, now)
        _recheck([change], now)
    operations.record(
        name=_name(change),
        by=by,
        now=now,
        object_type="sku",
        object_key=sku.code,
        old=_logged(change, change.old_amount),
        new=_logged(change, change.new_amount),
        reason=change.reason,
    )
    return change


def _name(change: PriceChange) -> str:
    waits = change.state == PriceChangeState.WAITING
    return "products.price.asked" if waits else "products.price.changed"


def _logged(change: PriceChange, amount: Decimal | None) -> dict[str, str]:
    """Give a price for the log, which more people read than may see costs: these stand in the change."""
    shown = "" if amount is None or change.kind in SECRET_KINDS else str(amount)
    return {"price": shown, "price_kind": change.kind}


def _refuse(wanted: NewPrice, prices: Prices) -> None:
    if not wanted.reason.strip():
        raise UnableToPriceError(_("写下为什么改价。"))
    if code := refusal(wanted.kind, wanted.amount, prices):
        raise UnableToPriceError(refusal_words(code))


def _waiting(sku_ids: Sequence[int]) -> dict[tuple[int, str], int]:
    rows = PriceChange.objects.filter(sku_id__in=sku_ids, state=PriceChangeState.WAITING)
    return {(sku_id, kind): pk for sku_id, kind, pk in rows.values_list("sku_id", "kind", "pk")}


def _change(
    sku: Sku, prices: Prices, wanted: NewPrice, by: User | None, now: datetime
) -> PriceChange:
    """Make the row and, where nobody must agree, set the price on the (locked) SKU. Saves nothing."""
    reasons = needs_manager(wanted.kind, wanted.amount, prices)
    if not reasons:
        _set(sku, wanted.kind, wanted.amount, now)
    return PriceChange(
        sku=sku,
        asked_at=now,
        asked_by=by,
        decided_at=None if reasons else now,
        old_amount=prices.of(wanted.kind),
        new_amount=wanted.amount,
        kind=wanted.kind,
        state=PriceChangeState.WAITING if reasons else PriceChangeState.APPLIED,
        reason=wanted.reason.strip(),
        objections=[*reasons, *notes(wanted.kind, prices)],
    )


def _set(sku: Sku, kind: PriceKind, amount: Decimal, now: datetime) -> None:
    if field_name := FIELDS.get(kind):
        setattr(sku, field_name, amount)
        said_by_hand(sku, field_name, now=now)
    sku.version += 1


def _save_skus(skus: Sequence[Sku], by: User | None, now: datetime) -> None:
    for sku in skus:
        sku.changed_at, sku.changed_by = now, by
    fields = [*FIELDS.values(), "said_by", "version", "changed_at", "changed_by"]
    Sku.objects.bulk_update(skus, fields, batch_size=1000)


def _recheck(changes: Sequence[PriceChange], now: datetime) -> None:
    """Have activities look at prices again that are in force now; keep what they object."""
    found = registry.recheck_activities(sorted({change.sku_id for change in changes}), now)
    objected = [change for change in changes if found.get(change.sku_id)]
    for change in objected:
        change.objections = [*change.objections, *found[change.sku_id]]
    PriceChange.objects.bulk_update(objected, ["objections"], batch_size=1000)


@transaction.atomic
def decide_price(
    *, change_id: int, agrees: bool, reason: str, by: User, now: datetime
) -> PriceChange:
    """Agree to a price that waits, or refuse it, with a reason. Locks the SKU, then the change.

    :raises PriceChange.DoesNotExist: if there is none
    :raises UnableToPriceError: without a reason, or if it was decided already
    :raises StaleGoodsError: if the price was changed by another way while this one waited
    """
    if not reason.strip():
        raise UnableToPriceError(_("写下为什么批，或者为什么不批。"))
    sku = locked_sku(sku_id=PriceChange.objects.get(pk=change_id).sku_id)
    change = locked_price_change(change_id=change_id)
    if change.state != PriceChangeState.WAITING:
        raise UnableToPriceError(_("这一条已经有人批过了。"))
    kind = PriceKind(change.kind)
    if agrees:
        if current_prices(sku).of(kind) != change.old_amount:
            raise StaleGoodsError(sku.code)
        _set(sku, kind, change.new_amount or Decimal(0), now)
        _save_skus([sku], by, now)
    change.state = PriceChangeState.APPLIED if agrees else PriceChangeState.REFUSED
    change.decided_at, change.decided_by = now, by
    change.decision_reason = reason.strip()
    change.save(update_fields=["state", "decided_at", "decided_by", "decision_reason"])
    if agrees:
        _recheck([change], now)
    operations.record(
        name="products.price.approved" if agrees else "products.price.refused",
        by=by,
        now=now,
        object_type="sku",
        object_key=sku.code,
        old=_logged(change, change.old_amount),
        new=_logged(change, change.new_amount),
        reason=change.decision_reason,
    )
    return change


def take_price(
    sku: Sku, *, kind: PriceKind, amount: Decimal, reason: str, by: User, now: datetime
) -> list[str]:
    """Set a price of a locked SKU that a person took over from a file; the caller saves the SKU.

    Give why the manager must agree first, as codes, and do nothing, where `by` may not agree.
    """
    prices = current_prices(sku)
    reasons = needs_manager(kind, amount, prices)
    if reasons and not by.has_perm("products.approve_price"):
        return reasons
    change = PriceChange.objects.create(
        sku=sku,
        asked_at=now,
        asked_by=by,
        decided_at=now,
        decided_by=by if reasons else None,
        old_amount=prices.of(kind),
        new_amount=amount,
        kind=kind,
        state=PriceChangeState.APPLIED,
        reason=reason,
        objections=[*reasons, *notes(kind, prices)],
    )
    setattr(sku, FIELDS[kind], amount)
    _recheck([change], now)
    return []


@dataclass(frozen=True, slots=True)
class BulkLine:
    """One line of a pasted price list and what would become of it: apply, wait or refuse."""

    line: int
    code: str
    kind: PriceKind
    new_amount: Decimal
    old_amount: Decimal | None
    becomes: str
    why: tuple[str, ...]
    sku_id: int = 0
    version: int = 0
    reason: str = ""


@dataclass(slots=True)
class BulkResult:
    """What a bulk change did."""

    applied: int = 0
    waiting: int = 0
    refused: list[BulkLine] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class PriceRow:
    """One wanted price by SKU code, from a pasted line."""

    line: int
    code: str
    kind: PriceKind
    amount: Decimal
    reason: str


def preview_prices(rows: Sequence[PriceRow]) -> list[BulkLine]:
    """Say for each line what would become of it. Writes nothing, locks nothing; four queries."""
    skus = {sku.code: sku for sku in Sku.objects.filter(code__in={row.code for row in rows})}
    return _judge(rows, skus)


def _judge(rows: Sequence[PriceRow], skus: Mapping[str, Sku]) -> list[BulkLine]:
    ids = [sku.pk for sku in skus.values()]
    activities, waiting = activity_amounts(ids), _waiting(ids)
    seen: set[tuple[str, str]] = set()
    judged = []
    for row in rows:
        sku = skus.get(row.code)
        twice = (row.code, row.kind) in seen
        seen.add((row.code, row.kind))
        if sku is None or twice:
            judged.append(_refused(row, "twice" if twice else "unknown_code"))
            continue
        judged.append(_judged(row, sku, prices_of(sku, activities), waiting))
    return judged


def _judged(
    row: PriceRow, sku: Sku, prices: Prices, waiting: Mapping[tuple[int, str], int]
) -> BulkLine:
    code = refusal(row.kind, row.amount, prices)
    if not code and waiting.get((sku.pk, row.kind)):
        code = "waits_already"
    if code:
        return _refused(row, code, old=prices.of(row.kind))
    why = needs_manager(row.kind, row.amount, prices)
    return BulkLine(
        line=row.line,
        code=row.code,
        kind=row.kind,
        new_amount=row.amount,
        old_amount=prices.of(row.kind),
        becomes="wait" if why else "apply",
        why=(*why, *notes(row.kind, prices)),
        sku_id=sku.pk,
        version=sku.version,
        reason=row.reason,
    )


def _refused(row: PriceRow, code: str, *, old: Decimal | None = None) -> BulkLine:
    return BulkLine(row.line, row.code, row.kind, row.amount, old, "refuse", (code,))


@transaction.atomic
def change_prices(
    *, rows: Sequence[PriceRow], versions: Mapping[str, int], by: User, now: datetime
) -> BulkResult:
    """Change the prices of a previewed list. Locks the SKUs in the order of their keys.

    A line whose SKU changed since the preview, or that is refused, is left out and named.

    :param versions: of each SKU code, as the preview showed it
    """
    by_code = {row.code for row in rows}
    ids = Sku.objects.filter(code__in=by_code).order_by("pk").values_list("pk", flat=True)
    skus = {sku.code: sku for sku in locked_skus(ids).values()}
    result, changes, touched = BulkResult(), [], {}
    judged = _judge(rows, skus)
    activities = activity_amounts([sku.pk for sku in skus.values()])
    prices = {sku.pk: prices_of(sku, activities) for sku in skus.values()}
    for row, line in zip(rows, judged, strict=True):
        sku = skus.get(row.code)
        if line.becomes == "refuse" or sku is None:
            result.refused.append(line)
            continue
        if versions.get(row.code) != line.version:
            result.refused.append(_refused(row, "stale", old=line.old_amount))
            continue
        wanted = NewPrice(sku.pk, row.kind, row.amount, row.reason)
        change = _change(sku, prices[sku.pk], wanted, by, now)
        changes.append(change)
        if change.state == PriceChangeState.APPLIED:
            touched[sku.pk] = sku
            if row.kind != PriceKind.ACTIVITY:  # the lines after it are judged by what it changed
                prices[sku.pk] = prices_of(sku, activities)
    PriceChange.objects.bulk_create(changes, batch_size=1000)
    _save_skus(list(touched.values()), by, now)
    applied = [change for change in changes if change.state == PriceChangeState.APPLIED]
    _recheck(applied, now)
    result.applied, result.waiting = len(applied), len(changes) - len(applied)
    if changes:
        operations.record(
            name="products.price.bulk_changed",
            by=by,
            now=now,
            object_type="sku",
            object_key=f"{len(changes)}",
            new={
                "applied": result.applied,
                "waiting": result.waiting,
                "codes": [change.sku.code for change in changes][:200],
            },
            reason=changes[0].reason,
        )
    return result
