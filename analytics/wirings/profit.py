"""The kind of work that works profits out, words of the log, the check of the bill."""

from datetime import timedelta

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from analytics.actions import profit
from analytics.checks import profit as check
from orders.models import Order
from orders.registry import OrderLink, link_orders
from shopops.staff.operations import name_operations, name_parts
from shopops.work.registry import KindSpec, register_kind
from shopops.work.schedule import register_tick


def register() -> None:
    """Register them; called once by `analytics.wiring`."""
    register_kind(KindSpec(profit.KIND, _("重算利润"), "quick", profit.perform, "work.view"))
    register_tick("profit", every=timedelta(minutes=1), run=profit.request_if_needed)
    check.register()
    link_orders(
        OrderLink(_("这一单的利润"), _profit_page, ("analytics.view_profit", "products.view_cost"))
    )
    name_operations({"analytics.month.closed": _("关账")})
    name_parts("object", {"month": _("月份")})
    name_parts("field", {"number": _("第几次关账"), "total": _("利润合计（分）")})


def _profit_page(order: Order) -> str:
    return reverse("analytics:order_profit", args=[order.tid])
