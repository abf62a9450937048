"""What must be done today: each finding one row with evidence, owner, due time and one act."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from analytics.checks import breaks as break_checks
from analytics.checks import figures as own_checks
from analytics.figures import figure
from analytics.queries.breaks import WATCHED, Seen
from analytics.queries.coverage import ORDERS, FileState
from analytics.views.figures import YESTERDAY, Kpi, View, figure_url, weekday_name
from analytics.wording.breaks import band_words, value_words
from orders.checks import desk as desk_checks
from orders.models import QueueCount
from orders.queries import waiting as holds
from orders.queries.risk import LateMoney
from orders.wording import minute_words
from shopops.checks.models import Issue
from shopops.checks.queries import issues
from shopops.lib import words
from shopops.lib.templatetags.shop import money

# A parcel that the carrier did not scan for a day may be lost, and the platform counts it.
PICKUP_WAITS = timedelta(hours=24)
_TONES = ("late", "soon", "us")
# So many stand on the morning page, so many of one check; all of them on the page of issues.
MOST_ISSUES, MOST_OF_A_CHECK = 15, 2
# What the page itself finds, now and not as of the last check.
_LIVE_CHECKS = frozenset({own_checks.FILES, break_checks.CODE, desk_checks.LATE, desk_checks.HOLDS})


@dataclass(frozen=True, slots=True)
class Must:
    """One row. `owner` is a person's name where one person holds the role, else the role's."""

    tone: str
    tag: str
    title: str
    evidence: str
    owner_role: str
    due: str
    due_tone: str
    url: str
    act: str
    right: str = "orders.view"
    owner: str = ""
    role: str = ""
    # Who that is where it is one person, else empty.
    person: str = ""


@dataclass(frozen=True, slots=True)
class Situation:
    """What the findings are drawn from."""

    counts: Mapping[str, QueueCount]
    late: LateMoney
    absent: Iterable[FileState]
    view: View
    kpis: Sequence[Kpi]
    seen: Mapping[str, Seen]
    today: date
    now: datetime


def findings(facts: Situation) -> list[Must]:
    """Give all findings, red first. Three queries."""
    rows = [
        *_late_orders(facts),
        *_holds(facts),
        *_parcels(facts),
        *_files(facts),
        *_checks(facts),
        *_breaks(facts),
    ]
    return sorted(rows, key=lambda row: _TONES.index(row.tone))


def counted(rows: Iterable[Must]) -> list[dict[str, str]]:
    """Give how many there are of each tone."""
    names = {"late": _("红 %(n)d"), "soon": _("黄 %(n)d"), "us": _("要你看 %(n)d")}
    numbers = Counter(row.tone for row in rows)
    return [{"tone": t, "label": names[t] % {"n": numbers[t]}} for t in _TONES if numbers[t]]


def _count(facts: Situation, code: str) -> int:
    row = facts.counts.get(code)
    return row.count if row else 0


def _queue(code: str) -> str:
    return reverse("orders:queue", args=[code])


def _late_orders(facts: Situation) -> list[Must]:
    rows = []
    if late := facts.late.past_shop_count:
        rows.append(
            Must(
                tone="late",
                tag=_("已超时"),
                title=_("%(n)d 单过了应出时间还没交接") % {"n": late},
                evidence=_("现在预计赔付 %(now)s，今天 24:00 前不动升到 %(then)s")
                % {"now": money(facts.late.now_amount), "then": money(facts.late.midnight_amount)},
                owner_role="warehouse_lead",
                due=_("现在"),
                due_tone="late",
                url=_queue("past_due"),
                act=_("去处理"),
            )
        )
    if waiting := _count(facts, "awaiting_audit"):
        rows.append(
            Must(
                tone="soon",
                tag=_("待审单"),
                title=_("%(n)d 单等审单") % {"n": waiting},
                evidence=_("审过才能出货；今日截单前要出 %(n)d 单")
                % {"n": _count(facts, "due_today")},
                owner_role="service_lead",
                due=_("截单前"),
                due_tone="soon",
                url=_queue("awaiting_audit"),
                act=_("去审单"),
            )
        )
    return rows


def _holds(facts: Situation) -> list[Must]:
    untold, overdue = holds.waiting_holds(now=facts.now)
    rows = []
    if untold.count:
        rows.append(
            _hold_row(
                facts, untold, _("没告知"), _("%(n)d 单有问题，买家还没被告知"), _("告知买家")
            )
        )
    if overdue.count:
        rows.append(
            _hold_row(facts, overdue, _("过期"), _("%(n)d 个问题单过了处理时间"), _("去处理"))
        )
    return rows


def _hold_row(facts: Situation, some: holds.Waiting, tag: str, title: str, act: str) -> Must:
    at = some.earliest_at
    is_late = at is not None and at < facts.now
    return Must(
        tone="late" if is_late else "soon",
        tag=tag,
        title=title % {"n": some.count},
        evidence=_("最早的 %(at)s 到期") % {"at": minute_words(at, now=facts.now)} if at else "",
        owner_role="service_lead",
        due=minute_words(at, now=facts.now) if at else "",
        due_tone="late" if is_late else "soon",
        url=_queue("held"),
        act=act,
    )


def _parcels(facts: Situation) -> list[Must]:
    some = holds.not_picked_up(before=facts.now - PICKUP_WAITS)
    if not some.count or some.earliest_at is None:
        return []
    return [
        Must(
            tone="soon",
            tag=_("未揽收"),
            title=_("%(n)d 单交接一天多还没有揽收") % {"n": some.count},
            evidence=_("最早的 %(at)s 交接")
            % {"at": minute_words(some.earliest_at, now=facts.now)},
            owner_role="warehouse_lead",
            due=_("今天"),
            due_tone="soon",
            url=_queue("handed_over"),
            act=_("催快递"),
        )
    ]


def _files(facts: Situation) -> list[Must]:
    return [
        Must(
            tone="late" if state.kind == ORDERS else "soon",
            tag=_("文件没来"),
            title=_("%(kind)s文件没有讲到昨天") % {"kind": state.label},
            evidence=str(state.without),
            owner_role="manager",
            due=_("今天"),
            due_tone="soon",
            url=reverse("intake:imports"),
            act=_("去导入"),
            right="intake.view",
        )
        for state in facts.absent
    ]


def _checks(facts: Situation) -> list[Must]:
    """Give the first of what the checks found and is open, and one row for all the rest."""
    found = issues.to_do(per_check=MOST_OF_A_CHECK, most=MOST_ISSUES, but=_LIVE_CHECKS)
    rows = [_issue_row(one, facts) for one in found.shown]
    if found.rest:
        tones = {"late": _("红 %(n)d"), "soon": _("黄 %(n)d"), "us": _("要你看 %(n)d")}
        rows.append(
            Must(
                tone=next(iter(found.rest)),
                tag=_("检查不过"),
                title=_("还有 %(n)d 条异常") % {"n": sum(found.rest.values())},
                evidence=words.listed(tones[tone] % {"n": n} for tone, n in found.rest.items()),
                owner_role="manager",
                due=_("今天"),
                due_tone="",
                url=f"{reverse('checks:findings')}?scope=all",
                act=_("看全部"),
                right="checks.view",
            )
        )
    return rows


def _issue_row(one: Issue, facts: Situation) -> Must:
    days = (facts.today - one.opened_on).days
    return Must(
        tone=one.severity,
        tag=_("第 %(n)d 天") % {"n": days + 1} if days > 0 else _("检查不过"),
        title=words.stored(one.title, names=True),
        evidence=words.stored(one.evidence, names=True),
        owner_role=one.owner_role,
        due=minute_words(one.due_at, now=facts.now) if one.due_at else _("今天"),
        due_tone="soon",
        url=reverse("checks:finding", args=[one.pk]),
        act=_("去看"),
        right="checks.view",
        owner=one.assignee.name if one.assignee else "",
    )


def _breaks(facts: Situation) -> list[Must]:
    """Give a row for each figure of yesterday that lies where it hurts, the way to its diagnosis at hand."""
    hurting = [seen for code, seen in facts.seen.items() if code in WATCHED and seen.is_worse]
    if facts.view.code != YESTERDAY or not hurting:
        return []
    opened = Issue.objects.filter(code=break_checks.CODE, closed_at__isnull=True)
    there = {one.key: one for one in opened.select_related("assignee").order_by("pk")}
    return [_break_row(seen, there.get(seen.code), facts) for seen in hurting]


def _break_row(seen: Seen, issue: Issue | None, facts: Situation) -> Must:
    kpi = next((one for one in facts.kpis if one.code == seen.code), None)
    title = (
        _("%(figure)s %(value)s，低于%(weekday)s平常 %(band)s")
        if seen.side < 0
        else _("%(figure)s %(value)s，高于%(weekday)s平常 %(band)s")
    )
    tone, tag = _break_tone(issue, facts.today)
    return Must(
        tone=tone,
        tag=tag,
        title=title
        % {
            "figure": figure(seen.code).label,
            "value": value_words(seen.code, seen.known.value),
            "weekday": weekday_name(seen.day),
            "band": band_words(seen.code, seen.band),
        },
        evidence=words.phrases(
            _("比%(when)s %(change)s") % {"when": one["label"], "change": one["text"]}
            for one in (kpi.changes if kpi else [])
        )
        or _("平常 = 同样的星期几；点开看差在哪、谁做什么"),
        owner_role="manager",
        due=_("今天"),
        due_tone="",
        url=figure_url(seen.code, seen.day),
        act=_("看诊断"),
        right="analytics.view",
        owner=issue.assignee.name if issue and issue.assignee else "",
    )


def _break_tone(issue: Issue | None, today: date) -> tuple[str, str]:
    """Give how bad a break is, as its finding says it, in a colour and in words; amber before there is one."""
    days = (today - issue.opened_on).days if issue else 0
    words_ = _("变差 %(n)d 天") % {"n": days + 1} if days > 0 else _("变差")
    return issue.severity if issue else "soon", words_


def late_money(facts: LateMoney, *, now: datetime, may_see_orders: bool) -> dict[str, Any]:
    """Give what lateness costs, band by band, as the template takes it."""
    texts = {
        "late": _("已过平台时限 %(n)d 单"),
        "today": _("今天 24:00 前到时限 %(n)d 单"),
        "tomorrow": _("明天到时限 %(n)d 单"),
    }
    tones = {"late": "late", "today": "soon", "tomorrow": "wait"}
    steps = []
    for band in facts.bands:
        text = texts[band.code] % {"n": band.count}
        if band.earliest_at is not None and band.code == "today":
            text += _("，最早 %(at)s") % {"at": minute_words(band.earliest_at, now=now)}
        steps.append(
            {
                "tone": tones[band.code],
                "text": text,
                "amount": band.amount,
                "plus": band.code != "late",
            }
        )
    return {
        "now_amount": facts.now_amount,
        "next_amount": facts.midnight_amount,
        "next_label": _("今天 24:00 前不动"),
        "count": facts.past_shop_count,
        "steps": steps,
        "rule_text": _rule_text(facts),
        "url": _queue("past_due") if may_see_orders else "",
        "rules_url": reverse("orders:cutoff") if may_see_orders else "",
    }


def _rule_text(facts: LateMoney) -> str:
    names = {"late": _("延迟发货"), "stock_out": _("缺货")}
    return words.clauses(
        f"{names.get(rule.code, rule.code)} {rule.rate * 100:.0f}%" for rule in facts.rules
    )
