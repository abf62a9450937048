"""The daily checks of main products' stock and of what the shelf promises."""

from datetime import date, datetime

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from products.queries import shortage
from products.queries.shortage import WarningRow
from products.queries.stock import shelf_counts, shelf_differences
from products.queries.stock_facts import keeps_stock
from shopops.checks.registry import CheckOutcome, Finding, outcome_of, register_check, unknown
from shopops.lib.words import clauses

MOST_NAMED = 20
COVERED, SHELF = "products.mains_are_covered", "products.shelf_counts_agree"


def mains_are_covered(day: date, now: datetime) -> CheckOutcome:
    """Fail for each short SKU of a main product without a paid purchase on its way, or with a late one."""
    if not keeps_stock():
        return unknown()
    rows = [row for row in shortage.warnings(today=day, main_only=True) if _is_bare(row)]
    return outcome_of(
        [
            Finding(
                title=_("主推款缺货，采购没跟上：%(code)s") % {"code": row.code},
                evidence=clauses([row.evidence, _why(row)]),
                severity="late" if row.is_urgent else "soon",
                owner_role="warehouse_lead",
                key=str(row.sku_id),
                url=reverse("products:purchase", args=[row.coming.number])
                if row.coming
                else f"{reverse('products:warnings')}#sku-{row.sku_id}",
            )
            for row in rows
        ],
        most=MOST_NAMED,
    )


def _is_bare(row: WarningRow) -> bool:
    return row.coming is None or not row.coming.is_paid or row.is_late


def _why(row: WarningRow) -> str:
    if row.coming is None:
        return _("还没有下采购单")
    if not row.coming.is_paid:
        return _("采购单 %(number)s 还没付款") % {"number": row.coming.number}
    return _("采购单 %(number)s 过了说好的日子还没到") % {"number": row.coming.number}


def shelf_counts_agree(day: date, now: datetime) -> CheckOutcome:
    """Fail for each SKU of which the platform offers more than is free; unknown without figures of both."""
    if not shelf_counts()["compared"]:
        return unknown()
    rows = [row for row in shelf_differences(size=500) if row.difference > 0]
    return outcome_of(
        [
            Finding(
                title=_("货架数多了：%(code)s") % {"code": row.code},
                evidence=_("货架 %(shelf)s 件，可用 %(free)s 件；会超卖，去平台改货架数")
                % {"shelf": row.shelf, "free": row.free},
                severity="late" if row.free <= 0 else "soon",
                owner_role="editor",
                key=str(row.sku_id),
                url=reverse("products:stock_shelf"),
            )
            for row in rows
        ],
        most=MOST_NAMED,
    )


def register() -> None:
    """Register them; called once by `products.wiring`."""
    register_check(COVERED, gettext_lazy("主推款缺的货在路上"), "warehouse_lead", mains_are_covered)
    register_check(SHELF, gettext_lazy("货架数不多于可用库存"), "editor", shelf_counts_agree)
