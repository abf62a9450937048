"""Many prices from a table: pasted or as a file, previewed line by line, then changed."""

import json
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from products.actions import prices as actions
from products.actions.prices import BulkLine, PriceRow
from products.actions.watch import request_findings
from products.choices import SECRET_KINDS, PriceKind
from products.importers import pasted
from products.importers.pasted import CellError, Column, Pasted
from products.views import pasting
from products.views.acting import Asked, answer
from products.wording.prices import objections_words, refusal_words
from shopops.lib.templatetags.shop import money
from shopops.lib.words import phrases
from shopops.staff.access import requires

KINDS = {
    "一口价": PriceKind.LIST.value,
    "活动价": PriceKind.ACTIVITY.value,
    "底价": PriceKind.FLOOR.value,
    "成本价": PriceKind.COST.value,
    "成本": PriceKind.COST.value,
}
SHEET = pasting.Sheet(
    title=gettext_lazy("批量改价"),
    sub=gettext_lazy("先看预览：哪些马上生效，哪些要等店长批，哪些改不了"),
    columns=(
        Column("code", ("商家编码", "编码", "SKU编码"), pasted.code),
        Column("amount", ("新价", "价格", "新价格"), pasted.price),
        Column("kind", ("哪种价", "价格类型"), pasted.choice(KINDS), required=False),
        Column("reason", ("原因", "为什么"), pasted.words(200), required=False),
    ),
    example="商家编码,新价,哪种价,原因\n4214,99.00,一口价,换季清仓",
    back_url=reverse_lazy("products:prices"),  # type: ignore[arg-type]
    back_label=gettext_lazy("改价"),
)


@require_http_methods(["GET", "POST"])
@requires("products.set_price")
def bulk(request: HttpRequest) -> HttpResponse:
    """Take a table of prices: the first POST previews, the second changes what the preview showed."""
    if request.method != "POST":
        return pasting.show(request, SHEET)
    text, form = pasting.sent_text(request)
    if text is None:
        return pasting.show(request, SHEET, form=form)
    read = pasting.read(text, SHEET)
    rows, errors = _rows(read, with_cost=request.user.has_perm("products.view_cost"))
    if "save" in request.POST and rows:
        parts = {"save": ("products.set_price", lambda asked: _save(asked, rows))}
        return answer(request, parts, back=str(SHEET.back_url)) or redirect("products:prices_bulk")
    return _preview(request, rows, errors, text)


def _rows(read: Pasted, *, with_cost: bool) -> tuple[list[PriceRow], list[CellError]]:
    rows, errors = [], list(read.errors)
    for row in read.rows:
        kind = PriceKind(row.values["kind"] or PriceKind.LIST)
        if kind in SECRET_KINDS and not with_cost:
            errors.append(CellError(row.line, "哪种价", str(kind.label), "not_known"))
            continue
        reason = row.values["reason"] or _("批量改价")
        rows.append(PriceRow(row.line, row.values["code"], kind, row.values["amount"], reason))
    return rows, errors


def _preview(
    request: HttpRequest, rows: list[PriceRow], errors: list[CellError], text: str
) -> HttpResponse:
    lines = actions.preview_prices(rows)
    good = [line for line in lines if line.becomes != "refuse"]
    with_cost = request.user.has_perm("products.view_cost")
    counts = {
        "apply": sum(line.becomes == "apply" for line in lines),
        "wait": sum(line.becomes == "wait" for line in lines),
        "refuse": len(lines) - len(good),
    }
    preview = pasting.Preview(
        head=[_("行"), _("商家编码"), _("哪种价"), _("现在"), _("新价"), _("会怎样"), _("说明")],
        rows=[_cells(line, with_cost=with_cost) for line in lines],
        errors=errors,
        count=len(good),
        summary=_("%(apply)s 条马上生效，%(wait)s 条等店长批，%(refuse)s 条改不了") % counts,
        hidden=json.dumps({line.code: line.version for line in good}),
    )
    return pasting.show(request, SHEET, preview=preview, text=text)


def _cells(line: BulkLine, *, with_cost: bool) -> dict[str, Any]:
    labels = {"apply": _("马上生效"), "wait": _("等店长批"), "refuse": _("改不了")}
    tones = {"apply": "done", "wait": "soon", "refuse": "late"}
    if line.becomes == "refuse":
        why = refusal_words(line.why[0])
    else:
        why = phrases(objections_words(list(line.why), with_cost=with_cost))
    cells = [line.line, line.code, line.kind.label, money(line.old_amount)]
    return {
        "cells": [*cells, money(line.new_amount), labels[line.becomes], why],
        "tone": tones[line.becomes],
    }


def _save(asked: Asked, rows: list[PriceRow]) -> HttpResponse:
    result = actions.change_prices(rows=rows, versions=_versions(asked), by=asked.by, now=asked.now)
    request_findings(by=asked.by, now=asked.now)
    for line in result.refused[:5]:
        messages.warning(
            asked.request,
            _("%(code)s：%(why)s") % {"code": line.code, "why": refusal_words(line.why[0])},
        )
    return asked.done(
        _("%(applied)s 条已生效，%(waiting)s 条等店长批，%(refused)s 条没改。")
        % {
            "applied": result.applied,
            "waiting": result.waiting,
            "refused": len(result.refused),
        }
    )


def _versions(asked: Asked) -> dict[str, int]:
    """Read which version of each SKU the preview showed; anything else is: none seen."""
    try:
        stored = json.loads(asked.data.get("hidden", "{}"))
    except ValueError:
        return {}
    if not isinstance(stored, dict):
        return {}
    return {str(code): version for code, version in stored.items() if isinstance(version, int)}
