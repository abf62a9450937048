"""The daily check of gifts: nearly out, promised and over, counted wrong."""

from datetime import date, datetime

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from promotions.models import GiftRule
from promotions.queries import gift_board
from promotions.queries.gift_board import GiftRow, Promised
from shopops.checks.registry import CheckOutcome, Finding, outcome_of, register_check

CODE = "promotions.gifts_are_there"
OWNER = "promotion"


def register() -> None:
    """Add the check; called once by the wiring."""
    register_check(CODE, gettext_lazy("赠品够送，说好的还在送"), OWNER, gifts_are_there)


def gifts_are_there(day: date, now: datetime) -> CheckOutcome:
    """Fail while a running rule is nearly out, a running activity promises what is over, or a count is wrong."""
    running = gift_board.running_rows(now=now)
    found = [_nearly_out(row) for row in running if row.is_nearly_out]
    found += [_promised(one) for one in gift_board.promised_and_over(now=now)]
    found += [_miscounted(rule, given) for rule, given in gift_board.miscounted()]
    return outcome_of(found)


def _nearly_out(row: GiftRow) -> Finding:
    rule = row.rule
    figures = {
        "code": rule.gift_sku.code,
        "quota": "—" if row.quota_left is None else row.quota_left,
        "free": "—" if row.free_pieces is None else row.free_pieces,
        "lately": row.given_lately,
    }
    return Finding(
        title=_("赠品快送完了：%(name)s") % {"name": rule.name},
        evidence=_("%(code)s 名额还剩 %(quota)s 件，库存 %(free)s 件，最近 7 天送出 %(lately)s 件")
        % figures,
        severity="late" if row.left_pieces == 0 else "soon",
        owner_role=OWNER,
        due_at=rule.ends_at,
        key=f"short:{rule.pk}",
        url=_url(rule),
    )


def _promised(one: Promised) -> Finding:
    words = {
        "over": _("赠品规则已经过期"),
        "off": _("赠品规则停着"),
        "quota": _("赠品名额用完了"),
    }
    return Finding(
        title=_("活动还在说送赠品：%(name)s") % {"name": one.activity.name},
        evidence=_("「%(rule)s」%(why)s，活动页面要改，或者续上")
        % {
            "rule": one.rule.name,
            "why": words[one.why],
        },
        severity="late",
        owner_role=OWNER,
        due_at=one.activity.ends_at,
        key=f"promised:{one.activity.pk}:{one.rule.pk}",
        url=_url(one.rule),
    )


def _miscounted(rule: GiftRule, given: int) -> Finding:
    return Finding(
        title=_("赠品数对不上：%(name)s") % {"name": rule.name},
        evidence=_("规则记着送出 %(used)s 件，明细合计 %(given)s 件")
        % {"used": rule.used_pieces, "given": given},
        severity="late",
        owner_role=OWNER,
        key=f"count:{rule.pk}",
        url=_url(rule),
    )


def _url(rule: GiftRule) -> str:
    return reverse("promotions:gift", args=[rule.pk])
