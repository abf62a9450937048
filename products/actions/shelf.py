"""The shelf cycle: planning the week, moving a product by hand, filling the showcase."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from products import registry
from products.actions.catalogue import said_by_hand
from products.actions.catalogue_locks import locked_product, locked_products
from products.actions.errors import GoodsRefusedError
from products.choices import GoodsRuleCode, ProductStatus
from products.models import Product, ShelfSlot
from products.queries.goods_rules import parameters
from products.rules import shelf
from shopops.lib.business_time import SHANGHAI, business_date
from shopops.staff import operations
from shopops.staff.models import User

CURVE_DAYS = 28


@dataclass(frozen=True, slots=True)
class Traffic:
    """Payments by weekday and hour; `is_known` False: the stated flat curve stands in."""

    curve: list[list[float]]
    is_known: bool
    days: int


def traffic(*, now: datetime) -> Traffic:
    """Give the shop's own curve over four weeks, or the flat one where nobody knows it."""
    today = business_date(now)
    found = registry.hour_curve(
        since=today - timedelta(days=CURVE_DAYS), until=today - timedelta(days=1)
    )
    if found is None or not any(value for hours in found for value in hours):
        return Traffic(shelf.flat_curve(), is_known=False, days=CURVE_DAYS)
    return Traffic([list(map(float, hours)) for hours in found], is_known=True, days=CURVE_DAYS)


@transaction.atomic
def plan_shelf(*, by: User, now: datetime) -> int:
    """Place every main product on the shelf in the week; those set by hand stay. Gives how many moved.

    Products that are main no longer lose their place.
    """
    mains = list(
        Product.objects.filter(is_main=True)
        .exclude(status=ProductStatus.FORBIDDEN)
        .order_by("pk")
        .values_list("pk", flat=True)
    )
    slots = _locked_slots()
    ShelfSlot.objects.exclude(product_id__in=mains).delete()
    pinned = {
        slot.product_id: (slot.weekday, slot.at.hour)
        for slot in slots
        if slot.is_by_hand and slot.product_id in set(mains)
    }
    cap = int(parameters(GoodsRuleCode.SHELF, day=business_date(now))["slot_cap"])
    plan = shelf.plan_week(mains, pinned, traffic(now=now).curve, cap=cap)
    before = {slot.product_id: (slot.weekday, slot.at) for slot in slots}
    fresh = _fresh_slots(plan, pinned, by, now)
    moved = sum(before.get(slot.product_id) != (slot.weekday, slot.at) for slot in fresh)
    ShelfSlot.objects.bulk_create(
        fresh,
        update_conflicts=True,
        unique_fields=["product"],
        update_fields=["weekday", "at", "planned_at", "planned_by", "is_by_hand"],
    )
    operations.record(
        name="products.shelf.planned",
        by=by,
        now=now,
        object_type="shelf",
        object_key="week",
        new={"products": len(mains), "moved": moved, "by_hand": len(pinned)},
    )
    return moved


def _locked_slots() -> list[ShelfSlot]:
    return list(ShelfSlot.objects.select_for_update().order_by("pk"))


def _fresh_slots(
    plan: shelf.Plan, pinned: dict[int, shelf.Hour], by: User, now: datetime
) -> list[ShelfSlot]:
    filled: dict[shelf.Hour, int] = {}
    for place in pinned.values():
        filled[place] = filled.get(place, 0) + 1
    fresh = []
    for product_id, (weekday, hour) in plan.slots.items():
        if product_id in pinned:
            continue
        number = filled.get((weekday, hour), 0)
        filled[weekday, hour] = number + 1
        at = time(hour, shelf.minute_of(number, plan.cap))
        fresh.append(
            ShelfSlot(product_id=product_id, weekday=weekday, at=at, planned_at=now, planned_by=by)
        )
    return fresh


@transaction.atomic
def move_slot(*, product_id: int, weekday: int, at: time, by: User, now: datetime) -> ShelfSlot:
    """Set by hand when a product is listed in the week. Locks the product.

    :raises Product.DoesNotExist: if there is none
    :raises GoodsRefusedError: if it is no main product, is forbidden, or there is no such weekday
    """
    if weekday not in range(shelf.DAYS):
        raise GoodsRefusedError(_("一周只有七天。"))
    product = locked_product(product_id=product_id)
    if not product.is_main:
        raise GoodsRefusedError(_("上下架计划只排主推款，先把它标为主推。"))
    if product.status == ProductStatus.FORBIDDEN:
        raise GoodsRefusedError(_("这个商品禁止上架，不排时间。"))
    old = ShelfSlot.objects.filter(product=product).first()
    slot, _made = ShelfSlot.objects.update_or_create(
        product=product,
        defaults={
            "weekday": weekday,
            "at": at,
            "planned_at": now,
            "planned_by": by,
            "is_by_hand": True,
        },
    )
    operations.record(
        name="products.shelf.moved",
        by=by,
        now=now,
        object_type="product",
        object_key=str(product.pk),
        old={"slot": f"{old.weekday} {old.at:%H:%M}"} if old else {},
        new={"slot": f"{weekday} {at:%H:%M}"},
    )
    return slot


@transaction.atomic
def release_slot(*, product_id: int, by: User, now: datetime) -> None:
    """Let the planner place a product again. Nothing happens where no hand had set it."""
    freed = ShelfSlot.objects.filter(product_id=product_id, is_by_hand=True).update(
        is_by_hand=False
    )
    if freed:
        operations.record(
            name="products.shelf.released",
            by=by,
            now=now,
            object_type="product",
            object_key=str(product_id),
        )


def showcase_wanted(*, now: datetime) -> list[int]:
    """Give the main products on the shelf that are delisted soonest, as many as there are slots."""
    local = now.astimezone(SHANGHAI)
    slots = ShelfSlot.objects.filter(
        product__is_main=True, product__status=ProductStatus.ON_SHELF
    ).order_by("pk")
    delistings = {
        slot.product_id: shelf.next_delisting(slot.weekday, slot.at, now=local) for slot in slots
    }
    many = int(parameters(GoodsRuleCode.SHELF, day=business_date(now))["showcase_slots"])
    return shelf.showcase(delistings, slots=many)


@transaction.atomic
def fill_showcase(*, by: User, now: datetime) -> int:
    """Note that the showcase now holds those that are delisted soonest. Gives how many changed.

    A person said so: an older file does not empty it again. Locks the products that change.
    """
    wanted = set(showcase_wanted(now=now))
    inside = set(Product.objects.filter(in_showcase=True).values_list("pk", flat=True))
    rows = locked_products(wanted ^ inside)
    for product in rows.values():
        product.in_showcase = product.pk in wanted
        said_by_hand(product, "in_showcase", now=now)
        product.version += 1
        product.changed_at, product.changed_by = now, by
    fields = ["in_showcase", "said_by", "version", "changed_at", "changed_by"]
    Product.objects.bulk_update(rows.values(), fields, batch_size=500)
    operations.record(
        name="products.shelf.showcase_filled",
        by=by,
        now=now,
        object_type="shelf",
        object_key="showcase",
        old={"products": len(inside)},
        new={"in": sorted(wanted - inside), "out": sorted(inside - wanted)},
    )
    return len(wanted ^ inside)
