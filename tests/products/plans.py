"""Plans for tests, without a forecast run: what the run would have stored."""

from datetime import datetime, timedelta
from decimal import Decimal

from products.models import ReplenishmentPlan, Sku, Supplier, SupplierPrice
from shopops.lib.business_time import business_date
from tests.factories.goods import stocked

WEEKS = [["2026-08-03", 12.0, 10.5, 8.0], ["2026-08-10", 9.0, 10.5, 12.0]]


def asked(sku: Sku, supplier: Supplier, now: datetime, *, amount="9.90", least=1) -> None:
    """Note what a supplier asks since yesterday."""
    SupplierPrice.objects.create(
        supplier=supplier,
        sku=sku,
        valid_from=business_date(now) - timedelta(days=1),
        amount=Decimal(amount),
        minimum_quantity=least,
    )


def planned(
    code: str,
    now: datetime,
    *,
    quantity: int = 40,
    days: int | None = 0,
    supplier: Supplier | None = None,
    **values: object,
) -> Sku:
    """Make a SKU with a plan that wants `quantity` ordered `days` from today; None: no last date."""
    sku = stocked(code, 5)
    by = None if days is None else business_date(now) + timedelta(days=days)
    given = {
        "made_at": now - timedelta(hours=2),
        "supplier": supplier,
        "daily_demand": Decimal("4.2"),
        "reorder_point": 30,
        "safety_stock": 8,
        "free": 5,
        "suggested_quantity": quantity,
        "order_by": by,
        "cover_days": 1,
        "runs_out_on": business_date(now) + timedelta(days=1),
        "lead_days": 7,
        "kind": "smooth",
        "model": "weekday",
        "error": Decimal("1.5"),
        "naive_error": Decimal("3.5"),
        "bias": Decimal("-0.4"),
        "back_test": WEEKS,
        "sold_weeks": [20, 24, 28, 30],
    }
    ReplenishmentPlan.objects.create(sku=sku, **{**given, **values})
    if supplier is not None:
        asked(sku, supplier, now)
    return sku
