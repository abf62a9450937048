"""The daily watch of main products, and one main product with its sales and ranks."""

from datetime import date, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from products.actions import looks
from products.actions.watch import request_findings
from products.choices import RankSort
from products.forms.watch import RankForm
from products.models import Product, RankSnapshot
from products.queries import watch as queries
from products.queries.watch import Watched
from products.views.acting import Asked, Data, answer
from products.wording.watch import MENDING, band_words, rank_words
from shopops.lib.business_time import SHANGHAI, business_date
from shopops.lib.templatetags.shop import money
from shopops.lib.words import clauses
from shopops.staff.access import requires

CHART_DAYS = 60


@require_GET
@requires("products.view")
def watch_page(request: HttpRequest) -> HttpResponse:
    """List the main products, those that somebody must look at first."""
    now = timezone.now()
    rows = queries.watched(now_date=business_date(now))
    context = {
        "now": now,
        "rows": [_row(row) for row in rows],
        "bad": sum(bool(row.faults) for row in rows),
        "has_products": Product.objects.exists(),
    }
    return render(request, "products/watch.html", context)


def _row(row: Watched) -> Data:
    product = row.product
    return {
        "url": reverse("products:watch_product", kwargs={"product_id": product.pk}),
        "title": product.title or product.item_code,
        "code": product.item_code or product.item_no,
        "status": product.get_status_display(),
        "is_on": row.is_on,
        "price": _price(row),
        "stock": row.stock,
        "is_short": row.is_short,
        "sold": row.sold,
        "sold_on": row.sold_on,
        "sales": row.sales,
        "band": band_words(row.band) if row.sold is not None else _("没有生意参谋数据"),
        "lost": [rank_words(one.keyword, one.sort, one.loss) for one in row.lost],
        "ranks": row.ranks,
        "faults": row.faults,
    }


def _price(row: Watched) -> Data:
    if row.off_prices:
        words = clauses(
            _("%(code)s 计划 %(plan)s，现在 %(now)s")
            % {"code": one.code, "plan": money(one.planned), "now": money(one.now)}
            for one in row.off_prices[:5]
        )
        text = _("%(count)s 个不对") % {"count": len(row.off_prices)}
        return {"tone": "late", "text": text, "title": words}
    if row.has_plan:
        return {"tone": "done", "text": _("照计划"), "title": ""}
    return {
        "tone": "wait",
        "text": _("没有计划价"),
        "title": _("在改价页改过一次，才知道计划是多少"),
    }


@require_http_methods(["GET", "POST"])
@requires("products.view")
def product_page(request: HttpRequest, product_id: int) -> HttpResponse:
    """Show one main product with sales against its own weeks and its ranks; a POST adds a look."""
    product = get_object_or_404(Product, pk=product_id)
    back = reverse("products:watch_product", kwargs={"product_id": product_id})
    if request.method == "POST":
        done = answer(
            request,
            {"rank": ("products.edit", lambda asked: _add_rank(asked, product))},
            back=back,
        )
        if done is not None:
            return done
    now = timezone.now()
    today = business_date(now)
    row = next(
        (one for one in queries.watched(now_date=today) if one.product.pk == product.pk), None
    )
    local = now.astimezone(SHANGHAI)
    context = {
        "now": now,
        "product": product,
        "row": _row(row) if row else None,
        "mending": MENDING if row and row.lost else (),
        "sales": sales_chart(product, today=today, row=row),
        "ranks": _rank_chart(product, today=today),
        "rank_rows": _rank_rows(product),
        "rank_form": RankForm(initial={"at": local, "sort": RankSort.GENERAL, "looked_at": 200}),
        "hidden": [{"name": "part", "value": "rank"}],
        "rivals": product.competitors.filter(is_on=True).order_by("pk"),
        "can_edit": request.user.has_perm("products.edit"),
    }
    return render(request, "products/watch_product.html", context)


def _add_rank(asked: Asked, product: Product) -> HttpResponse:
    form = RankForm(asked.data)
    if not form.is_valid():
        return asked.say_errors(form)
    data = form.cleaned_data
    look = looks.RankLook(
        product_id=product.pk,
        keyword=data["keyword"],
        sort=RankSort(data["sort"]),
        at=data["at"],
        position=data["position"],
        looked_at=data["looked_at"],
    )
    looks.record_ranks(looks=[look], by=asked.by, now=asked.now)
    request_findings(by=asked.by, now=asked.now)
    return asked.done(_("已记下。"))


def _short(day: date) -> str:
    return _("%(month)d月%(day)d日") % {"month": day.month, "day": day.day}


def sales_chart(product: Product, *, today: date, row: Watched | None) -> Data | None:
    """Give pieces sold by day with the usual band, as `components/_chart.html` takes it."""
    days = [today - timedelta(days=n) for n in range(CHART_DAYS, 0, -1)]
    by_day = queries.sales_by_day([product.pk], since=days[0], until=days[-1]).get(product.pk)
    if not by_day:
        return None
    band = row.band if row else None
    values = [by_day.get(day) for day in days]
    data: dict[str, Any] = {
        "kind": "lines",
        "x": [_short(day) for day in days],
        "series": [{"name": _("支付件数"), "values": values}],
        "unit": _("件"),
    }
    if band:
        data["band"] = {"low": band.low, "high": band.high, "label": _("平常")}
    return {
        "data": data,
        "sub": band_words(band),
        "columns": [_("日期"), _("支付件数")],
        "rows": [[day.isoformat(), by_day.get(day)] for day in days[::-1]],
    }


def _rank_chart(product: Product, *, today: date) -> Data | None:
    """Give the place in search by day, the best on top; a look without a find is a gap."""
    found = queries.ranks_by_key([product.pk], today=today)
    if not found:
        return None
    days = [today - timedelta(days=n) for n in range(queries.RANK_DAYS, -1, -1)]
    series: list[dict[str, Any]] = []
    for (_product, keyword, sort), seen in list(found.items())[:5]:
        by_day = {business_date(one.at): one.position for one in seen}
        series.append(
            {
                "name": f"{keyword} · {RankSort(sort).label}",
                "values": [by_day.get(day) for day in days],
                "joined": True,
            }
        )
    return {
        "data": {
            "kind": "lines",
            "x": [_short(day) for day in days],
            "series": series,
            "unit": _("名"),
            "inverse": True,
        },
        "columns": [_("日期"), *(one["name"] for one in series)],
        "rows": [
            [day.isoformat(), *(one["values"][place] for one in series)]
            for place, day in reversed(list(enumerate(days)))
        ],
    }


def _rank_rows(product: Product) -> list[RankSnapshot]:
    return list(product.ranks.order_by("-at", "-pk")[:30])
