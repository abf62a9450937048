"""The rates of the price check: what counts now, and what counted before."""

from decimal import Decimal

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from products.actions.errors import GoodsRefusedError
from promotions.actions.profit import set_profit_rule
from promotions.forms.activities import ProfitForm
from promotions.queries.profit import profit_in_force, profit_rules
from promotions.rules.profit import START
from promotions.wording.activity_log import FIELDS
from shopops.lib.business_time import business_date
from shopops.staff.access import requires
from shopops.staff.models import User


@require_http_methods(["GET", "POST"])
@requires("promotions.set_rules")
def profit(request: HttpRequest) -> HttpResponse:
    """Show the rates, or set them from a day on."""
    now = timezone.now()
    today = business_date(now)
    rows = profit_rules()
    in_force = profit_in_force(today)
    version = rows[0].version if rows else 0
    initial = {name: getattr(in_force.rates, name).normalize() for name in START}
    form = ProfitForm(
        request.POST if request.method == "POST" else None,
        initial={**{k: f"{v:f}" for k, v in initial.items()}, "valid_from": today},
    )
    if request.method == "POST" and form.is_valid():
        assert isinstance(request.user, User)  # noqa: S101
        data = form.cleaned_data
        rates: dict[str, Decimal] = {name: data[name] for name in START}
        seen = request.POST.get("version", "")
        try:
            set_profit_rule(
                valid_from=data["valid_from"],
                rates=rates,
                source=data["source"],
                version=int(seen) if seen.isdecimal() and len(seen) < 10 else 0,
                by=request.user,
                now=now,
            )
        except GoodsRefusedError as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, _("费率已改，正在重新查没结束的活动。"))
            return redirect("promotions:profit")
    context = {
        "now": now,
        "form": form,
        "version": version,
        "in_force": in_force.row,
        "rows": [
            {
                "row": row,
                "is_now": in_force.row is not None and row.pk == in_force.row.pk,
                "values": [
                    {"label": FIELDS[name], "value": row.parameters.get(name, START[name])}
                    for name in START
                ],
            }
            for row in rows
        ],
    }
    return render(request, "promotions/profit.html", context, status=422 if form.errors else 200)
