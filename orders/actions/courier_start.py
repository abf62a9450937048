"""What a new shop starts with: three carriers, the rules that choose among them, the trace limits."""

from datetime import date, datetime, time
from typing import Any

from orders.models import Carrier, CourierRule, TraceLimit
from shopops.lib.business_time import SHANGHAI

SINCE = date(2000, 1, 1)
# Names as the platform writes them in its files, with its codes.
CARRIERS = (
    ("中通快递", "ZTO", False, "主用"),
    ("申通快递", "STO", False, "备用"),
    ("邮政快递包裹", "POSTB", True, "偏远地区"),
)
REMOTE = ["西藏", "新疆", "青海", "内蒙古"]
RULES: tuple[dict[str, Any], ...] = (
    {"name": "买家指定", "carrier": "", "only_if_requested": True},
    {"name": "偏远地区", "carrier": "邮政快递包裹", "provinces": REMOTE},
    {"name": "其余", "carrier": "中通快递"},
)


def ensure_courier_data() -> None:
    """Fill in carriers, courier rules and trace limits where there are none. Safe to repeat."""
    begun: dict[str, Any] = {
        "valid_from": SINCE,
        "changed_at": datetime.combine(SINCE, time.min, SHANGHAI),
    }
    if not Carrier.objects.exists():
        Carrier.objects.bulk_create(
            Carrier(name=name, code=code, is_for_remote=remote, note=note)
            for name, code, remote, note in CARRIERS
        )
        if not CourierRule.objects.exists():
            CourierRule.objects.bulk_create(
                CourierRule(position=place * 10, **rule, **begun)
                for place, rule in enumerate(RULES, start=1)
            )
    if not TraceLimit.objects.exists():
        TraceLimit.objects.bulk_create(
            [
                TraceLimit(
                    provinces=REMOTE,
                    pickup_hours=24,
                    first_trace_hours=48,
                    silence_hours=96,
                    position=10,
                    **begun,
                ),
                TraceLimit(position=20, **begun),
            ]
        )
