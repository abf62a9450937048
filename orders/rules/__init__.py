"""The pure decisions of orders: no database, no clock.

`orders.rules.stages` is imported by its own name: it needs `orders.choices`, hence Django's enums.
"""

from orders.rules.calendar import (
    CalendarDay,
    DayKind,
    DayOverride,
    DayWhy,
    ShippingDay,
    WeekdayRule,
    shipping_days,
    start_weekday_rules,
    with_cutoff,
)
from orders.rules.money_at_risk import (
    Risk,
    RiskFacts,
    dearest_in_force,
    judging_rules,
    order_risk,
    risk_under,
)
from orders.rules.penalties import PenaltyRule, cap_by_buyer_day, penalty
from orders.rules.plan import Plan, WhatIf, backward_plan, what_if
from orders.rules.platform_texts import (
    NEVER_SHIPPABLE,
    UnknownTextError,
    flag_number,
    platform_status,
    refund_status,
    refund_type,
)
from orders.rules.promises import (
    BOTH,
    PromiseRule,
    PromiseWindow,
    promise_windows,
    window_for,
)
from orders.rules.rulebook import (
    START_RULES,
    RuleParameterError,
    RuleRow,
    penalty_rules,
    promise_rules,
    rules_in_force,
)
from orders.rules.ship_by import (
    CalendarGapError,
    DueCode,
    DueReason,
    NoShippingDayError,
    OrderFacts,
    PromiseBy,
    ShipDue,
    due_reason,
    ship_due,
)

__all__ = [
    "BOTH",
    "NEVER_SHIPPABLE",
    "START_RULES",
    "CalendarDay",
    "CalendarGapError",
    "DayKind",
    "DayOverride",
    "DayWhy",
    "DueCode",
    "DueReason",
    "NoShippingDayError",
    "OrderFacts",
    "PenaltyRule",
    "Plan",
    "PromiseBy",
    "PromiseRule",
    "PromiseWindow",
    "Risk",
    "RiskFacts",
    "RuleParameterError",
    "RuleRow",
    "ShipDue",
    "ShippingDay",
    "UnknownTextError",
    "WeekdayRule",
    "WhatIf",
    "backward_plan",
    "cap_by_buyer_day",
    "dearest_in_force",
    "due_reason",
    "flag_number",
    "judging_rules",
    "order_risk",
    "penalty",
    "penalty_rules",
    "platform_status",
    "promise_rules",
    "promise_windows",
    "refund_status",
    "refund_type",
    "risk_under",
    "rules_in_force",
    "ship_due",
    "shipping_days",
    "start_weekday_rules",
    "what_if",
    "window_for",
    "with_cutoff",
]
