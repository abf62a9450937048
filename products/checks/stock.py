"""The daily checks of goods: the proof of stock, what is short, what a supplier owes."""

from datetime import date, datetime

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from products import registry
from products.queries import plans, purchases, shortage
from products.queries.proof import Difference, Proof, prove
from products.queries.rules import rule_in_force
from products.queries.stock_facts import keeps_stock
from shopops.checks.models import CheckResult
from shopops.checks.registry import CheckOutcome, Finding, outcome_of, register_check
from shopops.lib.business_time import business_date

PROOF = "products.stock_proof"
SHORT = "products.stock_is_enough"
PURCHASES = "products.purchases_come_in_time"
REPLENISHED = "products.goods_are_ordered_in_time"
# A list longer than this is read on its own page, not among the morning's findings.
MOST_FINDINGS, MOST_READ = 8, 500


def stock_is_proved(day: date, now: datetime) -> CheckOutcome:
    """Fail while levels, ledger, allocations and open orders say different things."""
    found = proof_findings(prove(open_lines=registry.open_lines))
    return outcome_of(found, most=MOST_FINDINGS)


def proof_findings(proof: Proof) -> list[Finding]:
    """Give a finding for each difference."""
    words = {
        "ledger": _("在库 %(stored)s，流水合计 %(proved)s"),
        "allocated": _("占用 %(stored)s，占用明细合计 %(proved)s"),
        "open_orders": _("为订单 %(tid)s 占用 %(stored)s 件，这单要 %(proved)s 件"),
    }

    def finding(one: Difference) -> Finding:
        values = {"stored": one.stored, "proved": one.proved, "tid": one.tid}
        return Finding(
            title=_("库存对不上：%(code)s") % {"code": one.sku_code},
            evidence=words[one.which] % values,
            severity="late",
            owner_role="warehouse_lead",
            key=":".join((one.which, one.sku_code, one.tid)),
            url=f"{reverse('products:stock')}?q={one.sku_code}",
        )

    return [finding(one) for one in proof.differences]


def stock_is_enough(day: date, now: datetime) -> CheckOutcome:
    """Fail while a SKU is short; unknown where no stock is kept."""
    if not keeps_stock():
        return CheckOutcome(CheckResult.Status.UNKNOWN)
    rows, _count = shortage.untouched_warnings(size=MOST_READ)
    found = [
        Finding(
            title=f"{row.kind_words}: {row.code} {row.title}".strip(),
            evidence=row.evidence,
            severity="late" if row.is_urgent else "soon",
            owner_role="warehouse_lead",
            key=str(row.sku_id),
            url=f"{reverse('products:warnings')}#sku-{row.sku_id}",
        )
        for row in rows
    ]
    return outcome_of(found, most=MOST_FINDINGS)


def purchases_come_in_time(day: date, now: datetime) -> CheckOutcome:
    """Fail while a purchase order is late, or paid and not sent for too long."""
    waits = rule_in_force(now=now).unsent_days
    rows = purchases.late_purchases(day=day, unsent_days=waits)
    found = [
        Finding(
            title=_("采购单 %(number)s：%(supplier)s")
            % {"number": row.number, "supplier": row.supplier},
            evidence=row.why,
            severity="late" if row.is_late else "soon",
            owner_role="warehouse_lead",
            key=row.number,
            url=reverse("products:purchase", args=[row.number]),
        )
        for row in rows
    ]
    return outcome_of(found, most=MOST_FINDINGS)


def goods_are_ordered_in_time(day: date, now: datetime) -> CheckOutcome:
    """Fail while something should have been ordered by today, or plans are old; unknown without any."""
    made = plans.made_at()
    if made is None:
        return CheckOutcome(CheckResult.Status.UNKNOWN)
    url = reverse("products:replenishment")
    found = []
    if now - made > plans.STALE:
        found.append(
            Finding(
                title=_("补货计划旧了"),
                evidence=_("最近一次算完是 %(day)s") % {"day": business_date(made)},
                severity="soon",
                owner_role="warehouse_lead",
                key="stale",
                url=url,
            )
        )
    filters = plans.Filters(tab="now")
    rows = plans.plan_page(filters=filters, today=day, size=MOST_READ).rows
    found += [
        Finding(
            title=_("该下单了：%(code)s %(title)s") % {"code": row.code, "title": row.title},
            evidence=_order_words(row),
            severity="late" if row.order_by and row.order_by < day else "soon",
            owner_role="warehouse_lead",
            key=str(row.sku_id),
            url=f"{url}{row.sku_id}/",
        )
        for row in rows
    ]
    return outcome_of(found, most=MOST_FINDINGS)


def _order_words(row: plans.PlanRow) -> str:
    words = _("最晚 %(day)s 下单，建议 %(n)s 件")
    return words % {"day": row.order_by, "n": row.to_order}


def register() -> None:
    """Register them; called once by `products.wiring`."""
    register_check(PROOF, gettext_lazy("库存与流水、订单对得上"), "warehouse_lead", stock_is_proved)
    register_check(SHORT, gettext_lazy("库存够卖"), "warehouse_lead", stock_is_enough)
    register_check(
        REPLENISHED, gettext_lazy("该补的货下了单"), "warehouse_lead", goods_are_ordered_in_time
    )
    register_check(
        PURCHASES, gettext_lazy("采购单按时到"), "warehouse_lead", purchases_come_in_time
    )
