"""The result of an activity in rows: what came, what was expected, what the weeks before brought."""

from decimal import Decimal

from django.utils.translation import gettext as _

from promotions.models import Activity
from promotions.views.activity_parts import Data
from shopops.lib.templatetags.shop import count, money, pct_change


def result_rows(activity: Activity, *, sees_cost: bool) -> Data | None:
    """Give the stored figures of an ended activity; None where there are none."""
    stored = activity.result
    if not stored:
        return None
    figures = {
        name: Decimal(stored[name]) if stored.get(name) else None for name in stored if name != "at"
    }

    def number(name: str) -> str:
        value = figures.get(name)
        return count(int(value)) if value is not None else "—"

    paid, before, forecast = (
        figures.get(name) for name in ("paid_amount", "before_amount", "forecast_amount")
    )
    buyers, buyers_before = figures.get("buyers"), figures.get("before_buyers")
    rows = [
        _row(
            _("销售额"), money(paid), _against(paid, forecast, money), _against(paid, before, money)
        ),
        _row(
            _("买家"),
            number("buyers"),
            _against(buyers, figures.get("forecast_buyers"), _whole),
            _against(buyers, buyers_before, _whole),
        ),
        _row(_("其中新客"), number("new_buyers")),
        _row(_("件数"), number("pieces")),
        _row(
            _("退款"),
            money(figures.get("refund_amount")),
            note=_("%(n)s 单退过款") % {"n": number("refunded_orders")},
        ),
        _row(_("净销售额"), money(figures.get("net_amount"))),
        _row(_("剩余库存（件）"), number("stock_left")),
    ]
    if sees_cost:
        missing = figures.get("without_cost")
        note = _("%(n)s 个没有成本，没算进来") % {"n": int(missing)} if missing else ""
        rows += [
            _row(_("活动费用"), money(figures.get("cost_amount"))),
            _row(_("利润估算"), money(figures.get("profit_amount")), note=note),
        ]
    weeks = figures.get("before_weeks")
    return {"rows": rows, "weeks": int(weeks) if weeks else 0, "at": stored.get("at", "")[:16]}


def _row(label: str, value: str, forecast: str = "", before: str = "", *, note: str = "") -> Data:
    return {"label": label, "value": value, "forecast": forecast, "before": before, "note": note}


def _whole(value: Decimal) -> str:
    return count(int(value))


def _against(value: Decimal | None, other: Decimal | None, write: object) -> str:
    """Write another figure and how far ours is from it."""
    if value is None or other is None:
        return "—"
    written = write(other)  # type: ignore[operator]
    return f"{written}  {pct_change((value - other) / other)}" if other else written
