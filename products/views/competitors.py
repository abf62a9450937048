"""Competitors: who is watched, what was seen, what changed."""

from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse, reverse_lazy
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from products.actions import looks
from products.actions.watch import request_findings
from products.forms.watch import CompetitorForm, RivalLookForm
from products.importers import pasted
from products.importers.pasted import CellError, Column
from products.models import Competitor
from products.queries import watch as queries
from products.queries.watch import RivalRow
from products.views import pasting
from products.views.acting import Asked, Data, answer
from products.wording.watch import rival_words
from shopops.lib.business_time import business_date
from shopops.lib.templatetags.shop import count, money
from shopops.staff.access import requires

LABELS = {"price_cut": gettext_lazy("降价"), "sales_leap": gettext_lazy("销量猛涨")}


@require_http_methods(["GET", "POST"])
@requires("products.view")
def competitors(request: HttpRequest) -> HttpResponse:
    """List the competitors, those with news first; a POST adds one."""
    if request.method == "POST":
        done = answer(
            request, {"add": ("products.edit", _add)}, back=reverse("products:competitors")
        )
        if done is not None:
            return done
    now = timezone.now()
    is_on = request.GET.get("stopped") != "1"
    rows = queries.rivals(today=business_date(now), is_on=is_on)
    context = {
        "now": now,
        "rows": [_row(row) for row in rows],
        "is_on": is_on,
        "form": CompetitorForm(auto_id="id_new_%s"),
        "hidden": [{"name": "part", "value": "add"}],
        "can_edit": request.user.has_perm("products.edit"),
    }
    return render(request, "products/competitors.html", context)


def _row(row: RivalRow) -> Data:
    newest = row.changes[0] if row.changes else None
    own = row.competitor.product
    return {
        "url": reverse("products:competitor", kwargs={"competitor_id": row.competitor.pk}),
        "shop": row.competitor.shop,
        "title": row.competitor.title,
        "own": own.title if own else "",
        "last": row.last,
        "change": rival_words(newest) if newest else "",
        "change_date": newest.date if newest else None,
        "tag": LABELS[newest.kind] if newest else "",
        "tone": "soon" if newest and not newest.activity else "us",
    }


def _add(asked: Asked) -> HttpResponse:
    form = CompetitorForm(asked.data)
    if not form.is_valid():
        return asked.say_errors(form)
    looks.add_competitor(given=looks.RivalGiven(**form.cleaned_data), by=asked.by, now=asked.now)
    return asked.done(_("已加上，记一次价格和月销，以后就能看出变化。"))


@require_http_methods(["GET", "POST"])
@requires("products.view")
def competitor(request: HttpRequest, competitor_id: int) -> HttpResponse:
    """Show one competitor with charts; a POST adds a look, or stops and resumes watching."""
    row = get_object_or_404(Competitor.objects.select_related("product"), pk=competitor_id)
    if request.method == "POST":
        parts = {
            "look": ("products.edit", lambda asked: _add_look(asked, row)),
            "watch": ("products.edit", lambda asked: _watch(asked, row)),
        }
        back = reverse("products:competitor", kwargs={"competitor_id": row.pk})
        done = answer(request, parts, back=back)
        if done is not None:
            return done
    now = timezone.now()
    seen = queries.competitor_looks(row)
    found = next(
        (
            one
            for one in queries.rivals(today=business_date(now), is_on=row.is_on)
            if one.competitor.pk == row.pk
        ),
        None,
    )
    context = {
        "now": now,
        "competitor": row,
        "own": row.product,
        "price": _chart(seen, "price_amount", _("价格"), "¥"),
        "sales": _chart(seen, "monthly_sales", _("月销"), _("件")),
        "looks": seen[::-1][:60],
        "changes": [
            {
                "text": rival_words(one),
                "date": one.date,
                "tag": LABELS[one.kind],
                "tone": "us" if one.activity else "soon",
            }
            for one in (found.changes if found else [])
        ],
        "look_form": RivalLookForm(initial={"date": business_date(now)}),
        "hidden": [{"name": "part", "value": "look"}],
        "can_edit": request.user.has_perm("products.edit"),
    }
    return render(request, "products/competitor.html", context)


def _chart(seen: list[Any], field: str, name: str, unit: str) -> Data | None:
    known = [one for one in seen if getattr(one, field) is not None]
    if not known:
        return None
    values = [None if getattr(one, field) is None else float(getattr(one, field)) for one in seen]
    return {
        "data": {
            "kind": "lines",
            "x": [_short(one.date) for one in seen],
            "series": [
                {"name": name, "values": values, "joined": True, "step": field == "price_amount"}
            ],
            "unit": unit,
            "marks": [
                {"x": _short(one.date), "label": one.activity} for one in seen if one.activity
            ],
        },
        "columns": [_("日期"), name, _("活动")],
        "rows": [[one.date.isoformat(), getattr(one, field), one.activity] for one in seen[::-1]],
    }


def _short(day: date) -> str:
    return _("%(month)d月%(day)d日") % {"month": day.month, "day": day.day}


def _add_look(asked: Asked, row: Competitor) -> HttpResponse:
    form = RivalLookForm(asked.data)
    if not form.is_valid():
        return asked.say_errors(form)
    look = looks.RivalLook(competitor_id=row.pk, **form.cleaned_data)
    looks.record_rivals(looks=[look], by=asked.by, now=asked.now)
    request_findings(by=asked.by, now=asked.now)
    return asked.done(_("已记下。"))


def _watch(asked: Asked, row: Competitor) -> HttpResponse:
    is_on = not row.is_on
    looks.watch_competitor(competitor_id=row.pk, is_on=is_on, by=asked.by, now=asked.now)
    return asked.done(_("又开始盯了。") if is_on else _("不再盯了，看过的都留着。"))


SHEET = pasting.Sheet(
    title=gettext_lazy("导入对手动态"),
    sub=gettext_lazy("一行是一天看到的一个对手商品；对手要先在列表里"),
    columns=(
        Column("rival", ("对手", "对手商品ID", "商品ID", "标题"), pasted.words(120)),
        Column("date", ("日期",), pasted.day),
        Column("price_amount", ("价格", "到手价"), pasted.price, required=False),
        Column(
            "monthly_sales",
            ("月销", "月销量", "销量"),
            pasted.whole(0, 100_000_000),
            required=False,
        ),
        Column("activity", ("活动",), pasted.words(60), required=False),
        Column("ad_pressure", ("广告", "广告力度"), pasted.whole(0, 5), required=False),
        Column("note", ("备注",), pasted.words(200), required=False),
    ),
    example="商品ID,日期,价格,月销,活动,广告\n620000000001,2026-09-17,329.00,1200+,,3",
    back_url=reverse_lazy("products:competitors"),  # type: ignore[arg-type]
    back_label=gettext_lazy("对手"),
)
type Found = list[tuple[looks.RivalLook, list[object]]]


@require_http_methods(["GET", "POST"])
@requires("products.edit")
def paste(request: HttpRequest) -> HttpResponse:
    """Take a table of what was seen: the first POST previews, the second keeps."""
    if request.method != "POST":
        return pasting.show(request, SHEET)
    text, form = pasting.sent_text(request)
    if text is None:
        return pasting.show(request, SHEET, form=form)
    found, errors = _looks(text)
    if "save" in request.POST and found:
        parts = {"save": ("products.edit", lambda asked: _save(asked, found))}
        done = answer(request, parts, back=str(SHEET.back_url))
        return done or redirect("products:competitors")
    preview = pasting.Preview(
        head=[_("行"), _("对手"), _("日期"), _("价格"), _("月销"), _("活动"), _("广告")],
        rows=[{"cells": cells} for _look, cells in found],
        errors=errors,
        count=len(found),
    )
    return pasting.show(request, SHEET, preview=preview, text=text)


def _looks(text: str) -> tuple[Found, list[CellError]]:
    read, today = pasting.read(text, SHEET), business_date(timezone.now())
    errors, found = list(read.errors), []
    known: dict[str, Competitor] = {}
    for one in Competitor.objects.filter(is_on=True).order_by("-pk"):
        known[one.title] = one
        if one.item_no:
            known[one.item_no] = one
    for row in read.rows:
        values = dict(row.values)
        name = values.pop("rival")
        rival = known.get(name) or known.get(name.removesuffix(".0"))
        if rival is None:
            errors.append(CellError(row.line, "对手", row.values["rival"], "unknown_rival"))
        elif values["date"] > today:
            errors.append(CellError(row.line, "日期", values["date"].isoformat(), "future"))
        elif (
            values["price_amount"] is None
            and values["monthly_sales"] is None
            and not values["activity"]
        ):
            errors.append(CellError(row.line, "价格", "", "says_nothing"))
        else:
            texts = {name: values[name] or "" for name in ("activity", "note")}
            look = looks.RivalLook(competitor_id=rival.pk, **(values | texts))
            cells: list[object] = [row.line, f"{rival.shop} {rival.title}", look.date.isoformat()]
            cells += [money(look.price_amount), count(look.monthly_sales), look.activity]
            found.append((look, [*cells, look.ad_pressure]))
    return found, errors


def _save(asked: Asked, found: Found) -> HttpResponse:
    kept = looks.record_rivals(looks=[look for look, _cells in found], by=asked.by, now=asked.now)
    request_findings(by=asked.by, now=asked.now)
    return asked.done(_("已记下 %(count)s 条。") % {"count": kept})
