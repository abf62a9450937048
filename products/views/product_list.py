"""The list of products: tabs, chips, rows; and the choice of its columns."""

from datetime import date
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods
from django.views.decorators.vary import vary_on_headers

from products.choices import ProductRole, ProductStatus
from products.forms.catalogue import ListFilterForm
from products.queries.catalogue_list import (
    TABS,
    Filters,
    ListPage,
    open_conflict_count,
    product_page,
)
from products.views import columns as spec
from products.views.row_html import rows_html
from shopops.lib.business_time import business_date
from shopops.staff.access import requires
from shopops.staff.actions.people import choose_columns
from shopops.staff.models import User

FILTER_KEYS = ("q", "status", "role", "brand", "category")
_COST_TABS = {"dear"}


@require_GET
@vary_on_headers("HX-Request")
@requires("products.view")
def product_list(request: HttpRequest) -> HttpResponse:
    """Show one page of products, or only its rows when htmx pages through it."""
    person = request.user
    assert isinstance(person, User)  # noqa: S101
    tab = TABS.get(request.GET.get("tab", "all"), TABS["all"])
    if tab.code in _COST_TABS and not person.has_perm("products.view_cost"):
        tab = TABS["all"]
    form = ListFilterForm(request.GET)
    filters = _filters(form)
    page = product_page(
        tab=tab,
        filters=filters,
        today=_today(),
        after=_key(request.GET, "after"),
        before=_key(request.GET, "before"),
    )
    chips = _chips(request.GET, filters)
    shown = spec.columns_of(person)
    context = {
        "tabs": _tabs(person, tab.code),
        "chips": chips,
        "filter_form": form,
        "columns": shown,
        "rows_html": rows_html(page.rows, columns=shown) if page.rows else "",
        "page": _pager(request.GET, page),
        "tab": tab.code,
        "empty": _empty(is_filtered=bool(chips) or tab.code != "all"),
    }
    template = "products/list.html"
    if getattr(request, "htmx", None):
        template += "#rows"
    return render(request, template, context)


def _today() -> date:
    return business_date(timezone.now())


def _key(address: QueryDict, name: str) -> int | None:
    text = address.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 18 else None


def _filters(form: ListFilterForm) -> Filters:
    if not form.is_valid():
        return Filters(q=str(form.cleaned_data.get("q", "")))
    return Filters(**{key: form.cleaned_data[key].strip() for key in FILTER_KEYS})


def _chips(address: QueryDict, filters: Filters) -> list[dict[str, str]]:
    words = {
        "q": (_("搜索"), filters.q),
        "status": (_("状态"), str(dict(ProductStatus.choices).get(filters.status, ""))),
        "role": (_("角色"), str(dict(ProductRole.choices).get(filters.role, ""))),
        "brand": (_("品牌"), filters.brand),
        "category": (_("类目"), filters.category),
    }
    return [
        {"label": label, "value": value, "remove_url": _without(address, key)}
        for key, (label, value) in words.items()
        if getattr(filters, key)
    ]


def _without(address: QueryDict, *keys: str) -> str:
    gone = {*keys, "after", "before"}
    return "?" + urlencode({k: v for k, v in address.items() if k not in gone and v})


def _tabs(person: User, current: str) -> list[dict[str, object]]:
    home = reverse("products:list")
    count = open_conflict_count()
    return [
        {
            "label": tab.name,
            "url": home if tab.code == "all" else f"{home}?tab={tab.code}",
            "count": count if tab.code == "conflict" and count else None,
            "tone": "soon" if tab.code == "conflict" else "",
            "current": tab.code == current,
        }
        for tab in TABS.values()
        if tab.code not in _COST_TABS or person.has_perm("products.view_cost")
    ]


def _pager(address: QueryDict, page: ListPage) -> dict[str, str | None]:
    base = _without(address)
    join = "" if base == "?" else "&"
    return {
        "newer_url": f"{base}{join}before={page.before}" if page.before else None,
        "older_url": f"{base}{join}after={page.after}" if page.after else None,
        "text": _("本页 %(n)d 个") % {"n": len(page.rows)},
    }


def _empty(*, is_filtered: bool) -> dict[str, str]:
    if is_filtered:
        return {
            "title": _("没有符合这些条件的商品"),
            "text": _("上面每个条件都可以去掉。"),
            "url": reverse("products:list"),
            "label": _("看全部商品"),
        }
    return {
        "title": _("这里还没有商品"),
        "text": _(
            "把生意参谋商品表、商家中心商品信息、淘宝助理、SKU 模板或成本表放进来，商品就在这里。"
        ),
        "url": reverse("intake:imports"),
        "label": _("去导入"),
    }


# --- columns ---


@require_http_methods(["GET", "POST"])
@requires("products.view")
def columns(request: HttpRequest) -> HttpResponse:
    """Show the choice; move a line up or down; keep the choice, or go back to the usual columns."""
    person = request.user
    assert isinstance(person, User)  # noqa: S101
    back = _back(request)
    if request.method == "POST" and "move" not in request.POST:
        is_reset = "reset" in request.POST
        chosen = () if is_reset else spec.known(_ticked(request.POST))
        choose_columns(person, page=spec.LIST, columns=chosen, now=timezone.now())
        messages.success(request, _("回到了通常的列") if is_reset else _("列存好了，只对你自己"))
        return redirect(back)
    return render(
        request, "products/columns.html", {"choices": _choices(request, person), "back": back}
    )


def _back(request: HttpRequest) -> str:
    wanted = request.POST.get("next") or request.GET.get("next", "")
    if url_has_allowed_host_and_scheme(wanted, allowed_hosts={request.get_host()}):
        return wanted
    return reverse("products:list")


def _ticked(sent: QueryDict) -> list[str]:
    ticked = {*sent.getlist("shown"), spec.FIXED}
    return [code for code in _order(sent.getlist("order")) if code in ticked]


def _order(codes: list[str]) -> list[str]:
    return [code for code in dict.fromkeys([*codes, *spec.COLUMNS]) if code in spec.COLUMNS]


def _choices(request: HttpRequest, person: User) -> list[dict[str, object]]:
    offered = {one.code for one in spec.offered_to(person)}
    move, code = "", ""
    if request.method == "POST":
        order = [one for one in _order(request.POST.getlist("order")) if one in offered]
        shown = set(_ticked(request.POST))
        move, _colon, code = request.POST["move"].partition(":")
        _move(order, code, move)
    else:
        chosen = [one.code for one in spec.columns_of(person)]
        order, shown = [one for one in _order(chosen) if one in offered], set(chosen)
    return [
        {
            "code": one,
            "label": spec.COLUMNS[one].label,
            "is_shown": one in shown,
            "is_fixed": one == spec.FIXED,
            "is_first": place == 0,
            "is_last": place == len(order) - 1,
            "moved": move if one == code else "",
        }
        for place, one in enumerate(order)
    ]


def _move(order: list[str], code: str, move: str) -> None:
    if code not in order or move not in ("up", "down"):
        return
    place = order.index(code)
    other = place - 1 if move == "up" else place + 1
    if 0 <= other < len(order):
        order[place], order[other] = order[other], order[place]
