"""Listing: checking a product, its material, words that a person lets pass, on and off the shelf."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from products.actions.catalogue import said_by_hand
from products.actions.catalogue_locks import locked_product
from products.actions.errors import GoodsRefusedError
from products.actions.forbidden import refuse_forbidden
from products.actions.images import image_names
from products.actions.locks import locked_latest_check
from products.choices import CheckOutcome, GoodsRuleCode, ProductStatus
from products.models import ListingCheck, Product, WordExemption
from products.queries.goods_rules import parameters
from products.queries.material import Around, around, facts_of
from products.rules.listing import Point, check_listing
from products.rules.pictures import NotAPictureError, Picture, measure
from shopops.lib import vault
from shopops.lib.business_time import business_date
from shopops.staff import operations
from shopops.staff.models import User
from shopops.work.actions import request_run
from shopops.work.context import RunContext
from shopops.work.models import Run

KIND = "products.listing_check"
BLOCK = 100


@dataclass(frozen=True, slots=True)
class MaterialGiven:
    """What a person wrote down of a product for its listing; empty texts are: not given."""

    props: dict[str, str]
    sizes: str
    detail: str
    promise_hours: int | None
    category: str
    brand: str


@transaction.atomic
def check_product(*, product_id: int, by: User | None, now: datetime) -> ListingCheck:
    """Check one product by every point and keep what was found.

    A new row is kept when a person asked or when something changed; else the newest one is renewed.

    :raises Product.DoesNotExist: if there is none
    """
    product = Product.objects.prefetch_related("skus").get(pk=product_id)
    settings = parameters(GoodsRuleCode.LISTING, day=business_date(now))
    known = around([product], day=business_date(now))
    row = _check(product, known, settings, by=by, now=now)
    if by is not None:
        operations.record(
            name="products.listing.checked",
            by=by,
            now=now,
            object_type="product",
            object_key=str(product.pk),
            new={"failed": row.failed_count, "unknown": row.unknown_count},
        )
    return row


def _check(
    product: Product, known: Around, settings: dict[str, Any], *, by: User | None, now: datetime
) -> ListingCheck:
    last = locked_latest_check(product_id=product.pk)
    level = int(settings["white_level"])
    picture, stored = _picture(product, last, level)
    points = check_listing(facts_of(product, product.skus.all(), picture, known), settings)
    as_json = [point.as_json() for point in points]
    if last is not None and by is None and last.points == as_json:
        last.checked_at, last.image_path, last.picture = now, product.image_path, stored
        last.save(update_fields=["checked_at", "image_path", "picture"])
        return last
    ListingCheck.objects.filter(product=product, is_latest=True).update(is_latest=False)
    return ListingCheck.objects.create(
        product=product,
        checked_at=now,
        checked_by=by,
        failed_count=_count(points, CheckOutcome.FAIL),
        unknown_count=_count(points, CheckOutcome.UNKNOWN),
        points=as_json,
        image_path=product.image_path,
        picture=stored,
    )


def _count(points: Sequence[Point], outcome: CheckOutcome) -> int:
    return sum(point.outcome == outcome for point in points)


def _picture(
    product: Product, last: ListingCheck | None, level: int
) -> tuple[Picture | str | None, dict[str, Any] | None]:
    """Measure the main picture, or take the last measures of the same file at the same level."""
    if not product.image_path:
        return None, None
    if last is not None and last.picture and last.image_path == product.image_path:
        stored = dict(last.picture)
        if stored.pop("white_level", None) == level:
            stored["touched"] = tuple(stored["touched"])
            return Picture(**stored), last.picture
    try:
        picture = measure(_image_bytes(product), white_level=level)
    except NotAPictureError as error:
        return str(error), None
    except vault.VaultBrokenError:
        return "gone", None
    return picture, asdict(picture) | {"touched": list(picture.touched), "white_level": level}


def _image_bytes(product: Product) -> bytes:
    """Give the whole picture as it lies in the vault.

    :raises VaultBrokenError: if the product's path names none
    """
    names = image_names(product.image_path)
    if not names:
        raise vault.VaultBrokenError("the path names no file")
    return b"".join(vault.chunks(names[0]))


def request_check_all(*, by: User, now: datetime) -> Run:
    """Ask for a check of every product that is not a draft; one run at a time."""
    return request_run(kind=KIND, key="all", by=by, now=now, again=True)


def perform_check_all(run: RunContext) -> dict[str, object]:
    """Do the work of a `products.listing_check` run, a hundred products a step by key."""
    # A scheduled run's business date, or the day on which a person asked.
    day = run.business_date or business_date(run.now)
    settings = parameters(GoodsRuleCode.LISTING, day=day)
    wanted = Product.objects.exclude(status=ProductStatus.DRAFT)
    total, done = wanted.count(), int(run.cursor.get("done", 0))
    after, failed = int(run.cursor.get("after", 0)), int(run.cursor.get("failed", 0))
    while True:
        ids = list(wanted.filter(pk__gt=after).order_by("pk").values_list("pk", flat=True)[:BLOCK])
        if not ids:
            return {"products": done, "failed": failed}
        with run.step(done=done + len(ids), total=total) as step:
            block = list(Product.objects.filter(pk__in=ids).prefetch_related("skus").order_by("pk"))
            known = around(block, day=day)
            rows = [_check(one, known, settings, by=None, now=run.now) for one in block]
            failed += sum(row.failed_count > 0 for row in rows)
            step.cursor = {"after": ids[-1], "done": done + len(ids), "failed": failed}
        after, done = ids[-1], done + len(ids)


@transaction.atomic
def save_material(
    *, product_id: int, given: MaterialGiven, version: int, by: User, now: datetime
) -> Product:
    """Write down a product's attributes, size data, detail page and promise. Locks the product.

    :raises Product.DoesNotExist: if there is none
    :raises StaleGoodsError: if it changed since `version`
    """
    product = locked_product(product_id=product_id, version=version)
    old = {"category": product.category, "brand": product.brand, "promise": product.promise_hours}
    said = (
        ("props", given.props),
        ("sizes", given.sizes.strip()),
        ("detail", given.detail.strip()),
    )
    # What a file said beside these three (pictures, subtitle, platform's own codes) stays.
    kept = {key: value for key, value in product.attributes.items() if key not in dict(said)}
    product.attributes = kept | {key: value for key, value in said if value}
    product.promise_hours = given.promise_hours
    product.category, product.brand = given.category.strip(), given.brand.strip()
    _changed(product, by, now, "attributes", "promise_hours", "category", "brand")
    operations.record(
        name="products.product.material_saved",
        by=by,
        now=now,
        object_type="product",
        object_key=str(product.pk),
        old=old,
        new={
            "category": product.category,
            "brand": product.brand,
            "promise": product.promise_hours,
        },
    )
    return product


@transaction.atomic
def mark_listed(
    *, product_id: int, is_on: bool, reason: str, version: int, by: User, now: datetime
) -> Product:
    """Note that a product was put on the shelf, or taken off it. Locks the product.

    :raises Product.DoesNotExist: if there is none
    :raises UnableToListError: if it is on the forbidden list
    :raises StaleGoodsError: if it changed since `version`
    """
    product = locked_product(product_id=product_id, version=version)
    if is_on:
        refuse_forbidden(product)
    old = product.status
    product.status = ProductStatus.ON_SHELF if is_on else ProductStatus.OFF_SHELF
    if is_on and old != ProductStatus.ON_SHELF:
        product.listed_at, product.delist_at = now, None
    _changed(product, by, now, "status", "listed_at", "delist_at")
    operations.record(
        name="products.product.listed" if is_on else "products.product.delisted",
        by=by,
        now=now,
        object_type="product",
        object_key=str(product.pk),
        old={"status": old},
        new={"status": product.status},
        reason=reason,
    )
    return product


def _changed(product: Product, by: User | None, now: datetime, *fields: str) -> None:
    """Save fields of a locked product; what differs is a person's word now."""
    stored = Product.objects.values(*fields).get(pk=product.pk)
    differs = [name for name in fields if getattr(product, name) != stored[name]]
    said_by_hand(product, *differs, now=now)
    product.version += 1
    product.changed_at, product.changed_by = now, by
    product.save(update_fields=[*fields, "said_by", "version", "changed_at", "changed_by"])


@transaction.atomic
def exempt_word(
    *, product_id: int, word: str, reason: str, by: User, now: datetime
) -> WordExemption:
    """Let a forbidden word pass in one product, by a named person with a reason.

    :raises Product.DoesNotExist: if there is none
    :raises GoodsRefusedError: without a reason
    """
    if not reason.strip():
        raise GoodsRefusedError(_("写下为什么这里可以用，以后要拿得出来。"))
    product = locked_product(product_id=product_id)
    row, _made = WordExemption.objects.update_or_create(
        product=product, word=word, defaults={"reason": reason.strip(), "by": by, "at": now}
    )
    operations.record(
        name="products.word.exempted",
        by=by,
        now=now,
        object_type="product",
        object_key=str(product.pk),
        new={"word": word},
        reason=row.reason,
    )
    return row


@transaction.atomic
def withdraw_exemption(*, product_id: int, word: str, by: User, now: datetime) -> None:
    """Take back that a word may pass in a product. Nothing happens where it does not."""
    deleted, _rows = WordExemption.objects.filter(product_id=product_id, word=word).delete()
    if deleted:
        operations.record(
            name="products.word.exemption_withdrawn",
            by=by,
            now=now,
            object_type="product",
            object_key=str(product_id),
            old={"word": word},
        )
