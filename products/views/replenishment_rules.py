"""How the shop replenishes: dated rows, the newest that has begun counts."""

from dataclasses import replace
from functools import partial

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from products.actions import replenishment_rules as acts
from products.actions.errors import GoodsRefusedError, StaleGoodsError
from products.actions.replenishment_rules import RuleValues, values_of
from products.forms.replenishment import ReplenishmentRuleForm
from products.models import ReplenishmentRule
from products.queries.rules import replenishment_rule
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


def _page(request: HttpRequest, form: ReplenishmentRuleForm | None, *, status: int) -> HttpResponse:
    now = timezone.now()
    row = replenishment_rule(now=now)
    context = {
        "now": now,
        "rule": row,
        "form": form or ReplenishmentRuleForm(initial=_stored(row)),
        "can_edit": request.user.has_perm(RIGHT),
        "history": ReplenishmentRule.objects.select_related("changed_by").order_by(
            "-valid_from", "-pk"
        )[:10],
        "log_url": log_url(request, "replenishment_rule"),
    }
    return render(request, "products/replenishment_rules.html", context, status=status)


def _stored(row: ReplenishmentRule) -> dict[str, object]:
    values = values_of(row)
    return {name: getattr(values, name) for name in RuleValues.__dataclass_fields__}


def _save(asked: Asked) -> HttpResponse:
    form = ReplenishmentRuleForm(asked.data)
    if not form.is_valid():
        return _page(asked.request, form, status=422)
    url = reverse("products:replenishment_rules")
    run = partial(
        acts.set_replenishment_rule,
        values=RuleValues(**form.cleaned_data),
        version=asked.number("version"),
        by=asked.by,
        now=asked.now,
    )
    try:
        run()
    except StaleGoodsError as stale:
        return _conflict(asked, form, stale, url)
    except GoodsRefusedError as refusal:
        form.add_error(None, refusal.message)
        return _page(asked.request, form, status=422)
    done = _("已保存，下一次算补货时用。")
    return attempt(asked, lambda: None, done=done, url=url)


def _conflict(
    asked: Asked, form: ReplenishmentRuleForm, stale: StaleGoodsError, url: str
) -> HttpResponse:
    row = replenishment_rule(now=asked.now)
    return conflict(
        replace(asked, back=url),
        stale,
        key=("replenishment_rule", row.valid_from.isoformat()),
        rows=rows_of(form, _stored(row)),
        version=row.version,
    )
