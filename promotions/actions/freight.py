"""What people do with freight templates: write one, change it in place or from a moment on, say what goes by it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.utils.translation import gettext as _

from products.models import Product
from promotions.actions.errors import BenefitRefusedError, StalePriceError
from promotions.choices import FreightUnit
from promotions.models import FreightArea, FreightProduct, FreightTemplate
from promotions.rules.freight import AreaFault, AreaGiven, area_faults
from promotions.wording.freight import area_error, areas_words
from shopops.staff import operations
from shopops.staff.models import User


@dataclass(frozen=True, slots=True)
class FreightGiven:
    """A template as a person wants it. `since` None: the row itself is mended; else a new one begins then."""

    name: str
    unit: FreightUnit
    areas: tuple[AreaGiven, ...]
    is_default: bool = False
    is_on: bool = True
    source: str = ""
    since: datetime | None = None
    valid_to: datetime | None = None


class AreasRefusedError(BenefitRefusedError):
    """The rows of a template cannot be so. `faults`: each with the row that it is about."""

    def __init__(self, faults: Sequence[AreaFault]) -> None:
        super().__init__(area_error(faults[0]))
        self.faults = tuple(faults)


@transaction.atomic
def create_freight(*, code: str, given: FreightGiven, by: User, now: datetime) -> FreightTemplate:
    """Write a new template, in force from `since` or from now on. Locks all templates.

    :raises AreasRefusedError: if its rows make no sense
    :raises BenefitRefusedError: if the code is taken, or its times make no sense
    """
    rows = locked_templates()
    code = code.strip()
    if not code or any(row.code == code for row in rows):
        raise BenefitRefusedError(_("已经有代号 %(code)s 了。") % {"code": code}, field="code")
    row = FreightTemplate(code=code, valid_from=given.since or now, version=0)
    _check(row, given)
    _fill(row, given, rows, by, now)
    _record("created", row, by, now, new=values_of(row))
    return row


@transaction.atomic
def change_freight(
    *, template_id: int, given: FreightGiven, version: int, by: User, now: datetime
) -> FreightTemplate:
    """Change a template in place or from a moment on. Locks all templates.

    :raises FreightTemplate.DoesNotExist: if there is none
    :raises StalePriceError: if a colleague changed it since `version`
    :raises AreasRefusedError: if its rows make no sense
    :raises BenefitRefusedError: if its times make no sense
    """
    rows = locked_templates()
    row = next((one for one in rows if one.pk == template_id), None)
    if row is None:
        raise FreightTemplate.DoesNotExist
    if row.version != version:
        raise StalePriceError(row.name, seen=version, current=row.version)
    if given.since and given.since <= row.valid_from:
        raise BenefitRefusedError(_("新的一行要晚于现在这行的开始。"), field="since")
    old = values_of(row)
    changed = _begin_anew(row, given.since) if given.since else row
    _check(changed, given)
    _fill(changed, given, rows, by, now)
    _record("changed", changed, by, now, old=old, new=values_of(changed))
    return changed


@transaction.atomic
def set_products(*, code: str, wanted: Mapping[str, int | None], by: User, now: datetime) -> int:
    """Say which products go by a template; those that did and are not named go by the default again.

    Locks all templates.

    :param wanted: cm³ of a piece (or None) by the platform's item number
    :raises FreightTemplate.DoesNotExist: if there is no such template
    :raises BenefitRefusedError: if an item number is unknown
    """
    if not any(row.code == code for row in locked_templates()):
        raise FreightTemplate.DoesNotExist
    ids = dict(Product.objects.filter(item_no__in=list(wanted)).values_list("item_no", "pk"))
    if unknown := next((one for one in wanted if one not in ids), None):
        words = _("没有商品ID「%(item)s」。") % {"item": unknown}
        raise BenefitRefusedError(words, field="products")
    mine = FreightProduct.objects.filter(code=code)
    old = sorted(mine.values_list("product__item_no", flat=True))
    mine.exclude(pk__in=ids.values()).delete()
    FreightProduct.objects.bulk_create(
        [FreightProduct(product_id=ids[one], code=code, volume_cm3=wanted[one]) for one in wanted],
        update_conflicts=True,
        unique_fields=["product"],
        update_fields=["code", "volume_cm3"],
    )
    operations.record(
        name="promotions.freight.products_set",
        by=by,
        now=now,
        object_type="freight",
        object_key=code,
        old={"products": old},
        new={"products": sorted(wanted)},
    )
    return len(wanted)


def locked_templates() -> list[FreightTemplate]:
    """Lock all templates in the order of their keys: a shop has few, and one of them is the default."""
    assert connection.in_atomic_block, "lock inside the action's transaction"  # noqa: S101
    return list(FreightTemplate.objects.order_by("pk").select_for_update(of=("self",)))


def values_of(row: FreightTemplate) -> dict[str, Any]:
    """Give a stored row as the log keeps it. One query."""
    return {
        "name": row.name,
        "unit": row.unit,
        "valid_from": row.valid_from.isoformat(),
        "ends_at": row.valid_to.isoformat() if row.valid_to else "",
        "is_default": row.is_default,
        "is_on": row.is_on,
        "areas": areas_words(row.areas.order_by("pk"), row.unit),
    }


def area_of(row: FreightTemplate, area: AreaGiven) -> FreightArea:
    """Give a row as entered as one of the database, not saved."""
    return FreightArea(
        template=row,
        regions=list(area.regions),
        first=area.first,
        first_amount=area.first_amount,
        add=area.add,
        add_amount=area.add_amount,
    )


def _check(row: FreightTemplate, given: FreightGiven) -> None:
    if given.valid_to and given.valid_to <= row.valid_from:
        raise BenefitRefusedError(_("结束时间要晚于开始时间。"), field="valid_to")
    if faults := area_faults(given.areas, given.unit):
        raise AreasRefusedError(faults)


def _begin_anew(row: FreightTemplate, since: datetime) -> FreightTemplate:
    row.valid_to, row.version = since, row.version + 1
    row.save(update_fields=["valid_to", "version"])
    return FreightTemplate(code=row.code, valid_from=since, version=0)


def _fill(
    row: FreightTemplate,
    given: FreightGiven,
    rows: Sequence[FreightTemplate],
    by: User,
    now: datetime,
) -> None:
    row.name, row.unit, row.source = given.name, given.unit, given.source
    row.valid_to, row.is_on, row.is_default = given.valid_to, given.is_on, given.is_default
    row.changed_at, row.changed_by = now, by
    row.version += 1
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError as error:
        raise BenefitRefusedError(_("这个模板在那个时间已经有一行。"), field="since") from error
    row.areas.all().delete()
    FreightArea.objects.bulk_create(area_of(row, area) for area in given.areas)
    if given.is_default:
        others = [one.pk for one in rows if one.code != row.code and one.is_default]
        FreightTemplate.objects.filter(pk__in=others).update(is_default=False)


def _record(
    what: str,
    row: FreightTemplate,
    by: User,
    now: datetime,
    *,
    old: dict[str, Any] | None = None,
    new: dict[str, Any] | None = None,
) -> None:
    operations.record(
        name=f"promotions.freight.{what}",
        by=by,
        now=now,
        object_type="freight",
        object_key=row.code,
        old=old,
        new=new,
    )
