"""What a new database starts with: the cutoff of each weekday, the rule book, a calendar."""

from datetime import date, datetime, time, timedelta

from django.db import transaction

from orders.actions import calendar
from orders.choices import HoldKind, KeywordPlace
from orders.models import AuditRuleRow, CutoffRule, KeywordRow, RuleRow, TellTemplate
from orders.rules import START_RULES, start_weekday_rules
from orders.rules.audit_parameters import START_KEYWORDS, start_parameters
from orders.rules.audit_parameters import START_RULES as START_AUDIT_RULES
from shopops.lib.business_time import SHANGHAI
from shopops.work.models import BusinessDay

# What is said to buyers, as a shop begins: for each kind that must be told, and where an address lacks.
START_TEMPLATES: tuple[tuple[HoldKind, str, str], ...] = (
    (
        HoldKind.STOCK_SHORT,
        "缺货，请买家选",
        "亲，您的订单 {tid} 里「{item}」刚盘点到缺货，非常抱歉。补到货会在{ship_time}前发出；"
        "也可以换一款，或者给您退款。您看怎么方便？",
    ),
    (
        HoldKind.LATE_SHIPPING,
        "发货要晚，请买家选",
        "亲，您的订单 {tid} 没能按时出库，非常抱歉。我们会在{ship_time}前发出，"
        "不想等也可以给您退款，您看可以吗？",
    ),
    (
        HoldKind.REGION_NOT_SERVED,
        "快递不到，请买家换地址",
        "亲，您的订单 {tid} 的收货地址我们合作的快递暂时送不到。"
        "您方便换一个收货地址吗？不方便的话给您退款。",
    ),
    (
        HoldKind.GIFT_OUT_OF_STOCK,
        "赠品缺货，请买家选",
        "亲，您的订单 {tid} 的赠品暂时没有了，非常抱歉。主商品可以先发，赠品到了再补给您；"
        "或者等齐了一起发，{ship_time}前发出。您看哪种好？",
    ),
    (
        HoldKind.ADDRESS_INCOMPLETE,
        "地址不全，请买家补",
        "亲，您的订单 {tid} 的收货信息不完整，快递送不到。麻烦您在订单里补全收货人、电话和详细地址，谢谢！",
    ),
)
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
            TellTemplate(kind=kind, name=name, words=words) for kind, name, words in START_TEMPLATES
        )
    last = BusinessDay.objects.order_by("-date").values_list("date", flat=True).first()
    if last is not None:
        end = last - timedelta(days=62)
        calendar.ensure_shipping_days(first=end - timedelta(days=3 * 366), last=end)
