"""The queue page: tabs, chips, rows, bulk bar."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import cache

from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET
from django.views.decorators.vary import vary_on_headers

from orders.choices import HoldKind, Stage
from orders.forms import QueueFilterForm
from orders.models import QueueCount
from orders.queries import queues
from orders.queries.held import held_by_due
from orders.queries.queues import QUEUES, Filters, Queue, QueueRow
from orders.queries.risk import RiskBook
from orders.views.bulk import ACTS, HELD_ACTS, bulk_bar
from orders.views.columns import HOLD_DUE, STANDARD, Layout, head_html, layout_of
from orders.views.desk import desk, is_by_hold_due
from orders.views.filtering import address_without, filters_of
from orders.views.row_html import rows_html
from orders.views.rows import rows_of
from shopops.lib.paging import Page
from shopops.staff.access import requires
from shopops.staff.models import User
from shopops.staff.queries import shop_platform

TAB_TONES = {"past_due": "late", "due_today": "soon"}
FILTER_KEYS = ("kind", "whose", "untold", "province", "stage", "urgent", "q")


@dataclass(frozen=True, slots=True)
class Tab:
    """One saved view."""

    label: str | Promise
    url: str
    count: int | None
    tone: str
    current: bool


@dataclass(frozen=True, slots=True)
class Chip:
    """One thing that is filtered, and the address without it."""

    label: str
    value: str
    remove_url: str


@dataclass(frozen=True, slots=True)
class Summary:
    """Count and money of the queue as last counted."""

    count: int
    is_estimate: bool
    risk_amount: Decimal | None
    paid_amount: Decimal | None = None
    risk_next_amount: Decimal | None = None
    risk_next_at: datetime | None = None


@require_GET
@requires("orders.view")
def first_queue(request: HttpRequest) -> HttpResponse:
    """Open the queue that matters most now."""
    counts = queues.counts()
    for code in ("past_due", "due_today", "awaiting_audit"):
        row = counts.get(code)
        if row is not None and row.count:
            return redirect("orders:queue", code)
    return redirect("orders:queue", "all")


@require_GET
@vary_on_headers("HX-Request")
@requires("orders.view")
def queue_page(request: HttpRequest, code: str) -> HttpResponse:
    """Show one queue, or only its rows when htmx pages through it."""
    queue = QUEUES.get(code)
    if queue is None:
        raise Http404(code)
    now = timezone.now()
    form = QueueFilterForm(request.GET)
    filters, chips = _filters(request, form)
    layout = layout_of(request.user) if isinstance(request.user, User) else STANDARD
    by_hold_due = is_by_hold_due(code, request.GET)
    if by_hold_due:
        chips.append(_sort_chip(request.GET))
        layout = layout.by_hold_due()
    page = _page(request.GET, queue=queue, filters=filters, now=now)
    context = {
        "now": now,
        "queue": {"code": code, "name": queue.name, "sub": ""},
        "chips": chips,
        "filter_fields": _filter_fields(form),
        **_figures(queue, is_filtered=bool(chips)),
        "desk": desk(request) if code == "held" else None,
        "sort": request.GET.get("sort") if by_hold_due else "",
        "head_html": head_html(layout, get_language(), HOLD_DUE if by_hold_due else "due"),
        "width_class": layout.width_class,
        "rows_html": _rows_html(page, request, layout, now=now),
        "page": _pager(request.GET, page),
        "bulk_bar": bulk_bar(request.user.has_perm, HELD_ACTS if code == "held" else ACTS),
        "can_export": request.user.has_perm("orders.export"),
        "empty": _empty(is_filtered=bool(chips), url=request.path),
    }
    template = "orders/queue.html"
    if getattr(request, "htmx", None):
        template += "#rows"
    return render(request, template, context)


def _rows_html(
    page: Page[QueueRow], request: HttpRequest, layout: Layout, *, now: datetime
) -> SafeString:
    if not page.rows:
        return SafeString("")
    book = RiskBook(platform=shop_platform())
    may_see_contact = request.user.has_perm("orders.view_contact")
    rows = rows_of(page.rows, book=book, now=now, may_see_contact=may_see_contact)
    return rows_html(rows, now=now, layout=layout)


def _filter_fields(form: QueueFilterForm) -> SafeString:
    """Write the fields of the filter; those of an unused one are the same for everybody."""
    if any(form.data.get(key) for key in FILTER_KEYS):
        return render_to_string("components/_fields.html", {"form": form})
    return _empty_filter_fields(get_language() or "")


@cache
def _empty_filter_fields(language: str) -> SafeString:
    return render_to_string("components/_fields.html", {"form": QueueFilterForm({})})


def _figures(queue: Queue, *, is_filtered: bool) -> dict[str, object]:
    counts = queues.counts()
    row = counts.get(queue.code)
    return {
        "tabs": [_tab(one, counts.get(one.code), current=one is queue) for one in QUEUES.values()],
        "summary": None if row is None or is_filtered else _summary(row),
    }


@cache
def _queue_url(code: str) -> str:
    return reverse("orders:queue", args=[code])


def _tab(queue: Queue, row: QueueCount | None, *, current: bool) -> Tab:
    count = row.count if row else None
    return Tab(
        label=queue.name,
        url=_queue_url(queue.code),
        count=None if queue.code == "all" else count,
        tone=TAB_TONES.get(queue.code, "") if count else "",
        current=current,
    )


def _summary(row: QueueCount) -> Summary:
    is_all = row.code == "all"
    return Summary(
        count=row.count,
        is_estimate=is_all,
        risk_amount=None if is_all else row.money_at_risk,
    )


def _filters(request: HttpRequest, form: QueueFilterForm) -> tuple[Filters, list[Chip]]:
    if not form.is_valid():
        return Filters(), []
    data = form.cleaned_data
    assert isinstance(request.user, User)  # noqa: S101
    filters = filters_of(data, request.user)
    return filters, _chips(request.GET, data)


def _chips(address: QueryDict, data: dict[str, object]) -> list[Chip]:
    words: dict[str, tuple[str, Callable[[str], str]]] = {
        "kind": (_("挂起"), lambda value: str(HoldKind(value).label)),
        "whose": (_("谁处理"), lambda value: _("我的") if value == "mine" else _("我岗位的")),
        "untold": (_("只看"), lambda _value: _("买家没告知的")),
        "province": (_("省份"), str),
        "stage": (_("阶段"), lambda value: str(Stage(value).label)),
        "urgent": (_("只看"), lambda _value: _("加急")),
        "q": (_("搜索"), str),
    }
    return [
        Chip(
            label=words[key][0],
            value=words[key][1](str(data[key])),
            remove_url=address_without(address, key),
        )
        for key in FILTER_KEYS
        if data.get(key)
    ]


def _sort_chip(address: QueryDict) -> Chip:
    remove_url = address_without(address, "sort")
    return Chip(label=_("排序"), value=_("挂起先到期的在前"), remove_url=remove_url)


def _page(address: QueryDict, *, queue: Queue, filters: Filters, now: datetime) -> Page[QueueRow]:
    after, before = address.get("after", ""), address.get("before", "")
    try:
        return _read(address, queue, filters, now, (after, before))
    except ValueError:  # a damaged key: begin anew rather than fail
        return _read(address, queue, filters, now, ("", ""))


def _read(
    address: QueryDict, queue: Queue, filters: Filters, now: datetime, keys: tuple[str, str]
) -> Page[QueueRow]:
    after, before = keys
    if is_by_hold_due(queue.code, address):
        return held_by_due(filters=filters, after=after, before=before)
    return queues.queue_page(queue=queue, now=now, filters=filters, after=after, before=before)


def _pager(address: QueryDict, page: Page[QueueRow]) -> dict[str, str | None]:
    base = address_without(address)
    join = "" if base == "?" else "&"
    return {
        "newer_url": f"{base}{join}before={page.before}" if page.before else None,
        "older_url": f"{base}{join}after={page.after}" if page.after else None,
        "text": _("本页 %(n)d 单") % {"n": len(page.rows)},
    }


def _empty(*, is_filtered: bool, url: str) -> dict[str, str]:
    if is_filtered:
        return {
            "title": _("没有符合这些条件的订单"),
            "text": _("上面每个条件都可以去掉。"),
            "url": url,
            "label": _("去掉全部条件"),
        }
    return {
        "title": _("这里现在没有订单"),
        "text": _("导入订单文件以后，要处理的订单会自己出现在这里。"),
        "url": reverse("intake:imports"),
        "label": _("去导入"),
    }
