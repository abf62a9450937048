"""Counting pages: the counts, and one count with its scanner."""

from collections.abc import Callable
from functools import partial
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from products.actions import counts as acts
from products.actions.errors import GoodsRefusedError
from products.choices import CountState
from products.forms.stock import CountForm, PasteForm, ScanForm
from products.models import StockCount
from products.queries import stock
from products.views.acting import Asked, asked_of, attempt, hidden, log_url, say_errors
from shopops.staff.access import requires

STOCK = "products.stock"
_TONES = {CountState.OPEN: "us", CountState.BOOKED: "done", CountState.CANCELLED: "wait"}


@require_http_methods(["GET", "POST"])
@requires("products.view")
def count_list(request: HttpRequest) -> HttpResponse:
    """List the counts; a POST begins one."""
    if request.method == "POST":
        return _open(asked_of(request, STOCK))
    context = {
        "now": timezone.now(),
        "rows": [{"row": row, "tone": _TONES[CountState(row.state)]} for row in stock.counts()],
        "form": CountForm(),
        "can_stock": request.user.has_perm(STOCK),
        "can_import": request.user.has_perm("intake.import"),
        "log_url": log_url(request, "stock_count"),
    }
    return render(request, "products/counts.html", context)


def _open(asked: Asked) -> HttpResponse:
    form = CountForm(asked.data)
    if not form.is_valid():
        return say_errors(asked, form, reverse("products:counts"))
    count = acts.open_count(note=form.cleaned_data["note"], by=asked.by, now=asked.now)
    return redirect("products:count", count_id=count.pk)


@require_http_methods(["GET", "POST"])
@requires("products.view")
def count_page(request: HttpRequest, count_id: int) -> HttpResponse:
    """Show one count; a POST of one part scans, pastes, drops, books or gives up."""
    count = get_object_or_404(
        StockCount.objects.select_related("opened_by", "booked_by"), pk=count_id
    )
    if request.method == "POST":
        part = PARTS.get(request.POST.get("part", ""))
        asked = asked_of(request, STOCK)
        return part(asked, count) if part else _page(request, count)
    return _page(request, count)


def _page(request: HttpRequest, count: StockCount, **more: Any) -> HttpResponse:  # noqa: ANN401
    only = request.GET.get("show", "") == "differences"
    url = reverse("products:count", args=[count.pk])
    is_open = count.state == CountState.OPEN and request.user.has_perm(STOCK)
    lines = stock.count_lines(count_id=count.pk, only_different=only)
    context = {
        "now": timezone.now(),
        "count": count,
        "tone": _TONES[CountState(count.state)],
        "sums": stock.count_sums(count_id=count.pk),
        "lines": [{"line": line, "difference": line.counted - line.on_hand} for line in lines],
        "shows": [
            {"label": _("全部"), "url": url, "current": not only},
            {"label": _("只看差异"), "url": f"{url}?show=differences", "current": only},
        ],
        "only": only,
        "is_open": is_open,
        "scan_form": ScanForm(initial={"pieces": 1}),
        "paste_form": PasteForm(),
        "refused": (),
        "book_hidden": hidden(part="book", version=count.version),
        "cancel_hidden": hidden(part="cancel"),
        "url": url,
        **more,
    }
    return render(request, "products/count.html", context, status=more.get("status", 200))


def _scan(asked: Asked, count: StockCount) -> HttpResponse:
    url = reverse("products:count", args=[count.pk])
    form = ScanForm(asked.data)
    if not form.is_valid():
        return say_errors(asked, form, url)
    try:
        line = acts.scan(count_id=count.pk, **form.cleaned_data, by=asked.by, now=asked.now)
    except GoodsRefusedError as refusal:
        messages.error(asked.request, refusal.message)
    else:
        words = {"code": line.sku.code, "n": line.counted}
        messages.success(asked.request, _("%(code)s 数到 %(n)s 件") % words)
    return redirect(url)


def _paste(asked: Asked, count: StockCount) -> HttpResponse:
    url = reverse("products:count", args=[count.pk])
    form = PasteForm(asked.data)
    if not form.is_valid():
        return say_errors(asked, form, url)
    lines = form.cleaned_data["lines"].splitlines()
    try:
        entered = acts.enter(count_id=count.pk, lines=lines, by=asked.by, now=asked.now)
    except GoodsRefusedError as refusal:
        messages.error(asked.request, refusal.message)
        return redirect(url)
    if not entered.refused:
        messages.success(asked.request, _("记下 %(n)s 个编码。") % {"n": entered.taken})
        return redirect(url)
    # What was not taken stands in the field again, to be mended and sent once more.
    again = "\n".join(one.text for one in entered.refused)
    count.refresh_from_db()
    return _page(
        asked.request,
        count,
        refused=entered.refused,
        taken=entered.taken,
        paste_form=PasteForm(initial={"lines": again}),
        status=422,
    )


def _drop(asked: Asked, count: StockCount) -> HttpResponse:
    run = partial(
        acts.drop_line, count_id=count.pk, sku_id=asked.number("sku"), by=asked.by, now=asked.now
    )
    url = reverse("products:count", args=[count.pk])
    return attempt(asked, run, done=_("已去掉这一行。"), url=url)


def _book(asked: Asked, count: StockCount) -> HttpResponse:
    run = partial(
        acts.book_count,
        count_id=count.pk,
        version=asked.number("version"),
        by=asked.by,
        now=asked.now,
    )
    url = reverse("products:count", args=[count.pk])
    return attempt(asked, run, done=_("已入账，差异写进了流水。"), url=url)


def _cancel(asked: Asked, count: StockCount) -> HttpResponse:
    run = partial(acts.cancel_count, count_id=count.pk, by=asked.by, now=asked.now)
    return attempt(asked, run, done=_("已取消，库存没有动。"), url=reverse("products:counts"))


PARTS: dict[str, Callable[[Asked, StockCount], HttpResponse]] = {
    "scan": _scan,
    "paste": _paste,
    "drop": _drop,
    "book": _book,
    "cancel": _cancel,
}
