"""What a new database starts with: the cutoff of each weekday, the rule book, a calendar."""

from datetime import date, datetime, time, timedelta

from django.db import transaction
from django.utils.translation import gettext_noop

from orders.actions import calendar
from orders.actions.courier_start import ensure_courier_data
from orders.choices import HoldKind, KeywordPlace
from orders.models import (
    AuditRuleRow,
    CompensationLimit,
    CutoffRule,
    KeywordRow,
    RuleRow,
    TellTemplate,
)
from orders.rules import START_RULES, start_weekday_rules
from orders.rules.audit_parameters import START_KEYWORDS, start_parameters
from orders.rules.audit_parameters import START_RULES as START_AUDIT_RULES
from orders.rules.cases import START_LIMITS
from orders.rules.tell_words import START_WORDS
from shopops.lib.business_time import SHANGHAI
from shopops.work.models import BusinessDay

# Names of the words that a shop begins with; `shopops.lib.words.stored` shows them.
TEMPLATE_NAMES: dict[HoldKind, str] = {
    HoldKind.STOCK_SHORT: gettext_noop("缺货，请买家选"),
    HoldKind.LATE_SHIPPING: gettext_noop("发货要晚，请买家选"),
    HoldKind.REGION_NOT_SERVED: gettext_noop("快递不到，请买家换地址"),
    HoldKind.GIFT_OUT_OF_STOCK: gettext_noop("赠品缺货，请买家选"),
    HoldKind.ADDRESS_INCOMPLETE: gettext_noop("地址不全，请买家补"),
}
# Before any order that a shop still has.
SINCE = date(2000, 1, 1)


@transaction.atomic
def ensure_start_data() -> None:
    """Fill in what is missing and leave alone what is there. Safe to run at every start."""
    if not CutoffRule.objects.exists():
        CutoffRule.objects.bulk_create(
            CutoffRule(
                weekday=rule.weekday,
                cutoff=rule.cutoff,
                handover=rule.handover,
                valid_from=rule.valid_from,
            )
            for rule in start_weekday_rules(SINCE)
        )
    if not RuleRow.objects.exists():
        RuleRow.objects.bulk_create(
            RuleRow(
                code=row.code,
                platform=row.platform,
                valid_from=row.valid_from,
                valid_to=row.valid_to,
                parameters=dict(row.parameters),
                source_note=row.source_note,
            )
            for row in START_RULES
        )
    if not AuditRuleRow.objects.exists():
        AuditRuleRow.objects.bulk_create(
            AuditRuleRow(
                code=code,
                parameters=start_parameters(code),
                position=(place + 1) * 10,
                is_on=is_on,
                valid_from=SINCE,
                changed_at=datetime.combine(SINCE, time.min, SHANGHAI),
            )
            for place, (code, is_on) in enumerate(START_AUDIT_RULES)
        )
    if not KeywordRow.objects.exists():
        KeywordRow.objects.bulk_create(
            KeywordRow(
                words=list(words),
                unless=list(unless),
                place=KeywordPlace.MESSAGE,
                act=act,
                value=value,
                position=(place + 1) * 10,
                valid_from=SINCE,
                changed_at=datetime.combine(SINCE, time.min, SHANGHAI),
            )
            for place, (words, unless, act, value) in enumerate(START_KEYWORDS)
        )
    if not TellTemplate.objects.exists():
        TellTemplate.objects.bulk_create(
            TellTemplate(kind=kind, name=TEMPLATE_NAMES[kind], words=words)
            for kind, words in START_WORDS.items()
        )
    ensure_courier_data()
    if not CompensationLimit.objects.exists():
        CompensationLimit.objects.bulk_create(
            CompensationLimit(
                role=role,
                grade=grade,
                maximum_amount=amount,
                changed_at=datetime.combine(SINCE, time.min, SHANGHAI),
            )
            for role, grade, amount in START_LIMITS
        )
    last = BusinessDay.objects.order_by("-date").values_list("date", flat=True).first()
    if last is not None:
        end = last - timedelta(days=62)
        calendar.ensure_shipping_days(first=end - timedelta(days=3 * 366), last=end)
