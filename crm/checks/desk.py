"""The daily checks of the service desk: no bad review waits over 24 hours, no follow-up is overdue."""

from datetime import date, datetime

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.models import FollowTask, Review
from crm.queries.reviews import late_cases
from crm.review_choices import FollowState
from shopops.checks.models import CheckResult
from shopops.checks.registry import CheckOutcome, Finding, outcome_of, register_check
from shopops.lib.business_time import business_date

MOST_NAMED = 20


def reviews_are_answered(day: date, now: datetime) -> CheckOutcome:
    """Fail for each bad or neutral review not answered in 24 hours; unknown before any file came."""
    if not Review.objects.exists():
        return CheckOutcome(CheckResult.Status.UNKNOWN)
    return outcome_of(
        [
            Finding(
                # Without the buyer's words and name: issues are kept for long.
                title=_("%(rating)s超过 24 小时没答复：%(at)s 的评价")
                % {
                    "rating": case.review.get_rating_display(),
                    "at": business_date(case.review.rated_at),
                },
                evidence=_("谁处理：%(who)s")
                % {"who": case.owner.name if case.owner else _("没人领")},
                severity="late",
                owner_role="service",
                due_at=case.due_at,
                key=str(case.review_id),
                person=case.owner_id,
                url=reverse("crm:review", kwargs={"review_id": case.review_id}),
            )
            for case in late_cases(now=now)
        ],
        most=MOST_NAMED,
    )


def customers_are_followed_up(day: date, now: datetime) -> CheckOutcome:
    """Fail once for all follow-ups that were due before today."""
    overdue = FollowTask.objects.filter(state=FollowState.OPEN, due_on__lt=day).count()
    if not overdue:
        return outcome_of([])
    return outcome_of(
        [
            Finding(
                title=_("%(n)d 条到货跟进逾期") % {"n": overdue},
                evidence=_("预计到货后一天要问一句；领走的人做，没人领的分掉"),
                severity="soon",
                owner_role="service_lead",
                url=reverse("crm:tasks") + "?tab=late",
            )
        ]
    )


def register() -> None:
    """Make them known; called once, when the apps are ready."""
    register_check(
        "crm.reviews_answered",
        gettext_lazy("差评中评 24 小时内答复"),
        "service",
        reviews_are_answered,
    )
    register_check(
        "crm.follow_ups",
        gettext_lazy("到货跟进没有逾期"),
        "service_lead",
        customers_are_followed_up,
    )
