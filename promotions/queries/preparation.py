"""What ShopOps sees of an activity's preparation, and whether its check lets it run."""

from collections.abc import Collection
from datetime import datetime

from promotions.models import Activity, ActivityApproval, ActivityCheck
from promotions.rules.activities import Evidence
from promotions.rules.page_text import Difference, Planned, differences
from shopops.lib.business_time import SHANGHAI


def latest_check(activity_id: int) -> ActivityCheck | None:
    """Give an activity's newest check without its points; they may be many thousand."""
    rows = ActivityCheck.objects.filter(activity_id=activity_id, is_latest=True)
    return rows.select_related("checked_by").defer("points", "changes").first()


def approval_of(check: ActivityCheck) -> ActivityApproval | None:
    """Give a person's reason that holds for the facts of a check. One query."""
    rows = ActivityApproval.objects.filter(
        activity_id=check.activity_id, check_made__facts_hash=check.facts_hash
    )
    return rows.select_related("by").order_by("-at", "-pk").first()


def is_green(check: ActivityCheck | None) -> bool:
    """Tell whether a check lets an activity run: nothing failed or unknown, or a person's reason."""
    if check is None:
        return False
    if check.failed_count + check.unknown_count == 0:
        return True
    return approval_of(check) is not None


def approved_checks(checks: Collection[ActivityCheck]) -> set[int]:
    """Give the ids of those checks whose facts a person approved. One query."""
    rows = ActivityApproval.objects.filter(activity__in={one.activity_id for one in checks})
    known = set(rows.values_list("activity_id", "check_made__facts_hash"))
    return {one.pk for one in checks if (one.activity_id, one.facts_hash) in known}


def evidence_of(activity: Activity) -> Evidence:
    """Give what can be seen of the preparation. Four queries."""
    check = ActivityCheck.objects.filter(activity=activity, is_latest=True).first()
    bad: dict[str, int] = {}
    short = 0
    for point in check.points if check else ():
        if point["outcome"] in {"fail", "unknown"}:
            bad[point["code"]] = bad.get(point["code"], 0) + 1
        elif point["evidence"].startswith("stock_short"):
            short += 1
    return Evidence(
        items=activity.items.count(),
        is_checked=check is not None,
        is_approved=check is not None and approval_of(check) is not None,
        bad_by_code=bad,
        short=short + bad.get("stock", 0),
        page_agrees=bool(activity.page_seen_text.strip()) and not page_differences(activity),
    )


def page_differences(activity: Activity) -> list[Difference]:
    """Name what the page said otherwise than was planned, when somebody last pasted it."""
    planned = Planned(
        activity.page_text,
        activity.starts_at.astimezone(SHANGHAI),
        activity.ends_at.astimezone(SHANGHAI),
    )
    return differences(planned, activity.page_seen_text)


def checked_since(check: ActivityCheck | None, at: datetime) -> bool:
    """Tell whether a check was made at a moment or later."""
    return check is not None and check.checked_at >= at
