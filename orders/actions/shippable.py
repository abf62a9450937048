"""What stands against an order on its way out, said in words."""

from django.utils.translation import gettext as _

from orders.actions.errors import OrderRefusedError
from orders.choices import OPEN_STAGES
from orders.models import Order
from orders.rules.stages import can_ship


def refuse_unshippable(order: Order, *, error: type[OrderRefusedError]) -> None:
    """Refuse an order that is held, under refund, forbidden, or no longer here."""
    refuse_unsendable(order, error=error)
    refuse_held(order, error=error)


def refuse_held(order: Order, *, error: type[OrderRefusedError]) -> None:
    """Refuse an order that somebody holds."""
    hold = order.holds.filter(closed_at__isnull=True).order_by("pk").first()
    if hold is not None:
        raise error(_("被「%(kind)s」挂起，先处理挂起。") % {"kind": hold.get_kind_display()})


def refuse_unsendable(order: Order, *, error: type[OrderRefusedError]) -> None:
    """Refuse what no person here may overrule: an open refund, the platform's own "no"."""
    if order.has_open_refund:
        raise error(_("买家正在退款，先处理退款；这单不能发。"))
    if order.stage not in OPEN_STAGES or not can_ship(order.status, has_open_refund=False):
        raise error(
            _("平台状态是「%(status)s」，这单不能发。") % {"status": order.get_status_display()}
        )
