"""Tiers, points, occasions and draws in words."""

from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.rules.tiers import Level, Plan
from crm.tier_choices import OccasionKind, PointKind, TierFall, TierReason
from shopops.lib.money import from_fen
from shopops.lib.words import listed
from shopops.staff.operations import name_operations, name_parts


def discount(rate: Decimal) -> str:
    """Say a discount as the trade does: 0.98 is 98 折, 0.9 is 9 折."""
    if rate == 1:
        return _("不打折")
    tenths = rate * 100
    text = f"{tenths / 10:f}" if tenths % 10 == 0 else f"{tenths:f}"
    return _("%(n)s 折") % {"n": text.split(".")[0]}


def conditions(level: Level, window_days: int) -> str:
    """Say what lifts into a tier."""
    parts = []
    if level.one_order_fen:
        parts.append(_("一单满 %(n)s 元") % {"n": plain(level.one_order_fen)})
    if level.window_fen:
        parts.append(
            _("%(d)s 天累计满 %(n)s 元") % {"d": window_days, "n": plain(level.window_fen)}
        )
    if level.window_orders:
        parts.append(_("%(d)s 天买满 %(n)s 单") % {"d": window_days, "n": level.window_orders})
    return _(" 或 ").join(parts)


def keeping(level: Level, keep_days: int) -> str:
    """Say what keeps a tier."""
    parts = []
    if level.keep_fen:
        parts.append(_("满 %(n)s 元") % {"n": plain(level.keep_fen)})
    if level.keep_orders:
        parts.append(_("满 %(n)s 单") % {"n": level.keep_orders})
    if not parts:
        return _("%(d)s 天里再达到门槛") % {"d": keep_days}
    return _("%(d)s 天里%(what)s") % {"d": keep_days, "what": _(" 或 ").join(parts)}


def plain(fen: int) -> str:
    """Give yuan without needless zeros."""
    return f"{from_fen(fen).normalize():f}"


def fault(code: str, level: int, plan: Plan) -> str:
    """Say why a plan cannot be so."""
    one = plan.find(level)
    name = {"name": one.name if one else ""}
    words = {
        "none": _("至少写一个等级。"),
        "no_condition": _("「%(name)s」没有门槛：写一单、累计金额或次数。"),
        "easier": _("「%(name)s」的门槛比下一级还低。"),
        "less": _("「%(name)s」的折扣比下一级还少。"),
    }
    return words[code] % name


def warning(code: str, level: int, plan: Plan) -> str:
    """Say that nobody or everybody meets a tier."""
    one = plan.find(level)
    name = {"name": one.name if one else str(level), "d": plan.window_days}
    words = {
        "nobody": _("没有一个客户够得上「%(name)s」。"),
        "everybody": _("%(d)s 天里买过的客户全都够得上「%(name)s」，等于全店打折。"),
    }
    return words[code] % name


def plan_json(plan: Plan) -> dict[str, Any]:
    """Give a plan as the operation log keeps it."""
    return {
        "window_days": plan.window_days,
        "keep_days": plan.keep_days,
        "fall": plan.fall,
        "tiers": listed(
            f"{one.name} {conditions(one, plan.window_days)} {one.rate}" for one in plan.levels
        ),
    }


def name_all() -> None:
    """Give the log its words; called once, when the apps are ready."""
    name_operations(
        {
            "crm.tiers.plan_saved": gettext_lazy("改会员等级"),
            "crm.points.rule_saved": gettext_lazy("改积分规则"),
            "crm.points.adjusted": gettext_lazy("手工调整积分"),
            "crm.points.spent": gettext_lazy("使用积分"),
            "crm.occasion.added": gettext_lazy("加了客户节点"),
            "crm.occasion.changed": gettext_lazy("改了客户节点"),
            "crm.draw.made": gettext_lazy("发起客户活动"),
            "crm.draw.entered": gettext_lazy("登记参加客户活动"),
            "crm.draw.struck": gettext_lazy("划掉客户活动的参加者"),
            "crm.draw.drawn": gettext_lazy("抽出客户活动的中奖者"),
        }
    )
    name_parts(
        "object",
        {
            "tier_plan": gettext_lazy("会员等级"),
            "points": gettext_lazy("积分"),
            "point_rule": gettext_lazy("积分规则"),
            "occasion": gettext_lazy("客户节点"),
            "draw": gettext_lazy("客户活动"),
        },
    )
    name_parts(
        "field",
        {
            "window_days": gettext_lazy("看多少天"),
            "keep_days": gettext_lazy("保级天数"),
            "fall": gettext_lazy("到期怎么降"),
            "tiers": gettext_lazy("等级"),
            "points": gettext_lazy("积分"),
            "balance": gettext_lazy("余额"),
            "points_per_yuan": gettext_lazy("每元几分"),
            "expire_days": gettext_lazy("几天后到期"),
            "winners": gettext_lazy("中奖人数"),
            "number": gettext_lazy("号"),
            "numbers": gettext_lazy("中奖的号"),
            "entries": gettext_lazy("参加的人"),
            "seed_hash": gettext_lazy("种子的指纹"),
            "what": gettext_lazy("说什么、给什么"),
            "days_before": gettext_lazy("提前几天"),
            "from_level": gettext_lazy("从第几级起"),
        },
    )
    name_parts("fall", {one.value: one.label for one in TierFall})
    name_parts("why", {one.value: one.label for one in TierReason})
    name_parts("kind", {one.value: one.label for one in (*OccasionKind, *PointKind)})
