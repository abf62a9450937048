"""The dated rows of the final price, with how well each is known, and changing one."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from products.views.acting import Asked, Data, answer, conflict
from promotions.actions import price_rules as actions
from promotions.actions.errors import StalePriceError
from promotions.choices import RuleMark
from promotions.forms.price_rules import PriceRuleForm, editable
from promotions.models import PriceRuleRow
from promotions.queries.price_rules import as_rule
from promotions.wording.benefits import parameter_label, parameter_value
from shopops.lib.words import clauses
from shopops.staff.access import requires


@require_http_methods(["GET", "POST"])
@requires("promotions.view")
def price_rules(request: HttpRequest) -> HttpResponse:
    """Show all rows by code and time; a POST changes one."""
    sent: tuple[int, PriceRuleForm] | None = None
    if request.method == "POST" and request.POST.get("rule", "").isdecimal():
        row = get_object_or_404(PriceRuleRow, pk=int(request.POST["rule"][:18]))
        form = PriceRuleForm(request.POST, parameters=row.parameters, auto_id=f"id_{row.pk}_%s")
        if form.is_valid():
            parts = {"rule": ("promotions.set_rules", lambda asked: _change(asked, row, form))}
            done = answer(request, parts, back=reverse("promotions:price_rules"))
            if done is not None:
                return done
        sent = (row.pk, form)
    now = timezone.now()
    rows = PriceRuleRow.objects.select_related("changed_by").order_by("code", "valid_from", "pk")
    can_set = request.user.has_perm("promotions.set_rules")
    context = {
        "now": now,
        "groups": _groups([_row(row, sent) | {"holds": as_rule(row).holds(now)} for row in rows]),
        "open_rule": sent[0] if sent else 0,
        "can_set": can_set,
    }
    return render(request, "promotions/price_rules.html", context, status=422 if sent else 200)


def _groups(rows: list[Data]) -> list[Data]:
    """Part the rows by what their codes are about, in the order in which a price is reckoned."""
    names = {
        "L": _("怎么算"),
        "IT": _("单品级"),
        "SH": _("店铺级"),
        "CR": _("跨店级"),
        "AS": _("红包抵扣"),
        "F": _("运费"),
        "EV": _("活动比例和时间"),
        "SU": _("报名价"),
        "PP": _("价保"),
    }
    found: dict[str, list[Data]] = {code: [] for code in names}
    for one in rows:
        letters = one["row"].code.rstrip("0123456789")
        found.setdefault(letters if letters in names else "L", []).append(one)
    return [
        {"name": names[code], "code": code, "rules": mine} for code, mine in found.items() if mine
    ]


def _row(row: PriceRuleRow, sent: tuple[int, PriceRuleForm] | None) -> Data:
    initial = {
        **editable(row.parameters),
        "is_on": row.is_on,
        "mark": row.mark,
        "source": row.source,
        "valid_to": row.valid_to,
    }
    form = PriceRuleForm(initial=initial, parameters=row.parameters, auto_id=f"id_{row.pk}_%s")
    if sent is not None and sent[0] == row.pk:
        form = sent[1]
    return {
        "row": row,
        "form": form,
        "mark": RuleMark(row.mark).label,
        "unread": row.mark == RuleMark.GENERAL,
        "words": clauses(
            f"{parameter_label(name)} {parameter_value(value)}"
            for name, value in editable(row.parameters).items()
        ),
    }


def _change(asked: Asked, row: PriceRuleRow, form: PriceRuleForm) -> HttpResponse:
    data = form.cleaned_data
    given = actions.RuleGiven(
        parameters=form.parameters(),
        is_on=data["is_on"],
        mark=data["mark"],
        source=data["source"],
        valid_to=data["valid_to"],
        since=data["since"],
    )
    try:
        actions.change_price_rule(
            rule_id=row.pk, given=given, version=asked.number("version"), by=asked.by, now=asked.now
        )
    except StalePriceError as stale:
        current = PriceRuleRow.objects.get(pk=row.pk)
        theirs = _row(current, None)["form"]
        rows = [
            (field.label, theirs.initial.get(name), form.cleaned_data.get(name))
            for name, field in form.fields.items()
        ]
        return conflict(
            asked, stale, key=("price_rule", row.code), rows=rows, version=current.version
        )
    return asked.done(_("已保存，正在重算最低到手价。"))
