"""The ways between pages of figures: from one to the other over the same days, against the same days."""

from collections.abc import Mapping
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

type Data = dict[str, Any]
# Addresses and names as the navigation has them, in its order; who may open each.
_PAGES: tuple[tuple[str, str | Promise, str], ...] = (
    ("trend", _("趋势"), "analytics.view"),
    ("funnel", _("转化漏斗"), "analytics.view"),
    ("traffic", _("流量来源"), "analytics.view"),
    ("products", _("商品贡献"), "analytics.view"),
    ("regions", _("地区"), "analytics.view"),
    ("hours", _("时段"), "analytics.view"),
    ("customers", _("新老客"), "analytics.view"),
    ("cohorts", _("复购"), "analytics.view"),
    ("turnover", _("库存周转"), "analytics.view"),
    ("returns", _("退货原因"), "analytics.view"),
    ("profit", _("利润"), "analytics.view_profit"),
)
# What chooses days in an address; without any of it a page shows its usual ones.
_CHOSEN = ("span", "days", "month", "since", "until")


def siblings(request: HttpRequest, current: str, *, since: date, until: date) -> list[Data]:
    """Give the pages as `components/_tabs.html` takes them; chosen days go along."""
    query = _kept(request.GET, since, until)
    return [
        {
            "label": label,
            "url": f"{reverse(f'analytics:{code}')}{query}",
            "count": None,
            "tone": "",
            "current": code == current,
        }
        for code, label, right in _PAGES
        if request.user.has_perm(right)
    ]


def _kept(given: Mapping[str, str], since: date, until: date) -> str:
    kept = {}
    if any(given.get(name) for name in _CHOSEN):
        kept = {"since": since.isoformat(), "until": until.isoformat()}
    if given.get("vs"):
        kept["vs"] = given["vs"]
    return f"?{urlencode(kept)}" if kept else ""
