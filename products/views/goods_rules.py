"""The settings of goods: each rule with its figures, from which day they count."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from products.actions import goods_rules as actions
from products.actions.errors import StaleGoodsError
from products.choices import GoodsRuleCode
from products.forms.listing import PARAMETER_LABELS, GoodsRuleForm
from products.queries.goods_rules import RuleInForce, rule_in_force
from products.views.acting import Asked, Data, answer, conflict
from shopops.lib.business_time import business_date
from shopops.lib.words import clauses, listed
from shopops.staff.access import requires


@require_http_methods(["GET", "POST"])
@requires("products.set_rules")
def goods_rules(request: HttpRequest) -> HttpResponse:
    """Show all rules; a POST changes one from today on."""
    sent: tuple[GoodsRuleCode, GoodsRuleForm] | None = None
    if request.method == "POST" and request.POST.get("code") in GoodsRuleCode.values:
        code = GoodsRuleCode(request.POST["code"])
        form = GoodsRuleForm(request.POST, code=code, auto_id=f"id_{code}_%s")
        if not form.is_valid():
            sent = (code, form)
        else:
            parts = {"rule": ("products.set_rules", _change)}
            done = answer(request, parts, back=reverse("products:goods_rules"))
            if done is not None:
                return done
    today = business_date(timezone.now())
    rows = [_row(rule_in_force(code, day=today), sent) for code in GoodsRuleCode]
    context = {"rules": rows, "open_rule": sent[0] if sent else ""}
    return render(request, "products/goods_rules.html", context, status=422 if sent else 200)


def _row(rule: RuleInForce, sent: tuple[GoodsRuleCode, GoodsRuleForm] | None) -> Data:
    form = GoodsRuleForm(initial=rule.parameters, code=rule.code, auto_id=f"id_{rule.code}_%s")
    if sent is not None and sent[0] == rule.code:
        form = sent[1]
    return {
        "code": rule.code,
        "label": rule.code.label,
        "words": clauses(
            f"{PARAMETER_LABELS[name]} {listed(value) if isinstance(value, list) else value}"
            for name, value in rule.parameters.items()
        ),
        "valid_from": rule.row.valid_from if rule.row and rule.row.changed_by_id else None,
        "source": rule.row.source if rule.row else "",
        "version": rule.version,
        "form": form,
    }


def _change(asked: Asked) -> HttpResponse:
    code = GoodsRuleCode(asked.data["code"])
    form = GoodsRuleForm(asked.data, code=code)
    form.is_valid()
    try:
        actions.change_rule(
            code=code,
            parameters=form.cleaned_data,
            version=str(asked.data.get("version", "")),
            by=asked.by,
            now=asked.now,
        )
    except StaleGoodsError as stale:
        current = rule_in_force(code, day=business_date(asked.now))
        rows = [
            (PARAMETER_LABELS[name], current.parameters[name], form.cleaned_data[name])
            for name in form.fields
        ]
        return conflict(asked, stale, key=("goods_rule", code), rows=rows, version=current.version)
    return asked.done(_("已保存，从今天起按新的。"))
