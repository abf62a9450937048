"""What people saw outside: ranks in search, and competitors; entered one at a time or pasted."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from products.actions.errors import GoodsRefusedError
from products.choices import RankSort
from products.models import Competitor, CompetitorSnapshot, Product, RankSnapshot
from shopops.lib.business_time import business_date
from shopops.staff import operations
from shopops.staff.models import User


@dataclass(frozen=True, slots=True)
class RankLook:
    """One look at a rank. `position` None: not among the `looked_at` first."""

    product_id: int
    keyword: str
    sort: RankSort
    at: datetime
    position: int | None
    looked_at: int


@transaction.atomic
def record_ranks(*, looks: Sequence[RankLook], by: User, now: datetime) -> int:
    """Keep looks at ranks; the same look again replaces what it said. Gives how many were kept.

    :raises GoodsRefusedError: if a look lies in the future, or a place beyond what was looked at
    """
    for look in looks:
        if look.at > now:
            raise GoodsRefusedError(_("%(keyword)s：看的时间在以后。") % {"keyword": look.keyword})
        if look.position is not None and not 1 <= look.position <= look.looked_at:
            raise GoodsRefusedError(
                _("%(keyword)s：名次 %(position)s 超过看过的 %(looked_at)s 个。")
                % {
                    "keyword": look.keyword,
                    "position": look.position,
                    "looked_at": look.looked_at,
                }
            )
    unique = {(one.product_id, one.keyword, one.sort, one.at): one for one in looks}
    RankSnapshot.objects.bulk_create(
        [
            RankSnapshot(
                product_id=one.product_id,
                keyword=one.keyword,
                sort=one.sort,
                at=one.at,
                position=one.position,
                looked_at=one.looked_at,
            )
            for one in unique.values()
        ],
        update_conflicts=True,
        unique_fields=["product", "keyword", "sort", "at"],
        update_fields=["position", "looked_at"],
        batch_size=1000,
    )
    operations.record(
        name="products.rank.recorded",
        by=by,
        now=now,
        object_type="product",
        object_key=",".join(str(pk) for pk in sorted({one.product_id for one in looks})[:20]),
        new={"looks": len(unique)},
    )
    return len(unique)


def product_ids(keys: Sequence[str]) -> dict[str, int]:
    """Find products by the platform's number, else by the shop's own 货号 where one product has it."""
    wanted = set(keys)
    by_code: dict[str, set[int]] = {}
    rows = Product.objects.filter(item_code__in=wanted).values_list("item_code", "pk")
    for code, pk in rows:
        by_code.setdefault(code, set()).add(pk)
    found = {code: next(iter(pks)) for code, pks in by_code.items() if len(pks) == 1}
    numbers = Product.objects.filter(item_no__in=wanted).values_list("item_no", "pk")
    return found | dict(numbers)


@dataclass(frozen=True, slots=True)
class RivalGiven:
    """A competitor's item as a person writes it down."""

    shop: str
    title: str
    item_no: str
    product_id: int | None


@transaction.atomic
def add_competitor(*, given: RivalGiven, by: User, now: datetime) -> Competitor:
    """Begin to watch a competitor's item.

    :raises GoodsRefusedError: if it is watched already
    """
    same = Competitor.objects.filter(is_on=True)
    same = (
        same.filter(item_no=given.item_no)
        if given.item_no
        else same.filter(shop=given.shop, title=given.title)
    )
    if same.exists():
        raise GoodsRefusedError(_("这个对手商品已经在盯了。"))
    row = Competitor.objects.create(
        shop=given.shop, title=given.title, item_no=given.item_no, product_id=given.product_id
    )
    _record("products.competitor.added", row, by, now)
    return row


@transaction.atomic
def watch_competitor(*, competitor_id: int, is_on: bool, by: User, now: datetime) -> Competitor:
    """Stop watching a competitor, or go on. What was seen stays.

    :raises Competitor.DoesNotExist: if there is none
    """
    row = Competitor.objects.get(pk=competitor_id)
    row.is_on = is_on
    row.save(update_fields=["is_on"])
    _record("products.competitor.resumed" if is_on else "products.competitor.stopped", row, by, now)
    return row


def _record(name: str, row: Competitor, by: User, now: datetime) -> None:
    operations.record(
        name=name,
        by=by,
        now=now,
        object_type="competitor",
        object_key=str(row.pk),
        new={"shop": row.shop, "title": row.title},
    )


@dataclass(frozen=True, slots=True)
class RivalLook:
    """What was seen of a competitor on a day; None is not seen."""

    competitor_id: int
    date: date
    price_amount: Decimal | None
    monthly_sales: int | None
    activity: str = ""
    ad_pressure: int | None = None
    note: str = ""


@transaction.atomic
def record_rivals(*, looks: Sequence[RivalLook], by: User, now: datetime) -> int:
    """Keep what was seen of competitors; the same day again replaces what it said.

    :raises GoodsRefusedError: if a look lies in the future, or says nothing
    """
    for look in looks:
        if look.date > business_date(now):
            raise GoodsRefusedError(_("%(day)s 还没到。") % {"day": look.date})
        if look.price_amount is None and look.monthly_sales is None and not look.activity:
            raise GoodsRefusedError(_("价格、月销、活动至少写一样。"))
    unique = {(one.competitor_id, one.date): one for one in looks}
    CompetitorSnapshot.objects.bulk_create(
        [
            CompetitorSnapshot(
                competitor_id=one.competitor_id,
                date=one.date,
                price_amount=one.price_amount,
                monthly_sales=one.monthly_sales,
                activity=one.activity,
                ad_pressure=one.ad_pressure,
                note=one.note,
            )
            for one in unique.values()
        ],
        update_conflicts=True,
        unique_fields=["competitor", "date"],
        update_fields=["price_amount", "monthly_sales", "activity", "ad_pressure", "note"],
        batch_size=1000,
    )
    operations.record(
        name="products.competitor.seen",
        by=by,
        now=now,
        object_type="competitor",
        object_key=",".join(str(pk) for pk in sorted({one.competitor_id for one in looks})[:20]),
        new={"looks": len(unique)},
    )
    return len(unique)
