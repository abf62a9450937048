"""The daily checks of the service desk."""

from datetime import date, datetime, timedelta

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.models import ServiceTarget
from crm.queries import agents, bonus, handing, training
from crm.queries.agents import Span
from crm.rules import agents as rules
from crm.service_choices import Measure
from crm.wording.service import measure_value
from shopops.checks.models import CheckResult
from shopops.checks.registry import CheckOutcome, Finding, outcome_of, register_check
from shopops.lib.words import listed

MOST_NAMED = 20
LEAD = "service_lead"
# An agent without figures for longer than this no longer works, or works elsewhere.
SILENT_DAYS = 14
# A complaint is answered within 72 hours; so is an agent's.
APPEAL_HOURS = 72


def figures_are_there(day: date, now: datetime) -> CheckOutcome:
    """Fail if yesterday's figures of an agent who had some lately are missing, or a name is nobody's."""
    yesterday = day - timedelta(days=1)
    recent = agents.days_of(Span(yesterday - timedelta(days=SILENT_DAYS), yesterday))
    unmapped = list(agents.unmapped()[:MOST_NAMED])
    if not recent and not unmapped:
        return CheckOutcome(CheckResult.Status.UNKNOWN)
    lacking = [key for key, days in recent.items() if days[-1].date != yesterday]
    people = agents.people(lacking)
    findings = []
    if lacking:
        findings.append(
            Finding(
                title=_("%(count)s 个客服缺 %(day)s 的数据")
                % {"count": len(lacking), "day": yesterday},
                evidence=listed(people[key].name for key in sorted(lacking)),
                severity="soon",
                owner_role=LEAD,
                key="lacking",
                url=reverse("crm:agents"),
            )
        )
    if unmapped:
        findings.append(
            Finding(
                title=_("%(count)s 个客服名字还不知道是谁") % {"count": len(unmapped)},
                evidence=listed(one.name for one in unmapped),
                severity="us",
                owner_role=LEAD,
                key="unmapped",
                url=reverse("crm:service_settings"),
            )
        )
    return outcome_of(findings)


def targets_are_met(day: date, now: datetime) -> CheckOutcome:
    """Fail for each agent who missed a target so many days in a row, up to the last known day."""
    until = day - timedelta(days=1)
    targets = agents.target_rows()
    patience = {
        row.measure: row.missed_days for row in ServiceTarget.objects.order_by("valid_from", "pk")
    }
    days = agents.days_of(Span(until - timedelta(days=60), until))
    if not targets or not days:
        return CheckOutcome(CheckResult.Status.UNKNOWN)
    people = agents.people(days)
    findings = []
    for agent_id, known in days.items():
        last = known[-1].date
        for code, dated in targets.items():
            missed = rules.missed_in_a_row(code, known, dated, until=last)
            if missed >= patience[code]:
                value = rules.total(one for one in known if one.date == last).measure(code)
                findings.append(
                    Finding(
                        title=_("%(name)s 连续 %(days)s 天「%(measure)s」没达标")
                        % {
                            "name": people[agent_id].name,
                            "days": missed,
                            "measure": Measure(code).label,
                        },
                        evidence=_("%(day)s 是 %(value)s，目标 %(target)s")
                        % {
                            "day": last,
                            "value": measure_value(code, value),
                            "target": measure_value(code, rules.target_on(dated, last)),
                        },
                        severity="soon",
                        owner_role=LEAD,
                        key=f"{agent_id}:{code}",
                        url=reverse("crm:agent", kwargs={"agent_id": agent_id}),
                    )
                )
    return outcome_of(findings, most=MOST_NAMED)


def appeals_are_answered(day: date, now: datetime) -> CheckOutcome:
    """Fail for each appeal against a bonus line that waits."""
    findings = []
    for line in bonus.open_appeals():
        assert line.appealed_at is not None  # noqa: S101
        due = line.appealed_at + timedelta(hours=APPEAL_HOURS)
        findings.append(
            Finding(
                title=_("%(name)s 对奖金表「%(line)s」的申诉还没回复")
                % {"name": line.sheet.agent.name, "line": line.get_kind_display()},
                evidence=line.appeal_words[:120],
                severity="late" if due < now else "soon",
                owner_role=LEAD,
                due_at=due,
                key=str(line.pk),
                url=reverse("crm:bonus_sheet", kwargs={"sheet_id": line.sheet_id}),
            )
        )
    return outcome_of(findings, most=MOST_NAMED)


def customers_are_kept(day: date, now: datetime) -> CheckOutcome:
    """Fail for customers of somebody who no longer works at the desk."""
    findings = [
        Finding(
            title=_("%(name)s 不在岗，还有 %(count)s 个老客没有交接")
            % {"name": one.agent.name, "count": one.customers},
            evidence=_("交给别的客服，老客才有人照看"),
            severity="us",
            owner_role=LEAD,
            key=str(one.agent.pk),
            url=f"{reverse('crm:agent_customers')}?of={one.agent.pk}",
        )
        for one in handing.keepers()
        if not one.is_here and one.customers
    ]
    return outcome_of(findings, most=MOST_NAMED)


def exams_are_taken(day: date, now: datetime) -> CheckOutcome:
    """Fail for each sheet that somebody is still to take, or to take again."""
    sheets = list(training.exams())
    due: dict[int, list[str]] = {}
    for one in training.standings(sheets, list(agents.agents())):
        if one.is_due(day):
            due.setdefault(one.exam.pk, []).append(one.person.name)
    return outcome_of(
        [
            Finding(
                title=_("卷子「%(title)s」还有 %(count)s 个人要考")
                % {"title": exam.title, "count": len(due[exam.pk])},
                evidence=listed(due[exam.pk]),
                severity="us",
                owner_role=LEAD,
                key=str(exam.pk),
                url=reverse("crm:training"),
            )
            for exam in sheets
            if exam.pk in due
        ],
        most=MOST_NAMED,
    )


def register() -> None:
    """Register them; called once by `crm.wiring`."""
    rows = (
        ("service_figures", gettext_lazy("客服昨天的数据齐了"), figures_are_there),
        ("service_targets", gettext_lazy("客服指标达标"), targets_are_met),
        ("bonus_appeals", gettext_lazy("奖金申诉都回复了"), appeals_are_answered),
        ("kept_customers", gettext_lazy("离开的客服交接了老客"), customers_are_kept),
        ("exams", gettext_lazy("客服培训都考过了"), exams_are_taken),
    )
    for code, name, run in rows:
        register_check(f"crm.{code}", name, LEAD, run)
