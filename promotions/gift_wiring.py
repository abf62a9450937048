"""What gifts and the price intercept add to the floors below."""

from collections.abc import Collection
from datetime import timedelta

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from orders import registry
from orders.choices import AuditRuleCode
from promotions.actions import gift_settling, gift_trial, gifts, low_price
from promotions.checks import gifts as checks
from promotions.demo import gifts as demo
from promotions.models import GiftRule
from shopops.staff.operations import name_operations, name_parts
from shopops.work.registry import KindSpec, register_kind
from shopops.work.schedule import register_tick

NAMES = {
    gifts.MISSED_NAME: _("赠品没送上"),
    "promotions.gift.rule_added": _("加了赠品规则"),
    "promotions.gift.rule_changed": _("改了赠品规则"),
    "promotions.gift.rule_on": _("打开赠品规则"),
    "promotions.gift.rule_off": _("停了赠品规则"),
    gift_settling.RETURNED_NAME: _("退回赠品名额"),
    gift_settling.GIVEN_AGAIN_NAME: _("重新占用赠品名额"),
}


def register() -> None:
    """Make all of it known; called once, when the apps are ready."""
    registry.audit_by(gifts.judge_gifts)
    registry.after_approval(gifts.give_gifts)
    registry.audit_rule_by(AuditRuleCode.LOW_PRICE, low_price.judge_prices)
    registry.after_import(gift_settling.settle_after_import)
    registry.after_cancel(gift_settling.settle_after_cancel)
    registry.name_gift_sources_by(source_names)
    registry.fill_demo_with(demo.fill)
    for spec in (
        KindSpec(
            gift_settling.KIND,
            _("赠品名额跟上订单"),
            "quick",
            gift_settling.perform_settle,
            "promotions.view",
        ),
        KindSpec(
            gift_trial.KIND, _("试算赠品规则"), "quick", gift_trial.perform_trial, "promotions.edit"
        ),
    ):
        register_kind(spec)
    register_tick("gifts", every=timedelta(minutes=10), run=gift_settling.request_settle)
    checks.register()
    name_operations(NAMES)
    name_parts("object", {"gift_rule": _("赠品规则")})


def source_names(sources: Collection[str]) -> dict[str, tuple[str, str]]:
    """Give name and page of the rules that gave gifts; one query, none where no rule did."""
    ids = [text[10:] for text in sources if text.startswith("promotion:") and text[10:].isdecimal()]
    rows = GiftRule.objects.filter(pk__in=[int(one) for one in ids]) if ids else ()
    return {rule.source: (rule.name, reverse("promotions:gift", args=[rule.pk])) for rule in rows}
