"""The one search box: an order by whatever a person has at hand."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from orders.choices import Stage
from orders.models import Order
from orders.queries.search import find_orders
from orders.views.rows import STAGE_TONES, order_url
from shopops.staff.access import requires

SHOWN = 20
SHORTEST = 2


@require_GET
@requires("orders.view")
def search(request: HttpRequest) -> HttpResponse:
    """Show what a text finds; a single order opens at once."""
    text = request.GET.get("q", "").strip()
    may = request.user.has_perm("orders.view_contact")
    ids = find_orders(text=text, may_see_contact=may) if len(text) >= SHORTEST else []
    if len(ids) == 1 and "stay" not in request.GET:
        return redirect(order_url(Order.objects.values_list("tid", flat=True).get(pk=ids[0])))
    context = {
        "now": timezone.now(),
        "query": text,
        "too_short": bool(text) and len(text) < SHORTEST,
        "groups": [_orders_group(text, ids)] if ids else [],
        "hints": [
            _("整个订单号，或最后五六位"),
            _("运单号、商家编码：整个"),
            _("旺旺：三个字以上的一部分"),
            _("手机后四位"),
        ],
    }
    return render(request, "search.html", context)


def _orders_group(text: str, ids: list[int]) -> dict[str, object]:
    orders = Order.objects.filter(pk__in=ids[:SHOWN]).order_by("-created_at", "-pk")
    more = f"{reverse('orders:queue', args=['all'])}?{urlencode({'q': text})}"
    return {
        "label": _("订单"),
        "icon": "clipboard-list",
        "count_text": _("%(n)d 张") % {"n": len(ids)},
        "more_url": more if len(ids) > SHOWN else "",
        "hits": [_hit(order) for order in orders],
    }


def _hit(order: Order) -> dict[str, object]:
    stage = Stage(order.stage)
    return {
        "url": order_url(order.tid),
        "title": order.tid,
        "mono": True,
        "sub": " · ".join(
            part
            for part in (order.receiver_province, f"¥{order.total_amount:,.2f}", order.title)
            if part
        ),
        "tag": stage.label,
        "tone": STAGE_TONES[stage],
    }
