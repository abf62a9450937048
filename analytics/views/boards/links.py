"""Where figures of pages lead: to the orders of a day, to goods, to sources; and what is not known."""

from collections.abc import Iterable
from datetime import date
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _

from analytics.choices import REFUNDED
from analytics.queries.coverage import known_days
from analytics.queries.daily import refund_files_cover
from analytics.rules.spans import Days
from analytics.views.boards.asked import Asked
from analytics.views.boards.parts import Data, note
from products.models import Product

SEES_ORDERS, SEES_GOODS, SEES_FILES = "orders.view", "products.view", "intake.view"


def orders_url(asked: Asked, days: Days, **keys: str) -> str:
    """Give the page of the orders behind a figure, for those who may see orders."""
    if not asked.may(SEES_ORDERS):
        return ""
    query = {"since": days.since.isoformat(), "until": days.until.isoformat()}
    return f"{reverse('analytics:orders')}?{urlencode({**query, **keys})}"


def day_url(asked: Asked, day: date, **keys: str) -> str:
    """Give the orders behind a figure of one day."""
    return orders_url(asked, Days(day, day), **keys)


def refunds_url(asked: Asked, days: Days, **keys: str) -> str:
    """Give the page of the refunds behind a figure, by the day on which they ended."""
    return orders_url(asked, days, basis=REFUNDED, **keys)


def goods_urls(asked: Asked, item_nos: Iterable[str]) -> dict[str, str]:
    """Give the pages of goods by item number. One query."""
    if not asked.may(SEES_GOODS):
        return {}
    rows = Product.objects.filter(item_no__in=list(item_nos)).exclude(item_no="")
    return {
        item_no: reverse("products:product", args=[pk])
        for pk, item_no in rows.order_by("pk").values_list("pk", "item_no")
    }


def gaps(asked: Asked, *, basis: str = "paid") -> list[Data]:
    """Say which days of the span no file of orders told of. Two queries."""
    days = asked.days
    known = known_days(basis=basis, since=days.since, until=days.until)
    missing = [day for day in days.days if day not in known]
    if not missing:
        return []
    words = _("%(all)s 天里有 %(n)s 天没有订单文件（从 %(first)s 起），是未知，没有算进去。") % {
        "all": days.length,
        "n": len(missing),
        "first": missing[0].isoformat(),
    }
    url = reverse("intake:imports") if asked.may(SEES_FILES) else ""
    return [note(words, url=url, act=_("去导入"))]


def refund_gaps(asked: Asked) -> list[Data]:
    """Say how much of the span no refund file told of. One query."""
    first, last = refund_files_cover()
    if first is None or last is None:
        missing = asked.days.length
    else:
        missing = sum(1 for day in asked.days.days if not first <= day <= last)
    if not missing:
        return []
    words = _("%(all)s 天里有 %(n)s 天没有退款文件讲到，是未知，没有算进去。")
    url = reverse("intake:imports") if asked.may(SEES_FILES) else ""
    return [note(words % {"all": asked.days.length, "n": missing}, url=url, act=_("去导入"))]


def nothing(title: str, words: str, asked: Asked) -> Data:
    """Give an empty state that says how the first thing gets here."""
    url = reverse("intake:imports") if asked.may(SEES_FILES) else ""
    return {"title": title, "words": words, "url": url, "label": _("去导入")}
