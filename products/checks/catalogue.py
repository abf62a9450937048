"""The daily checks of the catalogue: what costs more than it brings, and codes that lead to two things."""

from datetime import date, datetime

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from products.queries.catalogue_faults import codes_in_two, dear_products, doubtful_codes
from shopops.checks.registry import CheckOutcome, Finding, outcome_of, register_check
from shopops.lib.words import listed

MOST_NAMED, MOST_READ = 20, 500
MOST_CODES = 6


def no_cost_is_above_its_price(day: date, now: datetime) -> CheckOutcome:
    """Fail for each product with SKUs on sale that cost more than they bring; says no cost."""
    rows = dear_products()
    findings = [
        Finding(
            title=(
                _("「%(title)s」%(n)s 个 SKU 的成本高于售价")
                if row.product_id
                else _("没有归到商品的 %(n)s 个 SKU 的成本高于售价")
            )
            % {"title": row.title[:30], "n": len(row.codes)},
            evidence=_("%(codes)s。核对成本表，或者改价")
            % {"codes": listed(row.codes[:MOST_CODES]) + ("…" if row.codes[MOST_CODES:] else "")},
            severity="soon",
            owner_role="manager",
            key=str(row.product_id or ""),
            url=reverse("products:product", args=[row.product_id])
            if row.product_id
            else f"{reverse('products:skus')}?q={row.codes[0]}",
        )
        for row in rows
    ]
    return outcome_of(findings, most=MOST_NAMED)


def every_code_is_of_one_sku(day: date, now: datetime) -> CheckOutcome:
    """Fail for codes that files give to two products, and for specs that lead to two SKUs."""
    findings = [
        Finding(
            title=_("商家编码 %(code)s 在两个商品里") % {"code": row.code},
            evidence=_("现在归「%(ours)s」，文件说是「%(theirs)s」；由人决定")
            % {"ours": row.ours[:30] or "—", "theirs": row.theirs[:30] or "—"},
            severity="soon",
            owner_role="editor",
            key=f"two:{row.conflict_id}",
            url=reverse("products:conflicts"),
        )
        for row in codes_in_two(most=MOST_READ)
    ]
    findings += [
        Finding(
            title=_("商家编码 %(code)s 分不清") % {"code": code},
            evidence=_("%(codes)s 的规格一样，订单不知道扣哪个的库存") % {"codes": listed(codes)},
            severity="soon",
            owner_role="editor",
            key=f"doubt:{code}:{codes[0]}",
            url=f"{reverse('products:skus')}?q={code}",
        )
        for code, codes in doubtful_codes(most=MOST_READ)
    ]
    return outcome_of(findings, most=MOST_NAMED)


def register() -> None:
    """Register them; called once by `products.wiring`."""
    register_check(
        "products.no_cost_is_above_its_price",
        gettext_lazy("成本都不高于售价"),
        "manager",
        no_cost_is_above_its_price,
    )
    register_check(
        "products.every_code_is_of_one_sku",
        gettext_lazy("一个编码只认一个 SKU"),
        "editor",
        every_code_is_of_one_sku,
    )
