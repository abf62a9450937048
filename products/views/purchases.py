"""Purchase orders: the list, and one order with its acts."""

from collections.abc import Callable
from functools import partial
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from products.actions import purchases as acts
from products.actions.errors import PurchaseRefusedError
from products.actions.purchases import OPEN, Arrival, Line
from products.choices import PurchaseState
from products.forms.purchases import CloseForm, ExpectedForm, LineForm, PurchaseForm
from products.models import PurchaseOrder, Supplier
from products.queries import purchases
from products.queries.purchases import PurchaseRow
from products.queries.rules import rule_in_force
from products.rules.stock import read_pieces
from products.views.acting import Asked, asked_of, attempt, hidden, log_url, say_errors
from shopops.lib.business_time import business_date
from shopops.staff.access import requires

PURCHASE = "products.purchase"
COST = "products.view_cost"
_TONES = {
    PurchaseState.DRAFT: "wait",
    PurchaseState.ORDERED: "us",
    PurchaseState.PAID: "us",
    PurchaseState.PART_ARRIVED: "soon",
    PurchaseState.ARRIVED: "done",
    PurchaseState.CANCELLED: "wait",
}


@require_http_methods(["GET", "POST"])
@requires("products.view")
def purchase_list(request: HttpRequest) -> HttpResponse:
    """List the purchase orders; a POST writes a draft."""
    if request.method == "POST":
        return _create(asked_of(request, PURCHASE))
    now = timezone.now()
    day, waits = business_date(now), rule_in_force(now=now).unsent_days
    tab, after = request.GET.get("tab", "open"), request.GET.get("after", "")
    rows, following = purchases.purchases(
        day=day, unsent_days=waits, tab=tab, after=int(after) if after.isdecimal() else 0
    )
    url, counts = reverse("products:purchases"), purchases.tab_counts(day=day, unsent_days=waits)
    labels = (("open", _("没到齐")), ("late", _("要催")), ("done", _("已结束")), ("all", _("全部")))
    context = {
        "now": now,
        "rows": [{"row": row, "tone": _tone(row)} for row in rows],
        "tabs": [
            {
                "label": label,
                "url": f"{url}?tab={code}",
                "count": counts.get(code),
                "tone": "late" if code == "late" and counts.get(code) else "",
                "current": code == tab,
            }
            for code, label in labels
        ],
        "tab": tab,
        "older_url": f"{url}?tab={tab}&after={following}" if following else "",
        "newest_url": f"{url}?tab={tab}" if after else "",
        "can_purchase": request.user.has_perm(PURCHASE),
        "can_see_cost": request.user.has_perm(COST),
        "has_suppliers": Supplier.objects.filter(is_on=True).exists(),
        "form": PurchaseForm(initial={"code": request.GET.get("code", "")}),
        "log_url": log_url(request, "purchase"),
    }
    return render(request, "products/purchases.html", context)


def _tone(row: PurchaseRow) -> str:
    return "late" if row.is_late or row.is_unsent else _TONES[PurchaseState(row.state)]


def _create(asked: Asked) -> HttpResponse:
    form, url = PurchaseForm(asked.data), reverse("products:purchases")
    if not form.is_valid():
        return say_errors(asked, form, url)
    data = form.cleaned_data
    made: list[PurchaseOrder] = []

    def run() -> None:
        line = _line(data["code"], data["quantity"], data["price"])
        made.append(
            acts.create_purchase(
                supplier_id=data["supplier"].pk,
                lines=[line],
                expected_on=data["expected_on"],
                note=data["note"],
                by=asked.by,
                now=asked.now,
            )
        )

    answer = attempt(asked, run, done=_("写成草稿，再加商品或下单。"), url=url)
    return redirect("products:purchase", number=made[0].number) if made else answer


def _line(code: str, quantity: int, price: Any) -> Line:  # noqa: ANN401
    sku = purchases.sku_by_code(code)
    if sku is None:
        raise PurchaseRefusedError(_("没有商家编码「%(code)s」。") % {"code": code})
    return Line(sku.pk, quantity, price)


# --- one order ----------------------------------------------------------------------------------


@require_http_methods(["GET", "POST"])
@requires("products.view")
def purchase_page(request: HttpRequest, number: str) -> HttpResponse:
    """Show one purchase order; a POST of one part moves it on."""
    purchase = get_object_or_404(PurchaseOrder.objects.select_related("supplier"), number=number)
    if request.method == "POST":
        asked = asked_of(request, PURCHASE)
        part = PARTS.get(request.POST.get("part", ""))
        return part(asked, number) if part else redirect("products:purchase", number=number)
    now = timezone.now()
    row = purchases.purchase_row(
        purchase, day=business_date(now), unsent_days=rule_in_force(now=now).unsent_days
    )
    can = request.user.has_perm(PURCHASE)
    is_draft, is_open = purchase.state == PurchaseState.DRAFT, purchase.state in OPEN
    context = {
        "now": now,
        "purchase": purchase,
        "row": row,
        "tone": _tone(row),
        "lines": purchases.purchase_lines(purchase),
        "steps": _steps(purchase),
        "is_draft": is_draft and can,
        "can_arrive": is_open and can,
        "can_see_cost": request.user.has_perm(COST),
        "dialogs": _dialogs(purchase, is_draft=is_draft, is_open=is_open) if can else [],
        "url": reverse("products:purchase", args=[number]),
        "log_url": log_url(request, "purchase"),
    }
    return render(request, "products/purchase.html", context)


def _steps(purchase: PurchaseOrder) -> list[dict[str, Any]]:
    return [
        {"label": _("写下"), "at": purchase.created_at},
        {"label": _("下单"), "at": purchase.ordered_at},
        {"label": _("付款"), "at": purchase.paid_at},
        {"label": _("发出"), "at": purchase.sent_at},
        {"label": _("到齐"), "at": purchase.arrived_at},
    ]


def _dialogs(purchase: PurchaseOrder, *, is_draft: bool, is_open: bool) -> list[dict[str, Any]]:
    expected = {"expected_on": purchase.expected_on}
    offered: list[tuple[str, str, Any, bool, bool]] = [
        ("order", _("下单"), ExpectedForm(initial=expected, auto_id="id_order_%s"), is_draft, True),
        ("pay", _("付款"), None, is_open and purchase.paid_at is None, True),
        (
            "send",
            _("发出"),
            ExpectedForm(initial=expected, auto_id="id_send_%s"),
            is_open and purchase.sent_at is None,
            False,
        ),
        ("close", _("结束"), CloseForm(), is_draft or is_open, False),
        ("line", _("加商品"), LineForm(), is_draft, False),
    ]
    return [
        {
            "id": f"do-{code}",
            "label": label,
            "form": form,
            "hidden": hidden(part=code, version=purchase.version),
            "is_main": is_main,
        }
        for code, label, form, is_offered, is_main in offered
        if is_offered
    ]


def _dated(act: Callable[..., object], done: str) -> Callable[[Asked, str], HttpResponse]:
    def run(asked: Asked, number: str) -> HttpResponse:
        form, url = ExpectedForm(asked.data), reverse("products:purchase", args=[number])
        if not form.is_valid():
            return say_errors(asked, form, url)
        do = partial(act, number=number, **form.cleaned_data, **_who(asked))
        return attempt(asked, do, done=done, url=url)

    return run


def _who(asked: Asked) -> dict[str, Any]:
    return {"version": asked.number("version"), "by": asked.by, "now": asked.now}


def _pay(asked: Asked, number: str) -> HttpResponse:
    do = partial(acts.pay_purchase, number=number, **_who(asked))
    url = reverse("products:purchase", args=[number])
    return attempt(asked, do, done=_("已记下付款。"), url=url)


def _close(asked: Asked, number: str) -> HttpResponse:
    form, url = CloseForm(asked.data), reverse("products:purchase", args=[number])
    if not form.is_valid():
        return say_errors(asked, form, url)
    do = partial(acts.close_purchase, number=number, **form.cleaned_data, **_who(asked))
    return attempt(asked, do, done=_("已结束。"), url=url)


def _change_line(asked: Asked, number: str) -> HttpResponse:
    form, url = LineForm(asked.data), reverse("products:purchase", args=[number])
    if not form.is_valid():
        return say_errors(asked, form, url)
    data = form.cleaned_data

    def do() -> None:
        line = _line(data["code"], data["quantity"], data["price"])
        acts.change_line(number=number, line=line, **_who(asked))

    return attempt(asked, do, done=_("已保存。"), url=url)


def _arrive(asked: Asked, number: str) -> HttpResponse:
    url = reverse("products:purchase", args=[number])

    def do() -> None:
        acts.arrive(number=number, arrivals=_arrivals(asked), **_who(asked))

    return attempt(asked, do, done=_("到货已入库。"), url=url)


def _arrivals(asked: Asked) -> list[Arrival]:
    """Read `arrived-LINE` and `defect-LINE`; a blank is none.

    :raises PurchaseRefusedError: if one is not a whole number of pieces
    """
    found = []
    for name, text in asked.data.items():
        head, _dash, line = name.partition("-")
        if head != "arrived" or not line.isdecimal() or not text.strip():
            continue
        try:
            arrived = read_pieces(text)
            defect = read_pieces(asked.data.get(f"defect-{line}", "").strip() or 0)
        except ValueError as error:
            raise PurchaseRefusedError(_("到货和次品都写整数，不能是负数。")) from error
        found.append(Arrival(int(line), arrived, defect))
    return found


PARTS: dict[str, Callable[[Asked, str], HttpResponse]] = {
    "order": _dated(acts.order_purchase, _("已下单。")),
    "send": _dated(acts.send_purchase, _("已记下发出。")),
    "pay": _pay,
    "close": _close,
    "line": _change_line,
    "arrive": _arrive,
}
