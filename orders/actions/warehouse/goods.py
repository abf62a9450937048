"""SKUs as the warehouse keeps them, and packing standards."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from orders.actions.overruling import hint_of, overrule_words
from orders.actions.warehouse.locks import WarehouseRefusedError
from orders.models import PackingStandard
from orders.rules.praise_words import asks_for_praise
from products.actions.catalogue import said_by_hand
from products.actions.catalogue_locks import locked_skus
from products.models import Sku
from products.wording.watch import second_check_words
from shopops.staff import operations
from shopops.staff.models import User

FIELDS = ("bin_code", "barcode", "weight_grams", "title")


@dataclass(frozen=True, slots=True)
class SkuFacts:
    """What is kept of one SKU."""

    code: str
    bin_code: str
    barcode: str
    weight_grams: int | None
    title: str = ""


@dataclass(frozen=True, slots=True)
class RowFault:
    """A row that was not taken: its line in what was sent, and why."""

    line: int
    column: str
    value: str
    reason: str


@transaction.atomic
def save_skus(*, rows: Sequence[SkuFacts], by: User, now: datetime) -> int:
    """Store bins, barcodes and weights; an SKU that is new comes to be. Give how many changed.

    All or none: the barcodes must have been found free. One statement for what is new, one for what
    changes.

    :raises WarehouseRefusedError: if a barcode belongs to another SKU
    """
    wanted = {row.code: row for row in rows}
    known = Sku.objects.filter(code__in=wanted).values_list("pk", flat=True)
    stored = {sku.code: sku for sku in locked_skus(list(known)).values()}
    _refuse_taken(wanted)
    fresh = [
        Sku(
            code=row.code,
            bin_code=row.bin_code,
            barcode=row.barcode,
            weight_grams=row.weight_grams,
            title=row.title,
            changed_at=now,
            changed_by=by,
        )
        for row in wanted.values()
        if row.code not in stored
    ]
    changed = [sku for sku in stored.values() if _take(sku, wanted[sku.code], by=by, now=now)]
    # Two may swap barcodes: free them first.
    Sku.objects.filter(pk__in=[sku.pk for sku in changed]).update(barcode="")
    Sku.objects.bulk_create(fresh, batch_size=500)
    fields = [*FIELDS, "said_by", "is_draft", "changed_at", "changed_by", "version"]
    Sku.objects.bulk_update(changed, fields, batch_size=500)
    if fresh or changed:
        operations.record(
            name="products.skus.changed",
            by=by,
            now=now,
            object_type="sku",
            object_key=next(iter(wanted)) if len(wanted) == 1 else "",
            new={"created": len(fresh), "changed": len(changed)},
        )
    return len(fresh) + len(changed)


def _refuse_taken(wanted: Mapping[str, SkuFacts]) -> None:
    codes = {row.barcode: row.code for row in wanted.values() if row.barcode}
    taken = Sku.objects.filter(barcode__in=codes).exclude(code__in=wanted).order_by("pk").first()
    if taken is not None:
        words = _("条码 %(barcode)s 已经是 %(sku)s 的。")
        raise WarehouseRefusedError(words % {"barcode": taken.barcode, "sku": taken.code})


def _take(sku: Sku, row: SkuFacts, *, by: User, now: datetime) -> bool:
    """Set what differs, as a person's word that no file overwrites; say whether anything did."""
    new = dict(
        zip(
            FIELDS,
            (row.bin_code, row.barcode, row.weight_grams, row.title or sku.title),
            strict=True,
        )
    )
    changed = [name for name in FIELDS if getattr(sku, name) != new[name]]
    if not changed:
        return False
    for name in changed:
        setattr(sku, name, new[name])
    said_by_hand(sku, *changed, now=now)
    sku.is_draft = False
    sku.changed_at, sku.changed_by, sku.version = now, by, sku.version + 1
    return True


@dataclass(frozen=True, slots=True)
class StandardFacts:
    """How pieces of one SKU are packed; the empty code stands for all without their own."""

    sku_code: str
    steps: Sequence[str]
    cards: Sequence[str]
    second_check_steps: Sequence[str]
    needs_second_check: bool
    second_check_reason: str
    material_grams: int


@transaction.atomic
def save_standard(
    *,
    facts: StandardFacts,
    version: int | None,
    by: User,
    now: datetime,
    overrule_reason: str = "",
) -> PackingStandard:
    """Store a packing standard; `version` None makes a new one. Locks it.

    :param overrule_reason: why refused words may stand all the same, from who may say so
    :raises WarehouseRefusedError: if a card asks for praise, a second check names no reason, there is
        one for this SKU already, or a colleague changed it
    """
    if facts.needs_second_check and not facts.second_check_reason.strip():
        raise WarehouseRefusedError(_("写下为什么要二次质检，打包的人会看到。"))
    rows = PackingStandard.objects.select_for_update(of=("self",))
    stored = rows.filter(sku_code=facts.sku_code).first()
    if stored is not None and stored.version != version:
        words = _("%(sku)s 的包装标准刚被改过（现在第 %(n)s 版），看一下再存。")
        raise WarehouseRefusedError(
            words % {"sku": facts.sku_code or _("通用"), "n": stored.version}
        )
    row = stored or PackingStandard(sku_code=facts.sku_code, version=0)
    # Lines that were let stand once, unchanged, need no second reason.
    known = {*row.cards, *row.steps, *row.second_check_steps} if stored else set()
    texts = [*facts.cards, *facts.steps, *facts.second_check_steps]
    fresh = [one for one in texts if one not in known]
    _refuse_praise(fresh, facts.sku_code, reason=overrule_reason, by=by, now=now)
    old = _as_json(row) if stored else {}
    row.steps, row.cards = list(facts.steps), list(facts.cards)
    row.second_check_steps = list(facts.second_check_steps)
    row.needs_second_check = facts.needs_second_check
    reason = facts.second_check_reason.strip()[:200]
    if reason != second_check_words(row.second_check_reason):  # else it stays the figures' own
        row.second_check_reason = reason
    row.material_grams = facts.material_grams
    row.version, row.changed_at, row.changed_by = row.version + 1, now, by
    row.save()
    operations.record(
        name="orders.packing_standard.saved",
        by=by,
        now=now,
        object_type="packing_standard",
        object_key=facts.sku_code or "*",
        old=old,
        new=_as_json(row),
    )
    return row


def praise_in(texts: Sequence[str]) -> list[str]:
    """Give the words that may not lie in a parcel."""
    return [found for text in texts if (found := asks_for_praise(text))]


def _refuse_praise(
    texts: Sequence[str], sku_code: str, *, reason: str, by: User, now: datetime
) -> None:
    found = praise_in(texts)
    about = ("packing_standard", sku_code or "*")
    if found and not overrule_words(found, reason=reason, about=about, by=by, now=now):
        words = _(
            "「%(words)s」是用好处换好评，反不正当竞争法不许（罚 20 万到 200 万元），不能放进包裹。"
        )
        raise WarehouseRefusedError(words % {"words": found[0]} + hint_of(by))


def _as_json(row: PackingStandard) -> dict[str, Any]:
    return {
        "steps": row.steps,
        "cards": row.cards,
        "needs_second_check": row.needs_second_check,
        "version": row.version,
    }


@transaction.atomic
def drop_standard(*, sku_code: str, version: int, by: User, now: datetime) -> None:
    """Take a standard away; its SKU goes by the general one then.

    :raises WarehouseRefusedError: if a colleague changed or dropped it
    """
    gone = PackingStandard.objects.filter(sku_code=sku_code, version=version)
    if not gone.delete()[0]:
        raise WarehouseRefusedError(_("这条标准刚被同事改过，看一下再删。"))
    operations.record(
        name="orders.packing_standard.dropped",
        by=by,
        now=now,
        object_type="packing_standard",
        object_key=sku_code or "*",
    )
