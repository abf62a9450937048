"""The daily checks of what was promised: targets of the month on their pace, plans of scores on time."""

from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from analytics.figures import NEEDS_COST, figure
from analytics.models import PlanLever, ScorePlan
from analytics.queries import dsr
from analytics.queries.target_pace import Going, goings
from analytics.score_choices import Score
from analytics.wording.dsr import LEVERS, score_text
from analytics.wording.stats import value_words
from products.choices import GoodsRuleCode
from products.queries.goods_rules import parameters
from shopops.checks.registry import CheckOutcome, Finding, outcome_of, passed, register_check
from shopops.checks.registry import unknown as cannot_tell
from shopops.lib.templatetags.shop import rate
from shopops.lib.words import clauses

PACE, PLANS = "analytics.targets_on_pace", "analytics.score_plan_on_time"
# Of fewer days than this share nobody can say where the month ends.
KNOWN_SHARE = Decimal("0.5")
# A plan that is so long past is red.
FORGOTTEN = timedelta(days=7)
_ROLES = {Score.GOODS: "editor", Score.SERVICE: "service_lead", Score.DELIVERY: "warehouse_lead"}


def targets_on_pace(day: date, now: datetime) -> CheckOutcome:
    """Fail for each target that the month of `day` misses by the rule's share if it goes on like this.

    As of the end of the day before, by the shop's own weekly curve, from the rule's day of the month on.
    Targets of rates have no pace. Unknown where of no target half of the past days are known; of a single
    one that is unknown nothing opens and nothing closes.
    """
    rule = parameters(GoodsRuleCode.TARGET, day=day)
    if day.day < int(rule["first_day"]):
        return passed()
    going = [one for one in goings(day, until=day - timedelta(days=1)) if one.pace is not None]
    untold = [one for one in going if not _is_told(one)]
    if untold and len(untold) == len(going):
        return cannot_tell()
    least = 1 - Decimal(str(rule["behind_rate"]))
    behind = [one for one in going if one not in untold and _share(one) < least]
    return outcome_of([_behind(one) for one in behind], lasting=map(_key, untold))


def _is_told(one: Going) -> bool:
    has_outlook = one.pace is not None and one.pace.outlook is not None
    return has_outlook and one.known_days >= one.past_days * KNOWN_SHARE


def _share(one: Going) -> Decimal:
    """Give which part of its target the month reaches if it goes on like this."""
    outlook = one.pace.outlook if one.pace else None
    share = (outlook or Decimal(0)) / (one.target.value or Decimal(1))
    # The days of a plan are rounded to the fen: at the share of the rule it is on pace.
    return share.quantize(Decimal("0.0001"))


def _key(one: Going) -> str:
    return f"{one.target.month:%Y-%m}:{one.target.figure}"


def _behind(one: Going) -> Finding:
    spec, month = figure(one.target.figure), f"{one.target.month:%Y-%m}"
    title = _("%(month)s 的目标「%(figure)s」落后") % {"month": month, "figure": spec.label}
    # Whoever reads findings need not be one who may see costs.
    words = [_("看目标页")]
    if spec.code not in NEEDS_COST and one.pace is not None:
        words = [
            _("照这样月底 %(outlook)s，目标 %(target)s，到 %(share)s")
            % {
                "outlook": value_words(_whole(one.pace.outlook), spec.unit),
                "target": value_words(one.target.value, spec.unit),
                "share": rate(_share(one), 1),
            },
            _("还剩 %(n)d 天，平均每天要 %(a_day)s")
            % {
                "n": one.pace.days_left,
                "a_day": value_words(_whole(one.pace.rest_a_day), spec.unit),
            },
        ]
        if one.pace.unknown_days:
            words.append(_("有 %(n)d 天还不知道，没算进去") % {"n": one.pace.unknown_days})
    return Finding(
        title=title,
        evidence=clauses(words),
        severity="soon",
        owner_role="manager",
        key=_key(one),
        url=f"{reverse('analytics:targets')}?{urlencode({'month': month})}",
    )


def _whole(value: Decimal | None) -> Decimal | None:
    """Round what is only expected to whole yuan or pieces."""
    return None if value is None else value.quantize(Decimal(1), ROUND_HALF_UP)


def score_plan_on_time(day: date, now: datetime) -> CheckOutcome:
    """Fail for each lever of a plan that is past its day and not done, and each goal missed on its day."""
    plans = dsr.plans().values()
    levers = [_lever(plan, one, day) for plan in plans for one in _late_levers(plan, day)]
    missed = [_missed(plan, day) for plan in plans if plan.due_on < day]
    return outcome_of([*levers, *(one for one in missed if one is not None)])


def _late_levers(plan: ScorePlan, day: date) -> list[PlanLever]:
    rows = [
        one
        for one in plan.levers.all()
        if one.done_at is None and one.due_on is not None and one.due_on < day
    ]
    return sorted(rows, key=lambda one: one.pk)


def _plan_url(plan: ScorePlan) -> str:
    return f"{reverse('analytics:dsr')}?{urlencode({'score': plan.score})}#h-plan"


def _lever(plan: ScorePlan, lever: PlanLever, day: date) -> Finding:
    assert lever.due_on is not None  # noqa: S101
    late = day - lever.due_on
    return Finding(
        title=_("「%(score)s」的计划过期没做：%(lever)s")
        % {"score": Score(plan.score).label, "lever": LEVERS[lever.lever]},
        evidence=clauses(
            [
                lever.text,
                _("说好 %(day)s 做完，过了 %(n)d 天")
                % {"day": lever.due_on.isoformat(), "n": late.days},
            ]
        ),
        severity="late" if late >= FORGOTTEN else "soon",
        owner_role=_ROLES[Score(lever.lever)],
        key=f"{plan.score}:{lever.lever}",
        person=lever.owner_id or plan.owner_id,
        url=_plan_url(plan),
    )


def _missed(plan: ScorePlan, day: date) -> Finding | None:
    """Give the finding of a plan whose day has passed; None where its goal was met then, or is now."""
    then, now = (_score(plan.score, on) for on in (plan.due_on, day))
    if any(value is not None and value >= plan.target for value in (then, now)):
        return None
    words = [
        _("说好 %(day)s 前到 %(target)s")
        % {"day": plan.due_on.isoformat(), "target": score_text(plan.target)},
        _("现在是 %(n)s 分") % {"n": score_text(now)}
        if now is not None
        else _("不知道现在多少分：没有评分文件，也没有人记"),
        _("改目标和日子，或者写上接着做什么"),
    ]
    return Finding(
        title=_("「%(score)s」的计划到期，没到目标") % {"score": Score(plan.score).label},
        evidence=clauses(words),
        severity="late" if day - plan.due_on >= FORGOTTEN else "soon",
        owner_role=_ROLES[Score(plan.score)],
        key=plan.score,
        person=plan.owner_id,
        url=_plan_url(plan),
    )


def _score(score: str, day: date) -> Decimal | None:
    """Give a score as of a day, to the two decimals that a plan names."""
    value = dsr.scores(today=day, back=dsr.SHOWN_BACK).now[score].value
    return None if value is None else value.quantize(Decimal("0.01"), ROUND_HALF_UP)


def register() -> None:
    """Register them; called once by `analytics.wiring`."""
    register_check(PACE, gettext_lazy("月目标没有落后"), "manager", targets_on_pace)
    register_check(PLANS, gettext_lazy("评分的计划没有过期"), "service_lead", score_plan_on_time)
