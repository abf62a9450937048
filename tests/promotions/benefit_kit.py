"""Benefits as the tests of them make them."""

from datetime import timedelta
from typing import Any

from promotions.actions.benefits import (
    BenefitGiven,
    create_benefit,
)
from promotions.choices import BenefitKind
from promotions.models import PriceRuleRow
from tests.factories.orders import NOON


def given(**facts):
    plain: dict[str, Any] = {
        "kind": BenefitKind.ITEM_OFF,
        "name": "单品立减",
        "starts_at": NOON,
        "ends_at": NOON + timedelta(days=3),
        "parameters": {"off": "5.00"},
    }
    return BenefitGiven(**(plain | facts))


def make(by, **facts):
    return create_benefit(given=given(**facts), by=by, now=NOON)


def rule(code="SH1"):
    return PriceRuleRow.objects.filter(code=code).order_by("-valid_from").first()
