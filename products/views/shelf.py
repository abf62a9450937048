"""The week grid: when each main product is listed, moved by hand, and who stands in the showcase."""

from collections.abc import Sequence
from datetime import datetime

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from products.actions import shelf as actions
from products.choices import GoodsRuleCode, ProductStatus
from products.forms.listing import WEEKDAYS, SlotForm
from products.models import Product, ShelfSlot
from products.queries.goods_rules import parameters
from products.rules.shelf import DAYS, HOURS, next_delisting
from products.views.acting import Asked, Data, answer, page_number
from shopops.lib.business_time import SHANGHAI, business_date
from shopops.lib.exports import csv_rows
from shopops.lib.templatetags.shop import count
from shopops.staff.access import requires

SHADES = 5


@require_http_methods(["GET", "POST"])
@requires("products.view")
def shelf_page(request: HttpRequest) -> HttpResponse:
    """Show the week; a POST of one part plans, moves, releases, or fills the showcase."""
    if request.method == "POST":
        parts = {
            "plan": ("products.edit", _plan),
            "move": ("products.edit", _move),
            "release": ("products.edit", _release),
            "showcase": ("products.edit", _showcase),
        }
        done = answer(request, parts, back=reverse("products:shelf"))
        if done is not None:
            return done
    now = timezone.now()
    slots = _slots()
    traffic = actions.traffic(now=now)
    moving = next((one for one in slots if one.product_id == page_number(request, "move")), None)
    context = {
        "now": now,
        "weekdays": [label for _number, label in WEEKDAYS],
        "hours": _grid(slots, traffic.curve),
        "days": _days(slots),
        "is_known": traffic.is_known,
        "curve_days": traffic.days,
        "slot_count": len(slots),
        "unplaced": _unplaced(slots),
        "moving": moving,
        "move_form": _move_form(moving) if moving else None,
        "showcase": _showcase_rows(slots, now),
        "slots_allowed": parameters(GoodsRuleCode.SHELF, day=business_date(now))["showcase_slots"],
        "can_edit": request.user.has_perm("products.edit"),
    }
    return render(request, "products/shelf.html", context)


def _slots() -> list[ShelfSlot]:
    slots = ShelfSlot.objects.filter(product__is_main=True).select_related("product")
    return list(slots.order_by("weekday", "at", "product_id"))


def _unplaced(slots: Sequence[ShelfSlot]) -> int:
    mains = Product.objects.filter(is_main=True).exclude(status=ProductStatus.FORBIDDEN)
    return mains.exclude(pk__in=[slot.product_id for slot in slots]).count()


def _grid(slots: Sequence[ShelfSlot], curve: Sequence[Sequence[float]]) -> list[Data]:
    """Give a row per hour with a cell per weekday: its traffic as one of five shades, its products."""
    top = max((value for hours in curve for value in hours), default=0) or 1
    by_place: dict[tuple[int, int], list[Data]] = {}
    for slot in slots:
        by_place.setdefault((slot.weekday, slot.at.hour), []).append(_chip(slot))
    is_flat = all(value == curve[0][0] for hours in curve for value in hours)
    return [
        {
            "hour": hour,
            "cells": [
                {
                    "weekday": day,
                    "shade": 0 if is_flat else round((SHADES - 1) * curve[day][hour] / top),
                    "traffic": "" if is_flat else count(int(curve[day][hour])),
                    "chips": by_place.get((day, hour), []),
                }
                for day in range(DAYS)
            ],
        }
        for hour in range(HOURS)
    ]


def _chip(slot: ShelfSlot) -> Data:
    return {
        "id": slot.product_id,
        "title": slot.product.title or slot.product.item_code,
        "at": slot.at,
        "is_by_hand": slot.is_by_hand,
        "in_showcase": slot.product.in_showcase,
        "url": f"?move={slot.product_id}#move",
        "weekday": WEEKDAYS[slot.weekday][1],
    }


def _days(slots: Sequence[ShelfSlot]) -> list[Data]:
    return [
        {"label": label, "chips": [_chip(slot) for slot in slots if slot.weekday == number]}
        for number, label in WEEKDAYS
    ]


def _move_form(slot: ShelfSlot) -> SlotForm:
    return SlotForm(initial={"product": slot.product_id, "weekday": slot.weekday, "at": slot.at})


def _showcase_rows(slots: Sequence[ShelfSlot], now: datetime) -> list[Data]:
    wanted, local = actions.showcase_wanted(now=now), now.astimezone(SHANGHAI)
    by_id = {slot.product_id: slot for slot in slots}
    inside = Product.objects.filter(in_showcase=True).exclude(pk__in=wanted)
    rows = [
        {
            "title": by_id[pk].product.title,
            "at": next_delisting(by_id[pk].weekday, by_id[pk].at, now=local),
            "tone": "done" if by_id[pk].product.in_showcase else "us",
            "state": _("在橱窗") if by_id[pk].product.in_showcase else _("该放进"),
        }
        for pk in wanted
    ]
    return rows + [
        {"title": one.title, "at": None, "tone": "soon", "state": _("该拿出")}
        for one in inside.order_by("pk")
    ]


def _plan(asked: Asked) -> HttpResponse:
    moved = actions.plan_shelf(by=asked.by, now=asked.now)
    return asked.done(_("已排好，%(count)s 个商品的时间变了。") % {"count": moved})


def _move(asked: Asked) -> HttpResponse:
    form = SlotForm(asked.data)
    if not form.is_valid():
        return asked.say_errors(form)
    slot = actions.move_slot(
        product_id=form.cleaned_data["product"],
        weekday=form.cleaned_data["weekday"],
        at=form.cleaned_data["at"],
        by=asked.by,
        now=asked.now,
    )
    return asked.done(
        _("已排到%(day)s %(at)s，以后自动排不动它。")
        % {"day": WEEKDAYS[slot.weekday][1], "at": f"{slot.at:%H:%M}"}
    )


def _release(asked: Asked) -> HttpResponse:
    actions.release_slot(product_id=asked.number("product"), by=asked.by, now=asked.now)
    return asked.done(_("已放回自动排，下次排的时候一起排。"))


def _showcase(asked: Asked) -> HttpResponse:
    changed = actions.fill_showcase(by=asked.by, now=asked.now)
    return asked.done(_("已记下，橱窗换了 %(count)s 个；到平台照着换。") % {"count": changed})


@require_GET
@requires("products.view")
def week_csv(request: HttpRequest) -> StreamingHttpResponse:
    """Give the week as a file, for whoever sets it on the platform."""
    head = [_("商品ID"), _("货号"), _("标题"), _("星期"), _("时间"), _("手排"), _("橱窗")]
    rows: list[Sequence[object]] = [head]
    rows += [
        [
            slot.product.item_no,
            slot.product.item_code,
            slot.product.title,
            WEEKDAYS[slot.weekday][1],
            f"{slot.at:%H:%M}",
            _("是") if slot.is_by_hand else "",
            _("是") if slot.product.in_showcase else "",
        ]
        for slot in _slots()
    ]
    response = StreamingHttpResponse(
        csv_rows(rows, encoding="utf-8-sig"), content_type="text/csv; charset=utf-8"
    )
    response["Content-Disposition"] = 'attachment; filename="shelf-week.csv"'
    return response
