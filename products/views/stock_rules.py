"""The shop's rules of stock."""

from dataclasses import replace
from functools import partial

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from products.actions import stock_rules as acts
from products.actions.errors import StaleGoodsError
from products.actions.stock_rules import RuleValues, values_of
from products.choices import AllocateAt
from products.forms.stock import RuleForm
from products.models import StockRule
from products.queries.rules import rule_in_force
from products.views.acting import Asked, asked_of, attempt, conflict, log_url, rows_of
from shopops.staff.access import requires

RIGHT = "products.set_stock_rules"


@require_http_methods(["GET", "POST"])
@requires("products.view")
def rules(request: HttpRequest) -> HttpResponse:
    """Show the rules in force; a POST sets them from today on."""
    if request.method == "POST":
        return _save(asked_of(request, RIGHT))
    return _page(request, None, status=200)


def _page(request: HttpRequest, form: RuleForm | None, *, status: int) -> HttpResponse:
    now = timezone.now()
    row = rule_in_force(now=now)
    context = {
        "now": now,
        "rule": row,
        "form": form or RuleForm(initial=_stored(row)),
        "can_edit": request.user.has_perm(RIGHT),
        "history": StockRule.objects.select_related("changed_by").order_by("-valid_from")[:10],
        "log_url": log_url(request, "stock_rule"),
    }
    return render(request, "products/stock_rules.html", context, status=status)


def _stored(row: StockRule) -> dict[str, object]:
    values = values_of(row)
    return {name: getattr(values, name) for name in RuleValues.__dataclass_fields__}


def _save(asked: Asked) -> HttpResponse:
    form = RuleForm(asked.data)
    if not form.is_valid():
        return _page(asked.request, form, status=422)
    data = {**form.cleaned_data, "allocate_at": AllocateAt(form.cleaned_data["allocate_at"])}
    url = reverse("products:stock_rules")
    run = partial(
        acts.set_rule,
        values=RuleValues(**data),
        version=asked.number("version"),
        by=asked.by,
        now=asked.now,
    )
    try:
        return attempt(asked, run, done=_("已保存，从今天起算。"), url=url, raise_stale=True)
    except StaleGoodsError as stale:
        row = rule_in_force(now=asked.now)
        return conflict(
            replace(asked, back=url),
            stale,
            key=("stock_rule", row.valid_from.isoformat()),
            rows=rows_of(form, _stored(row)),
            version=row.version,
        )
