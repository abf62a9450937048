"""The side of the morning page: scores against the industry, one's list of today, what the checks said."""

from datetime import date
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from analytics.models import Report
from analytics.queries import dsr
from analytics.score_choices import Score
from analytics.wording.dsr import change_text, score_text
from shopops.checks.models import CheckResult, DailyItem
from shopops.checks.queries import issues, lists
from shopops.lib import words
from shopops.staff.models import User
from shopops.staff.queries import role_names, roles_of

type Data = dict[str, Any]
# The page needs the last word and the day before it, no course.
_BACK = 14
_TONES = {"passed": "done", "done": "done", "skipped": "wait", "failed": "late", "unknown": "wait"}


def scores(today: date) -> list[Data]:
    """Give the three scores with the industry's; empty while nobody said any. Four queries."""
    found = dsr.scores(today=today, back=_BACK)
    if all(one.value is None for one in found.now.values()):
        return []
    return [_score(one) for one in found.now.values()]


def _score(now: dsr.ScoreNow) -> Data:
    value, industry = now.value, now.shown.industry
    gap = value - industry if value is not None and industry is not None else None
    is_shown = now.shown.score is not None
    before = now.before if is_shown else now.own_before.shown
    return {
        "label": Score(now.score).label,
        "url": f"{reverse('analytics:dsr')}?score={now.score}",
        "value": "" if value is None else score_text(value),
        "against": now.against,
        "gap": "" if gap is None else score_text(abs(gap)),
        "change": change_text(value, before),
        "source": _("平台显示") if is_shown else _("自己算"),
        "day": now.day,
    }


def my_list(person: User, today: date) -> Data | None:
    """Give today's list of one's own role, for the manager with how far the other roles are."""
    if not person.has_perm("checks.view"):
        return None
    pages, names = lists.lists_of(day=today), role_names()
    own = {role.code for role in roles_of(person)}
    mine = next((page for page in pages if page.daily.role in own), None)
    may_oversee = person.has_perm("checks.assign")
    if mine is None and not (may_oversee and pages):
        return None
    others = [page for page in pages if page is not mine] if may_oversee else []
    return {
        "role": names.get(mine.daily.role, "") if mine else "",
        "done": mine.done_count if mine else 0,
        "count": len(mine.lines) if mine else 0,
        "is_signed": bool(mine and mine.daily.signed_at),
        "url": reverse("checks:lists"),
        "lines": [_line(line) for line in mine.lines] if mine else [],
        "others": [
            {
                "role": names.get(page.daily.role, page.daily.role),
                "done": page.done_count,
                "count": len(page.lines),
                "is_signed": page.daily.signed_at is not None,
                "url": reverse("checks:list", args=[page.daily.role, today.isoformat()]),
            }
            for page in others
        ],
        "overview_url": reverse("checks:overview") if may_oversee else "",
    }


def _line(line: lists.Line) -> Data:
    return {
        "text": words.stored(line.item.text),
        "state": line.state,
        "tone": _TONES.get(line.state, "us"),
        "label": _("%(n)d 条异常") % {"n": line.issues}
        if line.issues
        else DailyItem.State(line.state).label,
        "by_hand": not line.is_computed,
    }


def checked(today: date) -> Data | None:
    """Give what the checks of today said, and when they last spoke; None if they did not. Two queries."""
    at = issues.last_ran_at(day=today)
    if at is None:
        return None
    rows = CheckResult.objects.filter(business_date=today).order_by("code")
    states = list(rows.values_list("status", flat=True))
    return {"at": at, "count": len(states), **{one: states.count(one) for one in set(states)}}


def daily_report() -> str:
    """Give the page of the newest daily report; empty if none was made."""
    rows = Report.objects.filter(kind=Report.Kind.DAILY).order_by("-business_date", "-pk")
    newest = rows.values_list("pk", flat=True).first()
    return reverse("analytics:report", args=[newest]) if newest else ""
