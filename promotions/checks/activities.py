"""The daily checks of activities: prices, page, times, stock, follow-ups, preparation."""

from datetime import date, datetime

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from promotions.models import Activity
from promotions.queries import activity_watch as watch
from promotions.wording.activities import difference_words, point_words, task_name
from shopops.checks.registry import (
    CheckOutcome,
    Finding,
    Severity,
    outcome_of,
    register_check,
)
from shopops.lib.business_time import SHANGHAI
from shopops.lib.words import clauses, listed

ROLE = "promotion"
MOST_NAMED = 20


def _finding(  # noqa: PLR0913
    activity: Activity,
    title: str,
    evidence: str,
    severity: Severity,
    *,
    due_at: datetime | None = None,
    role: str = ROLE,
    which: str = "",
) -> Finding:
    return Finding(
        title=title % {"name": activity.name},
        evidence=evidence,
        severity=severity,
        owner_role=role,
        due_at=due_at,
        key=f"{which}:{activity.pk}" if which else str(activity.pk),
        url=reverse("promotions:activity", args=[activity.pk]),
    )


def running_prices_pass(day: date, now: datetime) -> CheckOutcome:
    """Fail for each running activity whose price check fails and that nobody approved."""
    return outcome_of(
        [
            _finding(
                one.activity,
                _("「%(name)s」正在做，价格检查没过"),
                _("不过 %(failed)s 项，看不出 %(unknown)s 项；%(first)s")
                % {
                    "failed": one.failed,
                    "unknown": one.unknown,
                    "first": clauses(
                        f"{sku} {point_words(evidence, with_cost=False)}"
                        for sku, evidence in one.first
                    ),
                },
                "late",
                due_at=one.activity.ends_at,
                role="manager",
            )
            for one in watch.failing_running()
        ],
        most=MOST_NAMED,
    )


def pages_agree(day: date, now: datetime) -> CheckOutcome:
    """Fail for each activity whose page says other times, amounts or words than planned, or was not seen."""
    found = [
        _finding(
            row,
            _("「%(name)s」的页面和计划不一样"),
            clauses(difference_words(one) for one in differences[:4]),
            "late",
        )
        for row, differences in watch.page_news(now=now)
    ]
    found += [
        _finding(
            row,
            _("「%(name)s」开始后还没有核对页面"),
            _("把页面文案贴到活动页上比一比"),
            "us",
            which="unseen",
        )
        for row in watch.page_unseen(now=now)
    ]
    return outcome_of(found, most=MOST_NAMED)


def starts_and_ends_are_near(day: date, now: datetime) -> CheckOutcome:
    """Tell what starts or ends within a day; fail hard for what should have begun and did not."""
    words: dict[str, tuple[str, Severity]] = {
        "late": (_("「%(name)s」到点了还没有开始"), "late"),
        "starts": (_("「%(name)s」24 小时内开始"), "soon"),
        "ends": (_("「%(name)s」24 小时内结束"), "soon"),
    }
    found = []
    for row, which in watch.near_ends(now=now):
        title, severity = words[which]
        due_at = row.ends_at if which == "ends" else row.starts_at
        found.append(_finding(row, title, _span(row), severity, due_at=due_at, which=which))
    return outcome_of(found, most=MOST_NAMED)


def _span(row: Activity) -> str:
    starts, ends = row.starts_at.astimezone(SHANGHAI), row.ends_at.astimezone(SHANGHAI)
    published = _("已发布") if row.published_at else _("还没发布")
    return _("%(from)s 至 %(to)s，现在%(state)s，%(published)s") % {
        "from": f"{starts:%m-%d %H:%M}",
        "to": f"{ends:%m-%d %H:%M}",
        "state": row.get_state_display(),
        "published": published,
    }


def running_stock_is_enough(day: date, now: datetime) -> CheckOutcome:
    """Fail for each running activity of which SKUs are short."""
    return outcome_of(
        [
            _finding(
                row,
                _("「%(name)s」正在做，库存不够"),
                _("%(n)s 个商家编码不够卖到结束，先看 %(code)s") % {"n": count, "code": code},
                "late",
                due_at=row.ends_at,
                role="warehouse_lead",
            )
            for row, count, code in watch.short_running()
        ],
        most=MOST_NAMED,
    )


def checks_are_fresh(day: date, now: datetime) -> CheckOutcome:
    """Fail for each live activity of which a price or benefit changed after it was checked."""
    return outcome_of(
        [
            _finding(row, _("「%(name)s」查过之后价又变了"), _("打开活动，再查一次价格"), "us")
            for row in watch.changed_after_check()
        ],
        most=MOST_NAMED,
    )


def follow_ups_are_made(day: date, now: datetime) -> CheckOutcome:
    """Fail for each activity about which somebody should have asked by today."""
    return outcome_of(
        [
            _finding(
                row,
                _("该问「%(name)s」的报名结果了"),
                _("说好 %(on)s 问；现在%(state)s；找 %(contact)s")
                % {
                    "on": row.follow_up_on,
                    "state": row.get_state_display(),
                    "contact": row.contact or _("没有记联系人"),
                },
                "late" if row.follow_up_on and row.follow_up_on < day else "us",
            )
            for row in watch.follow_ups_due(day=day)
        ],
        most=MOST_NAMED,
    )


def preparation_is_green(day: date, now: datetime) -> CheckOutcome:
    """Fail for each activity that starts by tomorrow and is not ready."""
    return outcome_of(
        [
            _finding(
                row,
                _("「%(name)s」明天前开始，还没准备好"),
                _("还差：%(tasks)s") % {"tasks": listed(task_name(t.code, t.name) for t in tasks)},
                "late",
                due_at=row.starts_at,
            )
            for row, tasks in watch.unprepared(day=day)
        ],
        most=MOST_NAMED,
    )


def register() -> None:
    """Register them; called once by `promotions.wiring`."""
    for code, name, role, run in (
        (
            "running_prices_pass",
            gettext_lazy("进行中的活动价格过关"),
            "manager",
            running_prices_pass,
        ),
        ("pages_agree", gettext_lazy("活动页面和计划一样"), ROLE, pages_agree),
        ("starts_and_ends", gettext_lazy("活动按时开始和结束"), ROLE, starts_and_ends_are_near),
        (
            "running_stock",
            gettext_lazy("进行中的活动库存够"),
            "warehouse_lead",
            running_stock_is_enough,
        ),
        ("checks_are_fresh", gettext_lazy("改价之后活动重新查过"), ROLE, checks_are_fresh),
        ("follow_ups", gettext_lazy("活动报名有人跟"), ROLE, follow_ups_are_made),
        ("preparation", gettext_lazy("活动前一天都备好"), ROLE, preparation_is_green),
    ):
        register_check(f"promotions.{code}", name, role, run)
