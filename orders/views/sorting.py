"""By what a list of orders is sorted, when not by its due time."""

from django.http import QueryDict

from orders.queries.by_risk import SORTED_BY_RISK
from orders.views.columns import HOLD_DUE

BY_HOLD_DUE = "hold_due"
BY_RISK = "risk"
# The column that a list is sorted by, by the `sort` of its address.
SORTED_COLUMNS = {"": "due", BY_HOLD_DUE: HOLD_DUE, BY_RISK: "risk"}


def sort_of(code: str, address: QueryDict) -> str:
    """Give the sort that is asked for and that this queue has; "" is by due time."""
    wanted = address.get("sort", "")
    if (wanted == BY_HOLD_DUE and code == "held") or (wanted == BY_RISK and code in SORTED_BY_RISK):
        return wanted
    return ""
