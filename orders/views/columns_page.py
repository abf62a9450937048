"""Choosing the columns of the list of orders: a plain form, each press of a button one request."""

from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from orders.views import columns as spec
from orders.views.columns import COLUMNS, FIXED
from shopops.staff.access import requires
from shopops.staff.actions.people import choose_columns
from shopops.staff.models import User


@dataclass(frozen=True, slots=True)
class Choice:
    """One line of the form. `moved`: "up" or "down" where its button was pressed just now."""

    code: str
    label: str | Promise
    is_shown: bool
    is_fixed: bool
    is_first: bool
    is_last: bool
    moved: str = ""


@require_http_methods(["GET", "POST"])
@requires("orders.view")
def columns(request: HttpRequest) -> HttpResponse:
    """Show the choice; move a line up or down; keep the choice, or go back to the usual columns."""
    assert isinstance(request.user, User)  # noqa: S101
    back = _back(request)
    if request.method == "POST" and "move" not in request.POST:
        is_reset = "reset" in request.POST
        chosen = () if is_reset else spec.known(_shown(request.POST))
        choose_columns(request.user, page=spec.LIST, columns=chosen, now=timezone.now())
        messages.success(request, _("回到了通常的列") if is_reset else _("列存好了，只对你自己"))
        return redirect(back)
    context = {
        "title": _("列表的列"),
        "action": reverse("orders:columns"),
        "choices": _choices(request, request.user),
        "back": back,
    }
    return render(request, "columns.html", context)


def _back(request: HttpRequest) -> str:
    wanted = request.POST.get("next") or request.GET.get("next", "")
    if url_has_allowed_host_and_scheme(wanted, allowed_hosts={request.get_host()}):
        return wanted
    return reverse("orders:first")


def _shown(sent: QueryDict) -> list[str]:
    ticked = {*sent.getlist("shown"), FIXED}
    return [code for code in _order(sent.getlist("order")) if code in ticked]


def _order(codes: list[str]) -> list[str]:
    """Give all columns: those named first, then the others as they usually stand."""
    return [code for code in dict.fromkeys([*codes, *COLUMNS]) if code in COLUMNS]


def _choices(request: HttpRequest, person: User) -> list[Choice]:
    move, code = "", ""
    if request.method == "POST":
        order, shown = _order(request.POST.getlist("order")), set(_shown(request.POST))
        move, _colon, code = request.POST["move"].partition(":")
        _move(order, code, move)
    else:
        layout = spec.layout_of(person)
        order, shown = _order(list(layout.shown)), set(layout.shown)
    last = len(order) - 1
    return [
        Choice(
            code=one,
            label=COLUMNS[one].label,
            is_shown=one in shown,
            is_fixed=one == FIXED,
            is_first=place == 0,
            is_last=place == last,
            moved=move if one == code else "",
        )
        for place, one in enumerate(order)
    ]


def _move(order: list[str], code: str, move: str) -> None:
    if code not in order or move not in ("up", "down"):
        return
    place = order.index(code)
    other = place - 1 if move == "up" else place + 1
    if 0 <= other < len(order):
        order[place], order[other] = order[other], order[place]
