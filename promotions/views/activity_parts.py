"""What pages of activities share: tones, rows, the span in words."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _

from promotions.choices import ActivityState
from promotions.models import Activity
from promotions.queries.activity_list import ActivityRow, outside_count
from promotions.rules.price_check import figures
from shopops.lib.business_time import SHANGHAI, business_date

type Data = dict[str, Any]
_S = ActivityState
TONES = {
    _S.IDEA: "wait",
    _S.SIGNED_UP: "wait",
    _S.IN_REVIEW: "wait",
    _S.PASSED: "us",
    _S.REFUSED: "late",
    _S.PREPARED: "us",
    _S.RUNNING: "done",
    _S.ENDED: "us",
    _S.SUMMED_UP: "wait",
    _S.CANCELLED: "wait",
}


def row_of(row: ActivityRow, *, now: datetime) -> Data:
    """Give one activity as lists show it."""
    activity = row.activity
    today = business_date(now)
    due = activity.follow_up_on
    is_over = activity.state in {_S.ENDED, _S.SUMMED_UP, _S.CANCELLED}
    return {
        "id": activity.pk,
        "url": reverse("promotions:activity", args=[activity.pk]),
        "name": activity.name,
        "kind": activity.get_kind_display(),
        "state": activity.get_state_display(),
        "state_code": activity.state,
        "tone": TONES[_S(activity.state)],
        "span": span_words(activity, year=today.year),
        "starts_at": activity.starts_at,
        "ends_at": activity.ends_at,
        "owner": activity.owner.name if activity.owner else "",
        "items": row.items,
        "needed": row.needed,
        "done": row.done,
        "is_ready": row.needed == row.done,
        "follow_up_on": due,
        "follow_tone": ""
        if due is None
        else ("late" if due < today else "soon" if due == today else "wait"),
        "is_blocked": row.is_blocked and not is_over,
        "is_approved": row.is_approved and row.check is not None and bad(row) > 0,
        "failed": row.check.failed_count if row.check else None,
        "unknown": row.check.unknown_count if row.check else None,
        "is_checked": row.check is not None,
        "is_published": activity.published_at is not None,
        "is_over": is_over,
        "may_move": activity.state not in {_S.ENDED, _S.SUMMED_UP, _S.CANCELLED, _S.RUNNING},
        "version": activity.version,
    }


def bad(row: ActivityRow) -> int:
    """Count what stands against an activity."""
    return row.check.failed_count + row.check.unknown_count if row.check else 0


def span_words(activity: Activity, *, year: int) -> str:
    """Write a span short: 9-22 00:00 – 9-25 24:00, with the year where it is not this one."""
    starts, ends = activity.starts_at.astimezone(SHANGHAI), activity.ends_at.astimezone(SHANGHAI)
    end = f"{ends.month}-{ends.day} {ends:%H:%M}"
    if (ends.hour, ends.minute) == (0, 0):
        eve = ends - timedelta(minutes=1)
        end = f"{eve.month}-{eve.day} 24:00"
    other = f"{starts.year}-" if starts.year != year else ""
    return f"{other}{starts.month}-{starts.day} {starts:%H:%M} – {end}"


def proof_url(sku_id: int, activity: Activity) -> str:
    """Give the page that shows how a SKU's lowest price comes about, where there is one."""
    try:
        base = reverse("promotions:price_of", args=[sku_id])
    except NoReverseMatch:
        return ""
    day = business_date(activity.starts_at)
    return f"{base}?day={day.isoformat()}&activity={activity.pk}"


def basket_of(points: Sequence[Mapping[str, str]], activity: Activity) -> Data | None:
    """Give the cheapest basket of a SKU as the check found it, and the page with its sum."""
    evidence = next((one["evidence"] for one in points if one["code"] == "basket"), "")
    found = figures(evidence)
    if "lines" not in found:
        return None
    asked = {
        "basket": found["lines"].replace("，", "\n"),
        "at": found["at"],
        "activity": activity.pk,
    }
    return {
        "amount": Decimal(found["lowest"]),
        "url": f"{reverse('promotions:price_basket')}?{urlencode(asked)}",
        "is_late": evidence.startswith(("basket_floor", "basket_cost", "basket_too")),
    }


def warn_outside(request: HttpRequest, activity_id: int) -> None:
    """Say that benefits and gifts keep their own times when an activity is put on other days."""
    if count := outside_count(activity_id):
        messages.warning(
            request,
            _("%(n)s 个优惠或赠品还是原来的时间，超出了活动，在「优惠与赠品」里改。")
            % {"n": count},
        )
