"""For each daily check: how the thing that it looks for comes about, and how it ends."""

from tests.checks.cases import (
    analytics,
    crm,
    goods,
    ground,
    orders,
    profit,
    promotions,
    proof,
    reports,
)
from tests.checks.cases.case import Case, World

CASES: dict[str, Case] = {
    **ground.CASES,
    **orders.CASES,
    **goods.CASES,
    **promotions.CASES,
    **crm.CASES,
    **reports.CASES,
    **analytics.CASES,
    **profit.CASES,
    **proof.CASES,
}

__all__ = ["CASES", "Case", "World"]
