"""The rates of the price check in force on a day."""

from dataclasses import dataclass
from datetime import date

from promotions.models import ProfitRule
from promotions.rules.profit import Rates, rates_of


@dataclass(frozen=True, slots=True)
class ProfitInForce:
    """What counts on a day. `row` None: the start values, which nobody has changed."""

    rates: Rates
    row: ProfitRule | None


def profit_in_force(day: date) -> ProfitInForce:
    """Give the rates of a day. One query by an index."""
    row = ProfitRule.objects.filter(valid_from__lte=day).order_by("-valid_from").first()
    return ProfitInForce(rates_of(row.parameters if row else {}), row)


def profit_rules() -> list[ProfitRule]:
    """Give all rows, the newest first."""
    return list(ProfitRule.objects.select_related("changed_by").order_by("-valid_from")[:100])
