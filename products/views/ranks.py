"""Ranks from a table: pasted or as a file, previewed, then kept."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse_lazy
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from products.actions import looks
from products.actions.watch import request_findings
from products.choices import RankSort
from products.importers import pasted
from products.importers.pasted import CellError, Column
from products.views import pasting
from products.views.acting import Asked, answer
from shopops.lib.templatetags.shop import count
from shopops.staff.access import requires

SORTS = {
    "综合": RankSort.GENERAL.value,
    "销量": RankSort.SALES.value,
    "价格": RankSort.PRICE.value,
    "信用": RankSort.CREDIT.value,
}
SHEET = pasting.Sheet(
    title=gettext_lazy("导入搜索名次"),
    sub=gettext_lazy("一行是一次查看：哪个商品、搜什么词、排第几"),
    columns=(
        Column("product", ("商品", "商品ID", "宝贝ID", "货号"), pasted.code),
        Column("keyword", ("关键词", "搜索词", "词"), pasted.words(60)),
        Column("sort", ("排序",), pasted.choice(SORTS), required=False),
        Column("position", ("名次", "排名", "位置"), pasted.position),
        Column(
            "looked_at", ("看了几名", "查看名次", "范围"), pasted.whole(1, 10_000), required=False
        ),
        Column("at", ("时间", "日期"), pasted.instant),
    ),
    example="商品ID,关键词,排序,名次,看了几名,时间\n610000000001,四件套 纯棉,综合,18,200,2026-09-17 09:30",
    back_url=reverse_lazy("products:watch"),  # type: ignore[arg-type]
    back_label=gettext_lazy("主推款盯防"),
)
LOOKED_AT = 200


@require_http_methods(["GET", "POST"])
@requires("products.edit")
def ranks(request: HttpRequest) -> HttpResponse:
    """Take a table of ranks: the first POST previews, the second keeps."""
    if request.method != "POST":
        return pasting.show(request, SHEET)
    text, form = pasting.sent_text(request)
    if text is None:
        return pasting.show(request, SHEET, form=form)
    found, errors = _looks(text)
    if "save" in request.POST and found:
        done = answer(
            request,
            {"save": ("products.edit", lambda asked: _save(asked, found))},
            back=str(SHEET.back_url),
        )
        return done or redirect("products:ranks")
    preview = pasting.Preview(
        head=[_("行"), _("商品"), _("关键词"), _("排序"), _("名次"), _("看了几名"), _("时间")],
        rows=[{"cells": cells} for _look, cells in found],
        errors=errors,
        count=len(found),
    )
    return pasting.show(request, SHEET, preview=preview, text=text)


type Found = list[tuple[looks.RankLook, list[object]]]


def _looks(text: str) -> tuple[Found, list[CellError]]:
    read, now = pasting.read(text, SHEET), timezone.now()
    errors = list(read.errors)
    ids = looks.product_ids([row.values["product"] for row in read.rows])
    found: Found = []
    for row in read.rows:
        values = row.values
        looked_at = values["looked_at"] or LOOKED_AT
        place = values["position"]
        wrong, column, cell = "", "", ""
        if values["product"] not in ids:
            wrong, column, cell = "unknown_product", "商品ID", values["product"]
        elif place is not None and place > looked_at:
            wrong, column, cell = "position_beyond", "名次", str(place)
        elif values["at"] > now:
            wrong, column, cell = "future", "时间", f"{values['at']:%Y-%m-%d %H:%M}"
        if wrong:
            errors.append(CellError(row.line, column, cell, wrong))
            continue
        sort = RankSort(values["sort"] or RankSort.GENERAL)
        look = looks.RankLook(
            ids[values["product"]], values["keyword"], sort, values["at"], place, looked_at
        )
        shown = count(place) if place is not None else _("没找到")
        cells = [row.line, values["product"], values["keyword"], sort.label, shown]
        found.append((look, [*cells, looked_at, f"{values['at']:%Y-%m-%d %H:%M}"]))
    return found, errors


def _save(asked: Asked, found: Found) -> HttpResponse:
    kept = looks.record_ranks(looks=[look for look, _cells in found], by=asked.by, now=asked.now)
    request_findings(by=asked.by, now=asked.now)
    return asked.done(_("已记下 %(count)s 条名次。") % {"count": kept})
