"""Benefits: made, changed, switched, with their SKUs. Each change asks for the lowest prices anew.

Benefits that must not meet are compared under one lock, so that two people cannot let them in at once.
"""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext as _

from products.models import Sku
from promotions.actions.errors import BenefitRefusedError, StalePriceError
from promotions.actions.lowest import request_lowest
from promotions.choices import Audience, BenefitKind
from promotions.models import Activity, Benefit, BenefitSku
from promotions.queries.benefit_overlaps import exclusive_overlap
from promotions.queries.price_rules import rules_at
from promotions.rules.activities import is_far
from promotions.rules.final_price import Line, Perk, PerkError, check_perk, check_ranges, toolbox
from promotions.wording.benefits import refused_figure
from shopops.lib.business_time import SHANGHAI
from shopops.lib.money import to_fen
from shopops.lib.templatetags.shop import money
from shopops.staff import operations
from shopops.staff.models import User

_OFFERS = 735_180_113
# A figure per SKU means a price for these, a cut for those.
OWN_FIGURES = (BenefitKind.PRICE_TOOL, BenefitKind.ITEM_OFF, BenefitKind.OFFICIAL)
# What takes an amount off one piece, or off so many pieces.
CUTS = (*OWN_FIGURES, BenefitKind.MULTI_OFF, BenefitKind.ASSET)


@dataclass(frozen=True, slots=True)
class BenefitGiven:
    """A benefit as a person wants it. `skus`: codes with their own figure; empty for the whole shop."""

    kind: BenefitKind
    name: str
    starts_at: datetime
    ends_at: datetime
    parameters: dict[str, Any]
    audience: Audience = Audience.PUBLIC
    is_shop_wide: bool = True
    shop_share: Decimal = Decimal(1)
    code: str = ""
    activity_id: int | None = None
    skus: Mapping[str, Decimal | None] = field(default_factory=dict)


@transaction.atomic
def create_benefit(*, given: BenefitGiven, by: User | None, now: datetime) -> Benefit:
    """Make a benefit, switched on.

    :raises BenefitRefusedError: if its times, figures or SKUs make no sense, or it must not meet
        another one that is on
    :raises Activity.DoesNotExist: if its activity does not exist
    """
    _locked_offers()
    if given.activity_id is not None:
        Activity.objects.get(pk=given.activity_id)
    skus = _checked(given, but=None, now=now)
    row = Benefit.objects.create(
        **_columns(given),
        activity_id=given.activity_id,
        code=_code(given),
        changed_at=now,
        changed_by=by,
    )
    _set_skus(row, given, skus)
    _record("promotions.benefit.created", row, given, by, now)
    request_lowest(now=now, by=by)
    return row


@transaction.atomic
def change_benefit(
    *, benefit_id: int, given: BenefitGiven, version: int, by: User, now: datetime
) -> Benefit:
    """Change a benefit and its SKUs as a whole. Its kind, code and activity stay.

    :raises Benefit.DoesNotExist: if there is none
    :raises StalePriceError: if a colleague changed it since `version`
    :raises BenefitRefusedError: as for `create_benefit`
    """
    _locked_offers()
    row = locked_benefit(benefit_id=benefit_id, version=version)
    old = {"parameters": row.parameters, "ends_at": row.ends_at.isoformat()}
    skus = _checked(given, but=row.pk, now=now) if row.is_on else _skus(given)
    for name, value in _columns(given).items():
        setattr(row, name, value)
    row.version, row.changed_at, row.changed_by = row.version + 1, now, by
    row.save()
    _set_skus(row, given, skus)
    _record("promotions.benefit.changed", row, given, by, now, old=old)
    request_lowest(now=now, by=by)
    return row


@transaction.atomic
def switch_benefit(
    *, benefit_id: int, is_on: bool, version: int, by: User, now: datetime
) -> Benefit:
    """Switch a benefit on or off. On: it is checked against all others that are on.

    :raises Benefit.DoesNotExist: if there is none
    :raises StalePriceError: if a colleague changed it since `version`
    :raises BenefitRefusedError: if it must not meet another one that is on
    """
    _locked_offers()
    row = locked_benefit(benefit_id=benefit_id, version=version)
    if is_on and not row.is_on:
        _checked(given_of(row), but=row.pk, now=now)
    row.is_on, row.version = is_on, row.version + 1
    row.changed_at, row.changed_by = now, by
    row.save(update_fields=["is_on", "version", "changed_at", "changed_by"])
    name = "promotions.benefit.switched_on" if is_on else "promotions.benefit.switched_off"
    _record(name, row, None, by, now)
    request_lowest(now=now, by=by)
    return row


def given_of(row: Benefit) -> BenefitGiven:
    """Give a stored benefit as a person would write it. One query."""
    skus = row.skus.order_by("sku__code").values_list("sku__code", "amount")
    return BenefitGiven(
        kind=BenefitKind(row.kind),
        name=row.name,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        parameters=row.parameters,
        audience=Audience(row.audience),
        is_shop_wide=row.is_shop_wide,
        shop_share=row.shop_share,
        code=row.code,
        activity_id=row.activity_id,
        skus=dict(skus),
    )


def locked_benefit(*, benefit_id: int, version: int) -> Benefit:
    """Lock one benefit as somebody saw it.

    :raises Benefit.DoesNotExist: if there is none
    :raises StalePriceError: if it was changed since
    """
    row = Benefit.objects.select_for_update().order_by("pk").get(pk=benefit_id)
    if row.version != version:
        raise StalePriceError(row.name, seen=version, current=row.version)
    return row


def _locked_offers() -> None:
    """Let one transaction at a time put benefits beside each other."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_OFFERS])


def _columns(given: BenefitGiven) -> dict[str, Any]:
    return {
        "kind": given.kind,
        "name": given.name.strip(),
        "starts_at": given.starts_at,
        "ends_at": given.ends_at,
        "parameters": given.parameters,
        "audience": given.audience,
        "is_shop_wide": given.is_shop_wide,
        "shop_share": given.shop_share,
    }


def _code(given: BenefitGiven) -> str:
    code = given.code.strip() or f"YH{secrets.token_hex(3).upper()}"
    if Benefit.objects.filter(code=code).exists():
        raise BenefitRefusedError(
            _("代号 %(code)s 已经有优惠在用，换一个。") % {"code": code}, field="code"
        )
    return code


def _checked(given: BenefitGiven, *, but: int | None, now: datetime) -> dict[str, Sku]:
    if not given.name.strip():
        raise BenefitRefusedError(_("给优惠起个名字。"), field="name")
    if is_far(given.starts_at, given.ends_at):
        raise BenefitRefusedError(_("年份不对，写 2000 到 2100 年之间的时间"), field="starts_at")
    if given.ends_at <= given.starts_at:
        raise BenefitRefusedError(_("结束时间要晚于开始时间。"), field="ends_at")
    skus = _skus(given)
    _check_along(given)
    _check_figures(given, skus, now)
    other = exclusive_overlap(
        kind=given.kind,
        audience=given.audience,
        span=(given.starts_at, given.ends_at),
        sku_ids=None if given.is_shop_wide else [sku.pk for sku in skus.values()],
        but=but,
        activity_id=given.activity_id,
    )
    if other is not None:
        raise BenefitRefusedError(
            _("和“%(name)s”（%(since)s 至 %(until)s）时间重叠，同一商品同时只能有一个%(kind)s。")
            % {
                "name": other.name,
                "since": f"{other.starts_at.astimezone(SHANGHAI):%m-%d %H:%M}",
                "until": f"{other.ends_at.astimezone(SHANGHAI):%m-%d %H:%M}",
                "kind": given.kind.label,
            },
            field="starts_at",
        )
    return skus


def _skus(given: BenefitGiven) -> dict[str, Sku]:
    if given.is_shop_wide:
        return {}
    if not given.skus:
        raise BenefitRefusedError(_("写上商家编码，或者勾选全店。"), field="skus")
    found = {sku.code: sku for sku in Sku.objects.filter(code__in=list(given.skus))}
    if unknown := [code for code in given.skus if code not in found]:
        raise BenefitRefusedError(
            _("没有这些商家编码：%(codes)s") % {"codes": "、".join(unknown[:10])}, field="skus"
        )
    return found


def _check_along(given: BenefitGiven) -> None:
    """Refuse what comes along where it is nothing, or earns money."""
    for name in ("cost", "from_amount"):
        if Decimal(str(given.parameters.get(name) or 0)) < 0:
            raise BenefitRefusedError(_("不能是负数。"), field=name)
    if given.kind == BenefitKind.AUCTION and Decimal(str(given.parameters.get("start") or 0)) <= 0:
        raise BenefitRefusedError(_("起拍价要大于 0。"), field="start")
    if given.kind != BenefitKind.GIFT:
        return
    code = str(given.parameters.get("sku") or "")
    if not code:
        raise BenefitRefusedError(_("写上赠品的商家编码。"), field="gift_sku")
    if not Sku.objects.filter(code=code).exists():
        words = _("没有商家编码「%(code)s」。") % {"code": code}
        raise BenefitRefusedError(words, field="gift_sku")


def _check_figures(given: BenefitGiven, skus: Mapping[str, Sku], now: datetime) -> None:
    own = {code: to_fen(amount) for code, amount in given.skus.items() if amount is not None}
    for code, cents in own.items():
        if cents <= 0:
            raise BenefitRefusedError(_("%(code)s 的金额要大于 0。") % {"code": code}, field="skus")
    perk = Perk(given.name.strip(), given.kind, given.parameters, None, given.audience, own)
    try:
        check_perk(perk)
        lines = [
            Line(code, to_fen(sku.list_amount), 1) for code, sku in skus.items() if sku.list_amount
        ]
        check_ranges(lines, toolbox([perk], rules_at(max(now, given.starts_at)), [given.audience]))
    except PerkError as error:
        field, words = refused_figure(given.kind, error.evidence)
        raise BenefitRefusedError(words, field=field) from error
    _check_against_prices(given, skus)


def _check_against_prices(given: BenefitGiven, skus: Mapping[str, Sku]) -> None:
    """Refuse a cut that is not under what the goods cost, and an activity price over it."""
    for code, sku in skus.items():
        amount = _figure_of(given, code)
        if amount is None or sku.list_amount is None:
            continue
        pieces = int(given.parameters.get("pieces") or 1)
        shown = {
            "code": code,
            "amount": money(amount),
            "price": money(sku.list_amount),
            "n": pieces,
        }
        if given.kind == BenefitKind.PRICE_TOOL:
            if amount > sku.list_amount:
                words = _("%(code)s 的活动价 %(amount)s 高过一口价 %(price)s。") % shown
                raise BenefitRefusedError(words, field="skus")
        elif amount >= sku.list_amount * pieces:
            words = (
                _("%(code)s 一口价 %(price)s，满 %(n)s 件减 %(amount)s 就白送了。")
                if pieces > 1
                else _("%(code)s 减 %(amount)s，不比一口价 %(price)s 少。")
            )
            raise BenefitRefusedError(words % shown, field="skus")


def _figure_of(given: BenefitGiven, code: str) -> Decimal | None:
    """Give the price or cut of a code that has to do with its list price; None: this kind has none."""
    if given.kind not in CUTS or given.parameters.get("amount"):
        return None
    if given.kind in OWN_FIGURES and (own := given.skus.get(code)) is not None:
        return own
    figure = given.parameters.get("price") or given.parameters.get("off")
    return Decimal(str(figure)) if figure else None


def given_away(given: BenefitGiven) -> tuple[int, str]:
    """Count the SKUs on sale that a benefit of the whole shop leaves for nothing; name one. One query."""
    figure = _figure_of(given, "") if given.is_shop_wide else None
    if figure is None or given.kind == BenefitKind.PRICE_TOOL:
        return 0, ""
    most = figure / int(given.parameters.get("pieces") or 1)
    rows = Sku.objects.filter(is_on=True, is_draft=False, list_amount__gt=0, list_amount__lte=most)
    codes = list(rows.order_by("list_amount", "code").values_list("code", flat=True))
    return len(codes), codes[0] if codes else ""


def _set_skus(row: Benefit, given: BenefitGiven, skus: Mapping[str, Sku]) -> None:
    BenefitSku.objects.filter(benefit=row).delete()
    BenefitSku.objects.bulk_create(
        (BenefitSku(benefit=row, sku=sku, amount=given.skus[code]) for code, sku in skus.items()),
        batch_size=5000,
    )


def _record(
    name: str,
    row: Benefit,
    given: BenefitGiven | None,
    by: User | None,
    now: datetime,
    *,
    old: dict[str, Any] | None = None,
) -> None:
    if by is None:
        return
    new: dict[str, Any] = {"is_on": row.is_on}
    if given is not None:
        new |= {"parameters": row.parameters, "ends_at": row.ends_at.isoformat()}
        new["skus"] = len(given.skus)
    operations.record(
        name=name,
        by=by,
        now=now,
        object_type="benefit",
        object_key=row.code,
        old=old or {},
        new=new,
    )
