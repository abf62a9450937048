"""Prices: what waits and what changed, one SKU's prices with their history, the manager's decision."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from products.actions import prices as actions
from products.actions.errors import StaleGoodsError
from products.actions.watch import request_findings
from products.choices import PriceChangeState, PriceKind
from products.forms.prices import DecisionForm, PriceForm
from products.models import PriceChange, Sku
from products.queries import prices as queries
from products.rules.prices import Prices
from products.views.acting import Asked, Data, answer, conflict
from products.wording.prices import objections_words, suggestion_kind, suggestion_words
from shopops.lib.business_time import SHANGHAI, business_date
from shopops.lib.exports import csv_rows
from shopops.lib.paging import decode_key, encode_key
from shopops.lib.templatetags.shop import money
from shopops.staff.access import requires

PAGE = 50
TONES = {
    PriceChangeState.WAITING: "soon",
    PriceChangeState.APPLIED: "done",
    PriceChangeState.REFUSED: "late",
}


@require_GET
@requires("products.view")
def prices(request: HttpRequest) -> HttpResponse:
    """List price changes: those that wait first, then the newest."""
    now, after = timezone.now(), request.GET.get("after", "")
    with_cost = request.user.has_perm("products.view_cost")
    rows = queries.changes(with_cost=with_cost)
    waiting = list(rows.filter(state=PriceChangeState.WAITING).order_by("asked_at", "pk")[:200])
    decided = rows.exclude(state=PriceChangeState.WAITING)
    code = request.GET.get("q", "").strip()
    if code:
        decided = decided.filter(sku__code__startswith=code)
    if after:
        try:
            at, pk = decode_key(after)
        except ValueError:
            return redirect("products:prices")
        decided = decided.filter(asked_at__lte=at).exclude(asked_at=at, pk__gte=pk)
    found = list(decided.order_by("-asked_at", "-pk")[: PAGE + 1])
    more = encode_key((found[PAGE - 1].asked_at, found[PAGE - 1].pk)) if len(found) > PAGE else ""
    context = {
        "now": now,
        "waiting": [change_row(one, with_cost=with_cost) for one in waiting],
        "rows": [change_row(one, with_cost=with_cost) for one in found[:PAGE]],
        "q": code,
        "older_url": f"?q={code}&after={more}" if more else None,
        "newer_url": f"?q={code}" if after else None,
        "form": DecisionForm(),
        "can_approve": request.user.has_perm("products.approve_price"),
        "can_set": request.user.has_perm("products.set_price"),
    }
    return render(request, "products/prices.html", context)


def change_row(change: PriceChange, *, with_cost: bool) -> Data:
    """Give one change for a list or a history."""
    rate = None
    if change.old_amount and change.new_amount is not None:
        rate = (change.new_amount - change.old_amount) / change.old_amount
    return {
        "id": change.pk,
        "code": change.sku.code,
        "title": change.sku.title or (change.sku.product.title if change.sku.product else ""),
        "url": reverse("products:sku_prices", kwargs={"sku_id": change.sku_id}),
        "kind": change.get_kind_display(),
        "old": change.old_amount,
        "new": change.new_amount,
        "rate": rate,
        "state": change.get_state_display(),
        "tone": TONES[PriceChangeState(change.state)],
        "reason": change.reason,
        "asked_by": change.asked_by.name if change.asked_by else _("一次导入"),
        "asked_at": change.asked_at,
        "decided_by": change.decided_by.name if change.decided_by else "",
        "decision": change.decision_reason,
        "objections": objections_words(change.objections, with_cost=with_cost),
        "waits": change.state == PriceChangeState.WAITING,
        "decide_url": reverse("products:price_decide", kwargs={"change_id": change.pk}),
    }


@require_POST
@requires("products.approve_price")
def decide(request: HttpRequest, change_id: int) -> HttpResponse:
    """Agree to a price that waits, or refuse it."""
    get_object_or_404(PriceChange, pk=change_id)
    parts = {
        "agree": ("products.approve_price", lambda asked: _decide(asked, change_id, agrees=True)),
        "refuse": ("products.approve_price", lambda asked: _decide(asked, change_id, agrees=False)),
    }
    back = reverse("products:prices")
    return answer(request, parts, back=back) or redirect(back)


def _decide(asked: Asked, change_id: int, *, agrees: bool) -> HttpResponse:
    form = DecisionForm(asked.data)
    if not form.is_valid():
        return asked.say_errors(form)
    change = actions.decide_price(
        change_id=change_id,
        agrees=agrees,
        reason=form.cleaned_data["reason"],
        by=asked.by,
        now=asked.now,
    )
    request_findings(by=asked.by, now=asked.now)
    words = _("已批，%(code)s 的新价已生效。") if agrees else _("没批，%(code)s 的价不变。")
    return asked.done(words % {"code": change.sku.code})


@require_http_methods(["GET", "POST"])
@requires("products.view")
def sku_prices(request: HttpRequest, sku_id: int) -> HttpResponse:
    """Show one SKU's prices and their history; a POST changes one."""
    sku = get_object_or_404(Sku.objects.select_related("product"), pk=sku_id)
    with_cost = request.user.has_perm("products.view_cost")
    form: PriceForm | None = None
    if request.method == "POST":
        form = PriceForm(request.POST, with_cost=with_cost)
        if form.is_valid():
            back = reverse("products:sku_prices", kwargs={"sku_id": sku_id})
            parts = {"price": ("products.set_price", lambda asked: _change(asked, sku, form))}
            done = answer(request, parts, back=back)
            if done is not None:
                return done
    initial = {"kind": PriceKind.LIST, "amount": request.GET.get("amount", "")[:12]}
    context = price_history_context(sku, with_cost=with_cost, now=timezone.now()) | {
        "form": form or PriceForm(initial=initial, with_cost=with_cost),
        "version": sku.version,
        "can_set": request.user.has_perm("products.set_price"),
    }
    bad = form is not None and bool(form.errors)
    return render(request, "products/sku_prices.html", context, status=422 if bad else 200)


def _change(asked: Asked, sku: Sku, form: PriceForm | None) -> HttpResponse:
    assert form is not None  # noqa: S101
    data = form.cleaned_data
    kind = PriceKind(data["kind"])
    wanted = actions.NewPrice(
        sku.pk, kind, data["amount"], data["reason"], version=asked.number("version")
    )
    try:
        change = actions.change_price(wanted=wanted, by=asked.by, now=asked.now)
    except StaleGoodsError as stale:
        current = Sku.objects.get(pk=sku.pk)
        theirs = queries.current_prices(current).of(kind)
        rows = [(kind.label, money(theirs), money(wanted.amount))]
        return conflict(asked, stale, key=("sku", current.code), rows=rows, version=current.version)
    request_findings(by=asked.by, now=asked.now)
    if change.state == PriceChangeState.WAITING:
        return asked.done(_("已提交，等店长批；批之前价格不变。"))
    return asked.done(_("已改，现在生效。"))


def price_history_context(sku: Sku, *, with_cost: bool, now: datetime) -> Data:
    """Give what `products/_price_history.html` takes, for any page that shows a SKU. Two queries."""
    history = queries.price_history(sku, with_cost=with_cost)
    current = queries.current_prices(sku)
    return {
        "now": now,
        "sku": sku,
        "prices": _figures(current, with_cost=with_cost),
        "history": [change_row(one, with_cost=with_cost) for one in history],
        "chart": _chart(history, current, with_cost=with_cost, now=now),
        "csv_url": reverse("products:price_csv", kwargs={"sku_id": sku.pk}),
        "prices_url": reverse("products:sku_prices", kwargs={"sku_id": sku.pk}),
    }


def _figures(current: Prices, *, with_cost: bool) -> list[Data]:
    shown = [
        (PriceKind.LIST, current.list),
        (PriceKind.ACTIVITY, current.activity),
    ]
    if with_cost:
        shown += [(PriceKind.FLOOR, current.floor), (PriceKind.COST, current.cost)]
    return [{"label": kind.label, "amount": amount} for kind, amount in shown]


def _chart(
    history: Sequence[PriceChange], current: Prices, *, with_cost: bool, now: datetime
) -> Data | None:
    """Draw each price as steps: a price holds until the next change. One point per change and today."""
    applied = [one for one in history if one.state == PriceChangeState.APPLIED][::-1]
    if not applied:
        return None
    kinds = [PriceKind.LIST, PriceKind.ACTIVITY]
    if with_cost:
        kinds += [PriceKind.FLOOR, PriceKind.COST]
    moments = sorted({one.decided_at or one.asked_at for one in applied} | {now})
    lines: dict[PriceKind, list[Decimal | None]] = {kind: [] for kind in kinds}
    for moment in moments:
        for kind in kinds:
            lines[kind].append(_amount_at(applied, kind, moment))
    names = {kind: str(kind.label) for kind in kinds}
    for kind in kinds:
        if (amount := current.of(kind)) is None:
            continue
        lines[kind][-1] = amount
        if all(
            one.kind != kind for one in applied
        ):  # nobody changed it here: a line to compare with
            lines[kind] = [amount for _moment in moments]
            names[kind] = _("现在的%(kind)s") % {"kind": kind.label}
    series = [
        {
            "name": names[kind],
            "values": [None if amount is None else float(amount) for amount in line],
            "step": True,
            "joined": True,
            "dashed": kind in {PriceKind.FLOOR, PriceKind.COST},
        }
        for kind, line in lines.items()
        if any(amount is not None for amount in line)
    ]
    labels = [f"{one.astimezone(SHANGHAI):%m-%d %H:%M}" for one in moments]
    drawn = [kind for kind, line in lines.items() if any(amount is not None for amount in line)]
    return {
        "data": {"kind": "lines", "x": labels, "series": series, "unit": "¥"},
        "columns": [_("时间"), *(names[kind] for kind in drawn)],
        "rows": [
            [labels[place], *(lines[kind][place] for kind in drawn)]
            for place in range(len(moments) - 1, -1, -1)
        ],
    }


def _amount_at(applied: Sequence[PriceChange], kind: PriceKind, at: datetime) -> Decimal | None:
    """Give a price at a moment: what the last change before it set, or what the first one replaced."""
    ours = [one for one in applied if one.kind == kind]
    before = [one for one in ours if (one.decided_at or one.asked_at) <= at]
    if before:
        last = max(before, key=lambda one: one.decided_at or one.asked_at)
        amount: Decimal | None = last.new_amount
        return amount
    replaced: Decimal | None = ours[0].old_amount if ours else None
    return replaced


@require_GET
@requires("products.view")
def history_csv(request: HttpRequest, sku_id: int) -> StreamingHttpResponse:
    """Give one SKU's price history as a file."""
    sku = get_object_or_404(Sku, pk=sku_id)
    with_cost = request.user.has_perm("products.view_cost")
    head = [
        _("时间"),
        _("哪种价"),
        _("原价"),
        _("新价"),
        _("状态"),
        _("为什么改"),
        _("谁"),
        _("谁批"),
        _("批语"),
    ]
    rows: list[Sequence[object]] = [head]
    for change in queries.price_history(sku, with_cost=with_cost):
        one = change_row(change, with_cost=with_cost)
        at = f"{change.asked_at.astimezone(SHANGHAI):%Y-%m-%d %H:%M}"
        cells: list[Any] = [at, one["kind"], one["old"], one["new"], one["state"], one["reason"]]
        rows.append([*cells, one["asked_by"], one["decided_by"], one["decision"]])
    response = StreamingHttpResponse(
        csv_rows(rows, encoding="utf-8-sig"), content_type="text/csv; charset=utf-8"
    )
    response["Content-Disposition"] = f'attachment; filename="prices-{sku.pk}.csv"'
    return response


def suggestion_row(one: queries.Suggested, *, with_cost: bool) -> Data:
    """Give one suggestion for the list; one that stops at the floor would tell what the floor is."""
    sku, made = one.sku, one.suggestion
    is_hidden = made.is_at_floor and not with_cost
    url = reverse("products:sku_prices", kwargs={"sku_id": sku.pk})
    return {
        "code": sku.code,
        "title": sku.title or (sku.product.title if sku.product else ""),
        "kind": suggestion_kind(made.kind),
        "now_amount": made.now_amount,
        "amount": None if is_hidden else made.amount,
        "rate": None if is_hidden else (made.amount - made.now_amount) / made.now_amount,
        "words": suggestion_words(made.evidence),
        "is_at_floor": made.is_at_floor,
        "url": url if is_hidden else f"{url}?amount={made.amount}",
    }


@require_GET
@requires("products.view")
def suggested(request: HttpRequest) -> HttpResponse:
    """List prices that might be worth a thought, with their figures; nobody acts but a person."""
    now = timezone.now()
    found = queries.price_suggestions(today=business_date(now))
    context = {
        "now": now,
        "rows": [
            suggestion_row(one, with_cost=request.user.has_perm("products.view_cost"))
            for one in found
        ],
        "can_set": request.user.has_perm("products.set_price"),
        "most": queries.MOST_SUGGESTIONS,
    }
    return render(request, "products/price_suggestions.html", context)
