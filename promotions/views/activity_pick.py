"""SKUs chosen for an activity from the shop's own: searched for, filtered, or named by many codes."""

from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from products.actions.errors import GoodsRefusedError
from products.models import Sku
from products.views.acting import Asked, page_number
from promotions.actions.activity_items import BadItemsError
from promotions.forms.activities import PickForm
from promotions.models import Activity
from promotions.queries.activity_pick import MOST_CODES, codes_of_all, find_skus
from promotions.queries.price_list import title_of
from promotions.rules.activities import WantedItem
from promotions.views.activity_items import SHOWN_ERRORS, taken_in
from promotions.views.activity_parts import Data
from promotions.wording.activities import bad_line_words
from shopops.staff.access import requires
from shopops.staff.models import User

_FEN = Decimal("0.01")
SHOWN_UNKNOWN = 100


@require_http_methods(["GET", "POST"])
@requires("promotions.edit")
def pick(request: HttpRequest, activity_id: int) -> HttpResponse:
    """Show SKUs to choose from; a POST puts those ticked, or all found, into the activity."""
    row = get_object_or_404(Activity, pk=activity_id)
    if request.method != "POST":
        return _page(request, row, PickForm(request.GET if "q" in request.GET else None))
    form = PickForm(request.POST)
    part = request.POST.get("part", "find")
    if not form.is_valid() or part not in {"add", "all"}:
        return _page(request, row, form)
    assert isinstance(request.user, User)  # noqa: S101
    codes = _codes(request, row, form, part)
    if not codes:
        form.add_error(None, _("先勾选要放进活动的商品。"))
        return _page(request, row, form)
    back = reverse("promotions:activity", args=[row.pk])
    asked = Asked(request, request.user, timezone.now(), back)
    try:
        return taken_in(asked, row, _lines(codes, form.cleaned_data["rate"]))
    except BadItemsError as bad:
        return _page(request, row, form, bad=bad)
    except GoodsRefusedError as refusal:
        form.add_error(None, refusal.message)
        return _page(request, row, form)


def _codes(request: HttpRequest, row: Activity, form: PickForm, part: str) -> list[str]:
    if part == "all":
        data = form.cleaned_data
        return codes_of_all(row, text=data["q"], in_stock=data["in_stock"])
    return list(dict.fromkeys(request.POST.getlist("code")))[:MOST_CODES]


def _lines(codes: list[str], rate: Decimal | None) -> list[WantedItem]:
    """Give the lines of an item list: at so many tenths of the list price, or at the price as it is."""
    amounts: dict[str, Decimal | None] = {}
    if rate is not None:
        amounts = dict(Sku.objects.filter(code__in=codes).values_list("code", "list_amount"))
    lines = []
    for place, code in enumerate(codes, start=1):
        listed = amounts.get(code)
        price = None
        if rate is not None and listed is not None:
            price = (listed * rate / 10).quantize(_FEN, ROUND_HALF_UP)
        lines.append(WantedItem(place, code, price))
    return lines


def _page(
    request: HttpRequest, row: Activity, form: PickForm, *, bad: BadItemsError | None = None
) -> HttpResponse:
    row.refresh_from_db(fields=["version"])
    usable = form.is_bound and not form.errors.keys() & {"q", "in_stock"}
    data = form.cleaned_data if usable and hasattr(form, "cleaned_data") else {}
    after = page_number(request) or 0
    found = find_skus(row, text=data.get("q", ""), in_stock=bool(data.get("in_stock")), after=after)
    ticked = set(request.POST.getlist("code"))
    context: Data = {
        "activity": row,
        "form": form,
        "rows": [_row(sku, ticked) for sku in found.rows],
        # What was ticked before another search or page stays ticked.
        "kept": sorted(ticked - {sku.code for sku in found.rows})[:MOST_CODES],
        "count": found.count,
        "more_after": found.more_after,
        "unknown": found.unknown[:SHOWN_UNKNOWN],
        "unknown_count": len(found.unknown),
        "errors": _errors(bad),
        "version": row.version,
        "now": timezone.now(),
    }
    return render(
        request, "promotions/activity_pick.html", context, status=422 if form.errors or bad else 200
    )


def _errors(bad: BadItemsError | None) -> list[Data]:
    lines = bad.lines[:SHOWN_ERRORS] if bad else ()
    return [{"code": one.code, "words": bad_line_words(one.reason)} for one in lines]


def _row(sku: Sku, ticked: set[str]) -> dict[str, Any]:
    level = getattr(sku, "level", None)
    return {
        "id": sku.pk,
        "code": sku.code,
        "title": title_of(sku),
        "list": sku.list_amount,
        "free": level.on_hand - level.allocated if level else None,
        "is_in": sku.is_in,  # type: ignore[attr-defined]
        "ticked": sku.code in ticked,
    }
