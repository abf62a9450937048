"""Final prices: the list, the proof of one SKU and day, a basket tried out."""

from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from products.models import Sku
from products.views.acting import Data, page_number, running
from promotions.actions.lowest import KIND
from promotions.choices import Audience
from promotions.models import Activity, SkuLowest
from promotions.queries.price_list import PAGE, PriceRow, price_rows, price_skus, title_of
from promotions.queries.price_proof import Proof, basket_price, price_proof
from promotions.rules.final_price import PerkError, Quote
from promotions.rules.freight import PROVINCES
from promotions.views.channel_parts import export
from promotions.views.price_parts import (
    basket_text,
    chart,
    freight_context,
    pieces_rows,
    region_of,
    rule_rows_of,
    step_rows,
)
from promotions.wording.price import error_words, reading_words
from shopops.lib.business_time import business_date, parse_instant
from shopops.lib.money import from_fen
from shopops.staff.access import requires

AHEAD = timedelta(days=365)


@require_GET
@requires("promotions.view")
def prices(request: HttpRequest) -> HttpResponse:
    """List SKUs with their lowest price, floor, cost and margin, and the days ahead."""
    now = timezone.now()
    today = business_date(now)
    with_cost = request.user.has_perm("products.view_cost")
    view, search = _asked(request, with_cost=with_cost)
    rows = price_skus(view=view, search=search, today=today)
    if after := page_number(request):
        rows = rows.filter(pk__gt=after)
    found = list(rows.order_by("pk")[: PAGE + 1])
    here = reverse("promotions:prices")
    shown = [
        ("", _("全部")),
        ("floor", _("低于底价")),
        ("cost", _("低于成本")),
        ("unknown", _("没有一口价")),
    ]
    asked = urlencode({"view": view, "q": search})
    older = f"{here}?{asked}&after={found[PAGE - 1].pk}" if len(found) > PAGE else None
    context = {
        "now": now,
        "export_query": asked,
        "rows": price_rows(found[:PAGE], today=today),
        "tabs": [
            {"label": label, "url": f"{here}?view={one}", "count": None, "current": one == view}
            for one, label in shown
            if one != "cost" or with_cost
        ],
        "view": view,
        "q": search,
        "older_url": older,
        "newer_url": f"{here}?{asked}" if after else None,
        "with_cost": with_cost,
        "run": running(KIND, now=now),
        "can_set_rules": request.user.has_perm("promotions.set_rules"),
    }
    return render(request, "promotions/prices.html", context)


def _asked(request: HttpRequest, *, with_cost: bool) -> tuple[str, str]:
    """Give the view and the search; what is below cost is for those who may see cost."""
    view, search = request.GET.get("view", ""), request.GET.get("q", "").strip()[:80]
    return ("" if view == "cost" and not with_cost else view), search


@require_GET
@requires("promotions.view")
def prices_export(request: HttpRequest, form: str) -> HttpResponse | StreamingHttpResponse:
    """Give the list of lowest prices as a file, all rows."""
    today = business_date(timezone.now())
    with_cost = request.user.has_perm("products.view_cost")
    view, search = _asked(request, with_cost=with_cost)
    skus = list(price_skus(view=view, search=search, today=today).order_by("pk"))
    head = [
        _("商家编码"), _("商品"), _("一口价"), _("1 件到手价"), _("最低到手价"), _("几件时最低"),
        _("30 天内最低"),
    ]  # fmt: skip
    head += [_("底价"), _("成本"), _("毛利率")] if with_cost else []
    lines: list[list[object]] = [list(head)]
    lines += [_line(row, with_cost=with_cost) for row in price_rows(skus, today=today)]
    return export(lines, name=f"prices-{today}", form=form)


def _line(row: PriceRow, *, with_cost: bool) -> list[object]:
    day = row.today
    now = (day.one_piece_amount, day.lowest_amount, day.quantity) if day else (None, None, None)
    line: list[object] = [row.sku.code, row.title, row.sku.list_amount, *now, row.least]
    if with_cost:
        rate = row.margin_rate
        line += [row.sku.floor_amount, row.sku.cost_amount, None if rate is None else f"{rate:.4f}"]
    return line


@require_GET
@requires("promotions.view")
def price_of(request: HttpRequest, sku_id: int) -> HttpResponse:
    """Show why one SKU costs what it costs on a day, line by line."""
    now = timezone.now()
    sku = get_object_or_404(Sku.objects.select_related("product"), pk=sku_id)
    day, who = _day(request, business_date(now)), _audience(request)
    activity = Activity.objects.filter(pk=page_number(request, "activity") or 0).first()
    proof = price_proof(
        sku,
        day=day,
        audience=who,
        with_activity=activity.pk if activity else None,
        region=region_of(request.GET),
    )
    with_cost = request.user.has_perm("products.view_cost")
    context: dict[str, Any] = {
        "now": now,
        "sku": sku,
        "title": title_of(sku),
        "day": day,
        "activity": activity,
        "audiences": _audience_links(request, who),
        "who": who,
        "with_cost": with_cost,
    }
    if proof is not None:
        context |= _proof_context(request, sku, proof, with_cost=with_cost)
        kept = SkuLowest.objects.filter(sku=sku, date__gte=business_date(now)).order_by("date")
        context["chart"] = chart(list(kept), sku, with_cost=with_cost)
    return render(request, "promotions/price_proof.html", context)


def _proof_context(request: HttpRequest, sku: Sku, proof: Proof, *, with_cost: bool) -> Data:
    wanted = page_number(request, "pieces")
    by_count = {one.quantity: one for one in proof.by_pieces}
    chosen = by_count.get(wanted) or by_count[proof.lowest.quantity]
    each = from_fen(chosen.each_cents)
    floor, cost = sku.floor_amount, sku.cost_amount
    return {
        "proof": proof,
        "each": each,
        "pieces": chosen.quantity,
        "amount": from_fen(proof.lowest.amount_cents),
        "one_piece": from_fen(proof.lowest.one_piece_cents),
        "gap": None if floor is None or not with_cost else each - floor,
        "below_floor": floor is not None and each < floor,
        "margin_rate": (each - cost) / each if with_cost and cost is not None and each else None,
        "steps": step_rows(chosen.quote, proof.offers),
        "total": from_fen(chosen.quote.goods_cents),
        **freight_context(
            chosen.quote, proof.freight, proof.freight.unmeasured([proof.freight.line(chosen.line)])
        ),
        "by_pieces": pieces_rows(proof, chosen.quantity, request.GET.copy()),
        "rules": rule_rows_of(chosen.quote, proof.rules),
    }


@require_GET
@requires("promotions.view")
def basket(request: HttpRequest) -> HttpResponse:
    """Try out a basket of several SKUs at a moment."""
    now = timezone.now()
    text, who = request.GET.get("basket", "")[:20_000], _audience(request)
    at_text = request.GET.get("at", "")
    activity = Activity.objects.filter(pk=page_number(request, "activity") or 0).first()
    context: dict[str, Any] = {
        "now": now,
        "text": text,
        "at_text": at_text[:16],
        "activity": activity,
        "regions": PROVINCES,
        "region": region_of(request.GET),
        "audiences": [
            {"value": one.value, "label": one.label, "on": one.value in who}
            for one in Audience
            if one != Audience.PUBLIC
        ],
    }
    status = 200
    if text.strip():
        try:
            at = parse_instant(at_text) if at_text else now
            wanted = basket_text(text)
            found = basket_price(
                wanted,
                at=at,
                audience=who,
                region=region_of(request.GET),
                with_activity=activity.pk if activity else None,
            )
            context |= _basket_context(found.quote, wanted) | {
                **freight_context(found.quote, found.freight, found.unmeasured),
                "at": at,
                "steps": step_rows(found.quote, found.offers),
                "rules": rule_rows_of(found.quote, found.rules),
            }
        except PerkError as error:
            context["error"], status = error_words(error.evidence), 422
        except ValueError:
            context["error"], status = error_words(f"bad_at|{at_text[:40]}"), 422
    return render(request, "promotions/price_basket.html", context, status=status)


def _basket_context(quote: Quote, pieces: dict[str, int]) -> Data:
    return {
        "quote": quote,
        "total": from_fen(quote.goods_cents),
        "lines": [
            {
                "sku": line.sku,
                "full": from_fen(line.full_cents),
                "quantity": pieces.get(line.sku, 1),
                "each": from_fen(-(-line.pay_cents // pieces.get(line.sku, 1))),
                "off": from_fen(line.full_cents - line.pay_cents),
                "pay": from_fen(line.pay_cents),
            }
            for line in quote.lines
        ],
        "readings": [
            {"words": reading_words(one.code), "total": from_fen(one.total_cents)}
            for one in quote.readings
        ],
    }


def _day(request: HttpRequest, today: date) -> date:
    try:
        day = date.fromisoformat(request.GET.get("day", ""))
    except ValueError:
        return today
    return day if abs(day - today) <= AHEAD else today


def _audience(request: HttpRequest) -> tuple[str, ...]:
    known = set(Audience.values) - {Audience.PUBLIC.value}
    return tuple(sorted(known & set(request.GET.getlist("who"))))


def _audience_links(request: HttpRequest, who: tuple[str, ...]) -> list[Data]:
    links = []
    for one in Audience:
        query = request.GET.copy()
        query.pop("pieces", None)
        query.setlist("who", [] if one == Audience.PUBLIC else [one.value])
        current = who == (() if one == Audience.PUBLIC else (one.value,))
        links.append({"label": one.label, "url": f"?{query.urlencode()}", "current": current})
    return links
