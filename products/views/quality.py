"""Quality per SKU: counts and people, then the rate; which SKUs packing looks at twice, and why."""

from datetime import date

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from products import registry
from products.choices import GoodsRuleCode
from products.models import QualityRecord, Sku
from products.queries import quality as queries
from products.queries.goods_rules import parameters
from products.views.acting import Data
from products.wording.watch import second_check_words
from shopops.lib.business_time import business_date
from shopops.lib.words import listed
from shopops.staff.access import requires
from shopops.staff.models import Operation
from shopops.staff.operations import name_of

MOST = 200


@require_GET
@requires("products.view")
def quality(request: HttpRequest) -> HttpResponse:
    """List SKUs by what buyers brought back, most faults first."""
    now = timezone.now()
    today, day = business_date(now), queries.newest_day()
    settings = parameters(GoodsRuleCode.QUALITY, day=today)
    rows: list[QualityRecord] = []
    if day is not None:
        rows = list(queries.with_faults(day)[:MOST])
    reasons = registry.second_checks_on([row.sku.code for row in rows])
    context = {
        "now": now,
        "day": day,
        "days": settings["days"],
        "settings": settings,
        "rows": [_row(row, settings, reasons) for row in rows],
        "most": MOST,
        "can_set": request.user.has_perm("products.set_rules"),
    }
    return render(request, "products/quality.html", context)


def _row(row: QualityRecord, settings: Data, reasons: dict[str, str]) -> Data:
    faults = row.quality_returned + row.wrong_pieces + row.damaged
    rate = faults / row.sold_pieces if row.sold_pieces else None
    over = rate is not None and rate >= settings["on_rate"]
    few = row.sold_pieces < settings["minimum_pieces"]
    alone = row.complaining_people < settings["minimum_people"]
    why = reasons.get(row.sku.code)
    return {
        "code": row.sku.code,
        "title": row.sku.title or (row.sku.product.title if row.sku.product else ""),
        "url": reverse("products:sku_quality", kwargs={"sku_id": row.sku_id}),
        "sold": row.sold_pieces,
        "buyers": row.sold_people,
        "returned": row.returned,
        "quality": row.quality_returned,
        "wrong": row.wrong_pieces,
        "damaged": row.damaged,
        "complaints": row.complaints,
        "faults": faults,
        "people": row.complaining_people,
        "rate": rate,
        "over": over,
        "note": _("卖得少，不判断") if few else (_("人少，不判断") if over and alone else ""),
        "second": why is not None,
        "why": second_check_words(why) if why else "",
        "reasons": listed(
            f"{reason} {count}"
            for reason, count in sorted(row.reasons.items(), key=lambda one: -one[1])[:3]
        ),
    }


@require_GET
@requires("products.view")
def sku_quality(request: HttpRequest, sku_id: int) -> HttpResponse:
    """Show one SKU's quality over time, its reasons, and when the second check was switched."""
    sku = get_object_or_404(Sku.objects.select_related("product"), pk=sku_id)
    now = timezone.now()
    records = queries.history(sku)
    settings = parameters(GoodsRuleCode.QUALITY, day=business_date(now))
    reasons = registry.second_checks_on([sku.code])
    last = records[-1] if records else None
    context = {
        "now": now,
        "sku": sku,
        "last": _row(last, settings, reasons) if last else None,
        "days": last.days if last else settings["days"],
        "settings": settings,
        "reason_rows": sorted((last.reasons if last else {}).items(), key=lambda one: -one[1]),
        "chart": _chart(records),
        "events": _events(sku),
    }
    return render(request, "products/sku_quality.html", context)


def _chart(records: list[QualityRecord]) -> Data | None:
    if not records:
        return None
    counts = [one.quality_returned + one.wrong_pieces + one.damaged for one in records]
    people = [one.complaining_people for one in records]
    labels = [_short(one.date) for one in records]
    return {
        "data": {
            "kind": "lines",
            "x": labels,
            "series": [
                {"name": _("问题件"), "values": counts, "joined": True},
                {"name": _("买家"), "values": people, "joined": True, "dashed": True},
            ],
            "unit": "",
        },
        "columns": [_("日期"), _("卖出件数"), _("问题件"), _("买家"), _("投诉")],
        "rows": [
            [one.date.isoformat(), one.sold_pieces, counts[place], people[place], one.complaints]
            for place, one in reversed(list(enumerate(records)))
        ],
    }


def _short(day: date) -> str:
    return _("%(month)d月%(day)d日") % {"month": day.month, "day": day.day}


def _events(sku: Sku) -> list[Data]:
    rows = Operation.objects.filter(
        object_type="sku", object_key=sku.code, name__startswith="orders.packing."
    ).order_by("-at", "-pk")[:30]
    return [
        {
            "text": name_of(one.name),
            "detail": second_check_words(one.reason),
            "tone": "late" if one.name.endswith("_on") else "done",
            "who": one.actor_name or _("系统"),
            "at": one.at,
        }
        for one in rows
    ]
