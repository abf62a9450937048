"""The list of products: tabs, chips, rows; and the choice of its columns."""

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
from products.queries.catalogue_sort import SORTS, Sort
from products.views import columns as spec
from products.views.filtering import COST_TABS, edge_of, filters_of, sort_of, tab_of
from products.views.product_bulk import bulk_bar, can_of
from products.views.row_html import rows_html
from shopops.lib.business_time import business_date
from shopops.staff.access import requires
from shopops.staff.actions.people import choose_columns
from shopops.staff.models import User


@require_GET
@vary_on_headers("HX-Request")
@requires("products.view")
def product_list(request: HttpRequest) -> HttpResponse:
    """Show one page of products, or only its rows when htmx pages through it."""
    person = request.user
    assert isinstance(person, User)  # noqa: S101
    tab, sort = tab_of(request), sort_of(request)
    form = ListFilterForm(request.GET)
    filters = filters_of(form)
    page = product_page(
        tab=tab,
        filters=filters,
        today=business_date(timezone.now()),
        sort=sort,
        after=edge_of(request, "after"),
        before=edge_of(request, "before"),
    )
    chips = _chips(request.GET, filters, sort)
    can_edit = person.has_perm("products.edit")
    shown = spec.columns_of(person)
    context = {
        "tabs": _tabs(person, tab.code),
        "chips": chips,
        "filter_form": form,
        "heads": _heads(request.GET, shown, sort),
        "sorts": _sorts(request, sort),
        "sort": sort.code if sort else "",
        "rows_html": rows_html(page.rows, columns=shown, can_of=can_of if can_edit else None)
        if page.rows
        else "",
        "bulk_bar": bulk_bar() if can_edit and page.rows else "",
        "can_edit": can_edit,
        "page": _pager(request.GET, page),
        "tab": tab.code,
        "export_url": f"{reverse('products:export')}{_without(request.GET)}",
        "empty": _empty(is_filtered=bool(_chips(request.GET, filters, None)) or tab.code != "all"),
    }
    template = "products/list.html"
    if getattr(request, "htmx", None):
        template += "#rows"
    return render(request, template, context)


def _heads(
    address: QueryDict, shown: list[spec.Column], sort: Sort | None
) -> list[dict[str, object]]:
    """Give the heads of the columns; those that one may sort by lead to it, and then to the other way."""
    first: dict[str, Sort] = {}
    for one in SORTS.values():
        first.setdefault(one.column, one)
    heads = []
    for column in shown:
        head: dict[str, object] = {"column": column, "url": "", "sorted": ""}
        if column.code in first:
            now = sort if sort and sort.column == column.code else None
            other = _other_way(now) if now else first[column.code]
            head["url"] = _with(address, "sort", other.code)
            head["sorted"] = ("descending" if now.is_falling else "ascending") if now else ""
        heads.append(head)
    return heads


def _other_way(sort: Sort) -> Sort:
    return SORTS[sort.code.removeprefix("-") if sort.is_falling else f"-{sort.code}"]


def _sorts(request: HttpRequest, sort: Sort | None) -> list[dict[str, object]]:
    return [
        {"name": one.name, "url": _with(request.GET, "sort", one.code), "current": one == sort}
        for one in SORTS.values()
        if not one.right or request.user.has_perm(one.right)
    ]


def _with(address: QueryDict, key: str, value: str) -> str:
    base = _without(address, key)
    return f"{base}{'' if base == '?' else '&'}{urlencode({key: value})}"


def _chips(address: QueryDict, filters: Filters, sort: Sort | None) -> list[dict[str, str]]:
    words = {
        "q": (_("搜索"), filters.q),
        "status": (_("状态"), str(dict(ProductStatus.choices).get(filters.status, ""))),
        "role": (_("角色"), str(dict(ProductRole.choices).get(filters.role, ""))),
        "brand": (_("品牌"), filters.brand),
        "category": (_("类目"), filters.category),
    }
    chips = [
        {"label": label, "value": value, "remove_url": _without(address, key)}
        for key, (label, value) in words.items()
        if getattr(filters, key)
    ]
    if sort is not None:
        chips.append(
            {"label": _("排序"), "value": str(sort.name), "remove_url": _without(address, "sort")}
        )
    return chips


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
        if tab.code not in COST_TABS or person.has_perm("products.view_cost")
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
        request,
        "columns.html",
        {
            "title": _("商品列表的列"),
            "action": reverse("products:columns"),
            "choices": _choices(request, person),
            "back": back,
        },
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
