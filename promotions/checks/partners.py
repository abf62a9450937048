"""The daily checks of partners, tools, tests and material."""

from datetime import date, datetime, timedelta

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from promotions.choices import Breach, TrialState
from promotions.models import Material
from promotions.queries import partners as queries
from promotions.queries.material import objections
from promotions.queries.trials import TrialRead, read_trials, trials
from promotions.wording.partners import objection_words
from shopops.checks.registry import CheckOutcome, Finding, outcome_of, register_check
from shopops.lib.templatetags.shop import money
from shopops.lib.words import clauses, listed

MOST_NAMED = 20
# A test without a figure for so long is forgotten.
SILENT_DAYS = 3


def partners_are_followed(day: date, now: datetime) -> CheckOutcome:
    """Fail for each distributor and partner who was to be asked by today."""
    findings = [
        Finding(
            title=_("今天要跟进分销商「%(name)s」") % {"name": row.name},
            evidence=_("约好 %(day)s，现在「%(state)s」")
            % {"day": row.follow_up_on, "state": row.get_state_display()},
            severity="late" if row.follow_up_on and row.follow_up_on < day else "us",
            owner_role="promotion",
            key=f"distributor:{row.pk}",
            url=reverse("promotions:distributor", kwargs={"distributor_id": row.pk}),
        )
        for row in queries.due_distributors(day=day)
    ]
    findings += [
        Finding(
            title=_("今天要跟进伙伴「%(name)s」") % {"name": row.name},
            evidence=_("约好 %(day)s") % {"day": row.follow_up_on},
            severity="late" if row.follow_up_on and row.follow_up_on < day else "us",
            owner_role="promotion",
            key=f"partner:{row.pk}",
            url=reverse("promotions:partner", kwargs={"partner_id": row.pk}),
        )
        for row in queries.due_partners(day=day)
    ]
    forgotten = queries.forgotten_distributors()
    if forgotten:
        findings.append(
            Finding(
                title=_("%(count)s 个分销商没有下次跟进的日子") % {"count": len(forgotten)},
                evidence=listed(row.name for row in forgotten),
                severity="us",
                owner_role="promotion",
                key="forgotten",
                url=reverse("promotions:distributors"),
            )
        )
    return outcome_of(findings, most=MOST_NAMED)


def agreed_prices_are_kept(day: date, now: datetime) -> CheckOutcome:
    """Fail for breaches nobody spoke about, and for distributors with a second one."""
    ending = queries.to_end()
    findings = [
        Finding(
            title=_("「%(name)s」再次破价，建议终止合作") % {"name": row.name},
            evidence=_("警告过以后又低于约定价在卖；结束合作或者写下为什么再给一次机会"),
            severity="late",
            owner_role="manager",
            key=f"end:{row.pk}",
            url=reverse("promotions:distributor", kwargs={"distributor_id": row.pk}),
        )
        for row in ending
    ]
    told = {row.pk for row in ending}
    findings += [
        Finding(
            title=_("「%(name)s」破价，还没有警告") % {"name": one.distributor.name},
            evidence=_("%(place)s 看到 %(code)s 卖 %(seen)s，约定 %(agreed)s")
            % {
                "place": one.place,
                "code": one.sku.code,
                "seen": money(one.amount),
                "agreed": money(one.agreed_amount),
            },
            severity="soon",
            owner_role="promotion",
            key=f"breach:{one.pk}",
            url=reverse("promotions:distributor", kwargs={"distributor_id": one.distributor_id}),
        )
        for one in queries.unsaid_breaches(limit=500)
        if one.distributor_id not in told and one.breach == Breach.WARNING
    ]
    return outcome_of(findings, most=MOST_NAMED)


def tools_are_decided(day: date, now: datetime) -> CheckOutcome:
    """Fail for each tool whose renewal is near or past, and for tools that nobody uses."""
    findings = []
    for one in queries.subscriptions(today=day).rows:
        if not one.nearness:
            continue
        if one.nearness != "far":
            findings.append(_renewal(one, day))
        elif one.is_unused:
            findings.append(
                Finding(
                    title=_("工具「%(name)s」没有人用") % {"name": one.row.name},
                    evidence=_("每月 %(cost)s；写上谁在用，或者停掉")
                    % {"cost": money(one.monthly)},
                    severity="us",
                    owner_role="manager",
                    key=str(one.row.pk),
                    url=_tool(one.row.pk),
                )
            )
    return outcome_of(findings, most=MOST_NAMED)


def _tool(pk: int) -> str:
    return reverse("promotions:subscription", kwargs={"subscription_id": pk})


def _renewal(one: queries.SubscriptionRow, day: date) -> Finding:
    row = one.row
    parts = [
        _("%(day)s 续费，%(cost)s") % {"day": row.renews_on, "cost": money(row.cost_amount)},
        _("自动扣款") if row.is_automatic else _("要手工续"),
    ]
    if one.is_unused:
        parts.append(_("没有人用，先想要不要停"))
    heading = (
        _("工具「%(name)s」过了续费日") if one.nearness == "past" else _("工具「%(name)s」快续费")
    )
    return Finding(
        title=heading % {"name": row.name},
        evidence=clauses(parts),
        severity="late" if one.nearness == "past" else "soon",
        owner_role="manager" if one.is_unused else "promotion",
        key=str(row.pk),
        url=_tool(row.pk),
    )


def trials_are_read(day: date, now: datetime) -> CheckOutcome:
    """Fail for tests that can be decided, whose visitors are split askew, or that got no figures."""
    running = read_trials(list(trials(state=TrialState.RUNNING)))
    findings = [found for one in running if (found := _test_finding(one, day))]
    return outcome_of(findings, most=MOST_NAMED)


def _test_finding(one: TrialRead, day: date) -> Finding | None:
    name = {"name": one.trial.name}
    last = max((row.date for row in one.days), default=one.trial.starts_on)
    if one.reading.status == "skewed":
        title = _("测试「%(name)s」分流不对") % name
        evidence = _("各方案的人数和定好的比例差得太多，不会是碰巧；先查分流，数不能用")
    elif one.reading.status == "read":
        title = _("测试「%(name)s」可以下结论了") % name
        evidence = _("到了定好的人数和天数；再等也不改变结果")
    elif day - last > timedelta(days=SILENT_DAYS):
        title = _("测试「%(name)s」好几天没有数") % name
        evidence = _("最后一天是 %(day)s") % {"day": last}
    else:
        return None
    return Finding(
        title=title,
        evidence=evidence,
        severity="soon" if one.reading.status == "skewed" else "us",
        owner_role="promotion",
        key=str(one.trial.pk),
        url=reverse("promotions:test", kwargs={"trial_id": one.trial.pk}),
    )


def material_may_be_shown(day: date, now: datetime) -> CheckOutcome:
    """Fail for material that is used although a word in it may not stand (the list may have grown)."""
    rows = list(Material.objects.filter(is_on=True, uses__isnull=False).distinct().order_by("pk"))
    found = objections(rows, day=day)
    return outcome_of(
        [
            Finding(
                title=_("在用的素材「%(name)s」有不能用的词") % {"name": row.title},
                evidence=clauses(objection_words(one) for one in found[row.pk][:3]),
                severity="late",
                owner_role="promotion",
                key=str(row.pk),
                url=reverse("promotions:material_one", kwargs={"material_id": row.pk}),
            )
            for row in rows
            if found[row.pk]
        ],
        most=MOST_NAMED,
    )


def register() -> None:
    """Register them; called once by `promotions.wiring`."""
    rows = (
        ("partners_are_followed", gettext_lazy("分销和伙伴都跟进了"), partners_are_followed),
        ("agreed_prices_are_kept", gettext_lazy("分销没有破价"), agreed_prices_are_kept),
        ("tools_are_decided", gettext_lazy("工具续费都有人管"), tools_are_decided),
        ("trials_are_read", gettext_lazy("测试都有人看"), trials_are_read),
        ("material_may_be_shown", gettext_lazy("在用的素材没有违规词"), material_may_be_shown),
    )
    for code, name, run in rows:
        register_check(f"promotions.{code}", name, "promotion", run)
