"""From chosen plans to drafts of purchase orders: looked at by supplier, confirmed once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from products.actions import plan_orders
from products.actions.errors import GoodsRefusedError, StaleGoodsError
from products.actions.plan_orders import MOST_LINES, PlanLine
from products.actions.watch import request_findings
from products.models import PurchaseOrder, Supplier
from products.queries import plans
from products.queries.plans import PlanRow
from products.rules.stock import read_pieces
from products.views.acting import Asked, asked_of
from products.views.replenishment import COST, PURCHASE, filters_of, kept_fields, row_of
from shopops.lib.business_time import business_date
from shopops.lib.words import listed
from shopops.staff.access import requires

type Data = dict[str, Any]
# A message names so many new orders; a longer list is on its own page.
_NAMED = 6


@dataclass(frozen=True, slots=True)
class Wish:
    """What a form says of one SKU: the text of its quantity, the pieces, and why it is none."""

    text: str
    pieces: int
    error: str = ""


@require_POST
@requires(PURCHASE)
def order(request: HttpRequest) -> HttpResponse:
    """Show what is chosen by supplier; with `part` confirm write the drafts."""
    asked = asked_of(request, PURCHASE)
    if request.POST.get("part") == "confirm":
        return _confirm(asked)
    today = business_date(asked.now)
    ids = _chosen(asked, today)
    if not ids:
        messages.error(request, _("先勾上要订的商品。"))
        return redirect(_back(asked))
    if len(ids) > MOST_LINES:
        messages.error(
            request, _("一次最多订 %(n)s 个商品，先按供应商筛一下。") % {"n": MOST_LINES}
        )
        return redirect(_back(asked))
    rows = plans.plans_of(ids, today=today)
    return _page(asked, rows, _wishes(asked, rows), status=200)


def _chosen(asked: Asked, today: date) -> list[int]:
    if asked.data.get("all"):
        filters = filters_of(asked.request)
        return plans.ids_to_order(filters=filters, today=today, most=MOST_LINES + 1)
    sent = [text for text in asked.data.getlist("sku") if text.isdecimal() and len(text) < 18]
    return list(dict.fromkeys(int(text) for text in sent))


def _wishes(asked: Asked, rows: Mapping[int, PlanRow]) -> dict[int, Wish]:
    """Read what was typed of each SKU; where nothing was, what the plan still wants."""
    found = {}
    for pk, row in rows.items():
        text = asked.data.get(f"quantity-{pk}", str(row.to_order)).strip()
        try:
            found[pk] = Wish(text, read_pieces(text or 0))
        except ValueError:
            found[pk] = Wish(text, 0, _("写一个整数，不写或 0 是不订"))
    return found


def _confirm(asked: Asked) -> HttpResponse:
    today = business_date(asked.now)
    ids = _sent_ids(asked)
    rows = plans.plans_of(ids[: MOST_LINES + 1], today=today)
    wishes = _wishes(asked, rows)
    if any(wish.error for wish in wishes.values()):
        return _page(asked, rows, wishes, status=422)
    lines = [
        PlanLine(pk, wishes[pk].pieces if pk in wishes else 1, asked.number(f"covered-{pk}"))
        for pk in ids
        if pk not in wishes or wishes[pk].pieces
    ]
    try:
        made = plan_orders.order_plans(lines=lines, by=asked.by, now=asked.now)
    except StaleGoodsError as stale:
        messages.error(asked.request, stale.message)
        return _page(asked, rows, _fresh(asked, rows, wishes), status=409)
    except GoodsRefusedError as refusal:
        messages.error(asked.request, refusal.message)
        return _page(asked, rows, wishes, status=422)
    request_findings(by=asked.by, now=asked.now)
    return _done(asked, made)


def _sent_ids(asked: Asked) -> list[int]:
    tails = [name.removeprefix("covered-") for name in asked.data if name.startswith("covered-")]
    return [int(tail) for tail in tails if tail.isdecimal() and len(tail) < 18]


def _fresh(
    asked: Asked, rows: Mapping[int, PlanRow], wishes: Mapping[int, Wish]
) -> dict[int, Wish]:
    """Where somebody ordered meanwhile, take what is still missing; elsewhere what was typed."""
    return {
        pk: wish
        if rows[pk].covered.pieces == asked.number(f"covered-{pk}")
        else Wish(str(rows[pk].to_order), rows[pk].to_order)
        for pk, wish in wishes.items()
    }


def _done(asked: Asked, made: Sequence[PurchaseOrder]) -> HttpResponse:
    numbers = [one.number for one in made]
    if len(made) == 1:
        messages.success(asked.request, _("写成了采购草稿，看一遍再下单。"))
        return redirect("products:purchase", number=numbers[0])
    words = _("写成了 %(n)s 张采购草稿：%(numbers)s。看一遍再下单。")
    named = listed(numbers[:_NAMED]) + ("…" if len(numbers) > _NAMED else "")
    messages.success(asked.request, words % {"n": len(made), "numbers": named})
    return redirect("products:purchases")


def _back(asked: Asked) -> str:
    kept = {one["name"]: one["value"] for one in kept_fields(filters_of(asked.request))}
    return reverse("products:replenishment", query=kept)


def _page(
    asked: Asked, rows: Mapping[int, PlanRow], wishes: Mapping[int, Wish], *, status: int
) -> HttpResponse:
    today = business_date(asked.now)
    sees_cost = asked.request.user.has_perm(COST)
    good = [row for row in rows.values() if row.supplier_id is not None]
    context = {
        "now": asked.now,
        "groups": _groups(good, wishes, today, sees_cost=sees_cost),
        "bare": [row_of(row, today=today) for row in rows.values() if row.supplier_id is None],
        "can_see_cost": sees_cost,
        "kept": kept_fields(filters_of(asked.request)),
        "back_url": _back(asked),
        "line_count": len(good),
    }
    return render(asked.request, "products/replenishment_order.html", context, status=status)


def _groups(
    rows: Sequence[PlanRow], wishes: Mapping[int, Wish], today: date, *, sees_cost: bool
) -> list[Data]:
    suppliers = Supplier.objects.in_bulk({row.supplier_id for row in rows})
    groups: dict[int, list[PlanRow]] = {}
    for row in rows:
        assert row.supplier_id is not None  # noqa: S101 - the others are refused above the groups
        groups.setdefault(row.supplier_id, []).append(row)
    found = []
    for pk, members in sorted(groups.items(), key=lambda one: suppliers[one[0]].name):
        supplier = suppliers[pk]
        amounts = [(row.price_amount or Decimal(0)) * wishes[row.sku_id].pieces for row in members]
        found.append(
            {
                "supplier": supplier,
                "expected_on": today + timedelta(days=supplier.lead_days),
                "pieces": sum(wishes[row.sku_id].pieces for row in members),
                "amount": sum(amounts, Decimal(0)) if sees_cost else None,
                "lines": [
                    _line(row, wishes[row.sku_id], today, sees_cost=sees_cost) for row in members
                ],
            }
        )
    return found


def _line(row: PlanRow, wish: Wish, today: date, *, sees_cost: bool) -> Data:
    notes = []
    if 0 < wish.pieces < row.minimum_quantity:
        notes.append(_("不到起订量 %(n)s 件") % {"n": row.minimum_quantity})
    if row.pack_size > 1 and wish.pieces % row.pack_size:
        notes.append(_("不是整箱，每箱 %(n)s 件") % {"n": row.pack_size})
    if row.covered.pieces:
        numbers = listed(row.covered.numbers)
        words = _("已在 %(numbers)s 里订了 %(n)s 件")
        notes.append(words % {"numbers": numbers, "n": row.covered.pieces})
    return row_of(row, today=today) | {
        "text": wish.text,
        "error": wish.error,
        "notes": notes,
        "price": row.price_amount if sees_cost else None,
        "amount": (row.price_amount or Decimal(0)) * wish.pieces if sees_cost else None,
    }
