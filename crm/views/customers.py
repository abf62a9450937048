"""The list of customers."""

from dataclasses import fields
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET
from django.views.decorators.vary import vary_on_headers

from crm.choices import LifeStage, RfmSegment
from crm.forms.customers import ListFilterForm
from crm.queries.customer_list import SORTS, TABS, CustomerRow, Filters, ListPage, customer_page
from crm.views.customer_acting import Data, yuan
from orders.views.rows import mask_nick
from shopops.lib.business_time import business_date
from shopops.staff.access import requires

FILTER_KEYS = tuple(field.name for field in fields(Filters))
STAGE_TONES = {"new": "us", "active": "done", "cooling": "soon", "asleep": "wait", "lost": "late"}


@require_GET
@vary_on_headers("HX-Request")
@requires("crm.view")
def customers(request: HttpRequest) -> HttpResponse:
    """Show one page of customers, or only its rows when htmx pages through it."""
    now = timezone.now()
    address = request.GET
    tab = address.get("tab", "all") if address.get("tab") in TABS else "all"
    form = ListFilterForm(address)
    form.is_valid()
    filters = Filters(**{key: form.cleaned_data.get(key, "") for key in FILTER_KEYS})
    sort = SORTS.get(address.get("sort", ""), SORTS["first" if filters.first else "last"])
    page = customer_page(
        tab=tab,
        filters=filters,
        sort=sort,
        today=business_date(now),
        may_find_phone=request.user.has_perm("orders.reveal_contact"),
        after=address.get("after", ""),
        before=address.get("before", ""),
    )
    sees_names = request.user.has_perm("orders.view_contact")
    context = {
        "tabs": [
            {
                "label": name,
                "url": reverse("crm:customers") + ("" if code == "all" else f"?tab={code}"),
                "count": None,
                "tone": "",
                "current": code == tab,
            }
            for code, name in TABS.items()
        ],
        "tab": tab,
        "filter_form": form,
        "chips": _chips(address, form, filters),
        "sorts": [
            {"label": one.name, "url": _with(address, sort=one.code), "current": one == sort}
            for one in SORTS.values()
        ],
        "rows": [row_data(row, sees_names=sees_names) for row in page.rows],
        "page": _pager(address, page),
        "is_filtered": any(getattr(filters, key) for key in FILTER_KEYS) or tab != "all",
        "now": now,
    }
    template = "crm/customers.html"
    if getattr(request, "htmx", None):
        template += "#rows"
    return render(request, template, context)


def row_data(row: CustomerRow, *, sees_names: bool) -> Data:
    """Give a row as the template takes it; who may not see contacts sees a masked name."""
    return {
        "row": row,
        "name": row.name if sees_names else mask_nick(row.name),
        "url": reverse("crm:customer", args=[row.id]),
        "stage": str(LifeStage(row.stage).label) if row.stage else "",
        "stage_tone": STAGE_TONES.get(row.stage, "wait"),
        "segment": str(RfmSegment(row.segment).label) if row.segment else "",
        "net": yuan(row.net_fen),
        "value": yuan(row.value_fen),
    }


def _chips(address: QueryDict, form: ListFilterForm, filters: Filters) -> list[dict[str, str]]:
    chips = []
    for key in FILTER_KEYS:
        value = getattr(filters, key)
        if not value:
            continue
        field = form.fields[key]
        words = dict(getattr(field, "choices", ())).get(value, value)
        chips.append(
            {
                "label": str(field.label),
                "value": str(words),
                "remove_url": _with(address, **{key: ""}),
            }
        )
    return chips


def _with(address: QueryDict, **changes: str) -> str:
    """Give the address with other values, from the first page on."""
    values = {key: value for key, value in address.items() if key not in ("after", "before")}
    return "?" + urlencode({key: value for key, value in (values | changes).items() if value})


def _pager(address: QueryDict, page: ListPage) -> Data:
    return {
        "newer_url": _with(address) + f"&before={page.before}" if page.before else None,
        "older_url": _with(address) + f"&after={page.after}" if page.after else None,
        "text": _("本页 %(n)d 个") % {"n": len(page.rows)},
    }
