"""Sentences that people read, made from codes and figures; the msgid is the Chinese text."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from orders.choices import LEFT_STAGES, Stage
from orders.rules import DayWhy, DueCode, DueReason, PromiseBy
from shopops.lib.business_time import SHANGHAI, business_date

# Notes of the rule book that the shop begins with; `shopops.lib.words.stored` shows them.
RULE_NOTES = (
    gettext_noop("来自卖家培训资料和转发的公告，不是规则原文，用前请核对"),
    gettext_noop("付款后 48 小时内有揽收记录，起始日未记"),
    gettext_noop("2021 年双 11 预热"),
    gettext_noop("2021 年双 11"),
    gettext_noop("2021 年双 11 返场"),
    gettext_noop("起始日未记"),
    gettext_noop("与 2015-10-29 起 5% 的记载重叠，按重的算"),
    gettext_noop("失效日未记"),
    gettext_noop("承诺 48 小时以内 5%，超过 48 小时 10%"),
    gettext_noop("轨迹违规后 5 天仍未收到货"),
    gettext_noop("一单合计不超过实付 35%"),
    gettext_noop("一个买家一个付款日 500 元"),
)


def day_words(day: date, *, now: datetime) -> str:
    """Give a date as people say it: 昨天, 今天, 明天, else 3月10日, with another year named."""
    today = business_date(now)
    near = {-1: _("昨天"), 0: _("今天"), 1: _("明天")}
    if (word := near.get((day - today).days)) is not None:
        return word
    figures = {"year": day.year, "month": day.month, "day": day.day}
    if day.year == today.year:
        return _("%(month)d月%(day)d日") % figures
    return _("%(year)d年%(month)d月%(day)d日") % figures


def time_words(instant: datetime, *, now: datetime) -> str:
    """Give an instant as 今天 19:00, in shop time; seconds only where they are not 0."""
    local = instant.astimezone(SHANGHAI)
    clock = local.strftime("%H:%M:%S" if local.second else "%H:%M")
    return _("%(day)s %(clock)s") % {"day": day_words(local.date(), now=now), "clock": clock}


def minute_words(instant: datetime, *, now: datetime) -> str:
    """Give an instant as 今天 19:00, to the minute, for a list or a summary."""
    return time_words(instant.replace(second=0, microsecond=0), now=now)


def clock_words(instant: datetime, *, now: datetime) -> str:
    """Give an instant as 今天 19:00, to the minute: for lists, where nobody reads seconds."""
    return time_words(instant.replace(second=0, microsecond=0), now=now)


def due_sentence(
    reason: DueReason,
    *,
    paid_at: datetime | None,
    shop_due_at: datetime | None,
    platform_due_at: datetime | None,
    now: datetime,
) -> str:
    """Say in one sentence when an order must leave and why.

    The stored reason and the stored times of an order are enough. Names both clocks; the order's
    own due time is the earlier.
    """
    if reason.code == DueCode.UNPAID or paid_at is None:
        return _("还没付款，付款后才起算发货时限")
    if reason.code == DueCode.NOT_SHIPPABLE:
        return _("订单已关闭或平台禁止发货，没有发货时限")
    if shop_due_at is None:
        return _platform_words(reason, platform_due_at, now=now)
    shop = _shop_words(reason, paid_at, shop_due_at, now=now)
    if platform_due_at is None:
        return shop
    platform = _platform_words(reason, platform_due_at, now=now)
    return _("%(shop)s；%(platform)s") % {"shop": shop, "platform": platform}


def _shop_words(
    reason: DueReason, paid_at: datetime, shop_due_at: datetime, *, now: datetime
) -> str:
    figures: dict[str, Any] = {
        "paid": _paid_words(paid_at, now=now),
        "day": day_words(business_date(paid_at), now=now),
        "cutoff": reason.day,
        "why": _closed_words(reason.day),
        "due": time_words(shop_due_at, now=now),
    }
    if reason.code == DueCode.BEFORE_CUTOFF:
        return _("%(paid)s 付款，早于%(day)s %(cutoff)s 截单：%(due)s 前交接") % figures
    if reason.code == DueCode.AFTER_CUTOFF:
        return _("%(paid)s 付款，已到%(day)s %(cutoff)s 截单：%(due)s 前交接") % figures
    if reason.code == DueCode.NO_SHIPPING_DAY:
        return _("%(paid)s 付款，%(day)s不发货（%(why)s）：%(due)s 前交接") % figures
    return _("%(paid)s 付款，预售不早于承诺日：%(due)s 前交接") % figures


def _paid_words(paid_at: datetime, *, now: datetime) -> str:
    local = paid_at.astimezone(SHANGHAI)
    if local.date() == business_date(now):
        return local.strftime("%H:%M:%S" if local.second else "%H:%M")
    return time_words(paid_at, now=now)


def _closed_words(why: str) -> str:
    words = {
        DayWhy.HOLIDAY: _("节假日"),
        DayWhy.WEEKDAY: _("这一天每周不发货"),
        DayWhy.OVERRIDE: _("例外日设置"),
        DayWhy.NO_RULE: _("还没设截单时间"),
    }
    return words.get(DayWhy(why), _("休息")) if why in set(DayWhy) else _("休息")


def _platform_words(reason: DueReason, platform_due_at: datetime | None, *, now: datetime) -> str:
    if platform_due_at is None:
        return _("没有平台时限")
    figures = {"due": time_words(platform_due_at, now=now), "hours": reason.hours}
    by = reason.by
    if by == PromiseBy.AGREEMENT:
        return _("与买家约定 %(due)s") % figures
    if by == PromiseBy.PRESALE:
        return _("预售承诺 %(due)s") % figures
    if by == PromiseBy.EVENT:
        return _("平台大促时限 %(due)s") % figures
    if by == PromiseBy.LISTING:
        return _("商品承诺 %(hours)s 小时，时限 %(due)s") % figures
    return _("平台时限 %(due)s") % figures


@dataclass(frozen=True, slots=True)
class HoldWords:
    """One open hold as the sentence needs it; `waits_for` is a person's or a role's name."""

    kind_label: str
    detail: str
    waits_for: str
    due_at: datetime | None
    must_tell: bool
    told_at: datetime | None


@dataclass(frozen=True, slots=True)
class WhyFacts:
    """What stands between an order and the door.

    `is_forbidden`: the platform forbids shipping. `refund_since`: start of an open refund.
    `waits_for`: who does the next step when nothing blocks, a person or a role. `partner`: the other
    order in its parcel for which it waits, and why.
    """

    stage: Stage
    is_paid: bool
    is_forbidden: bool
    refund_since: datetime | None
    refund_waits_for: str
    holds: Sequence[HoldWords]
    waits_for: str
    ship_due_at: datetime | None
    left_at: datetime | None
    partner: tuple[str, str] | None = None


def why_not_shipped(facts: WhyFacts, *, now: datetime) -> str:
    """Answer in one sentence why an order is not shipped: the rule, the thing, who, until when.

    The strongest reason comes first: left already, closed, unpaid, refund, forbidden, hold, the
    order that it travels with, next step.
    """
    if facts.stage in LEFT_STAGES or facts.stage == Stage.CANCELLED:
        return _ended_words(facts, now=now)
    if not facts.is_paid:
        return _("买家还没付款，付款后才审单")
    if facts.refund_since is not None:
        figures = {
            "since": time_words(facts.refund_since, now=now),
            "who": facts.refund_waits_for,
        }
        return _("买家 %(since)s 申请退款，退款没结束不能发货，等 %(who)s 处理") % figures
    if facts.is_forbidden:
        return _("平台暂时禁止发货，等平台放行，由 %(who)s 跟进") % {"who": facts.waits_for}
    if facts.holds:
        return _hold_words(facts.holds, now=now)
    return _next_step_words(facts, now=now)


def _ended_words(facts: WhyFacts, *, now: datetime) -> str:
    if facts.stage == Stage.CANCELLED:
        return _("订单已关闭，不发货")
    if facts.left_at is None:
        return _("已交接，不再等发货")
    return _("%(at)s 已交接，不再等发货") % {"at": time_words(facts.left_at, now=now)}


def _hold_words(holds: Sequence[HoldWords], *, now: datetime) -> str:
    hold = holds[0]
    figures = {"kind": hold.kind_label, "detail": hold.detail, "who": hold.waits_for}
    if hold.detail:
        sentence = _("被「%(kind)s」挂起：%(detail)s，等 %(who)s 处理") % figures
    else:
        sentence = _("被「%(kind)s」挂起，等 %(who)s 处理") % figures
    if hold.due_at is not None:
        due = {"sentence": sentence, "due": minute_words(hold.due_at, now=now)}
        if hold.due_at < now:
            sentence = _("%(sentence)s，已过期限 %(due)s") % due
        else:
            sentence = _("%(sentence)s，期限 %(due)s") % due
    if hold.must_tell and hold.told_at is None:
        sentence = _("%(sentence)s；买家还没被告知") % {"sentence": sentence}
    if len(holds) > 1:
        more = {"sentence": sentence, "count": len(holds) - 1}
        sentence = _("%(sentence)s；另有 %(count)d 项挂起") % more
    return sentence


def _next_step_words(facts: WhyFacts, *, now: datetime) -> str:
    if facts.partner is not None:
        tid, why = facts.partner
        return _("合在一个包裹里的订单 %(tid)s %(why)s，等它一起发") % {"tid": tid, "why": why}
    steps = {
        Stage.AWAITING_AUDIT: _("等 %(who)s 审单"),
        Stage.HELD: _("已挂起，等 %(who)s 处理"),
        Stage.APPROVED: _("已审单，等 %(who)s 排波次"),
        Stage.IN_WAVE: _("已入波次，等 %(who)s 拣货"),
        Stage.PICKED: _("已拣货，等 %(who)s 验货"),
        Stage.CHECKED: _("已验货，等 %(who)s 交接"),
    }
    words = steps.get(facts.stage, _("等 %(who)s 处理"))
    sentence = words % {"who": facts.waits_for}
    if facts.ship_due_at is None:
        return sentence
    figures = {"sentence": sentence, "due": time_words(facts.ship_due_at, now=now)}
    if facts.ship_due_at < now:
        return _("%(sentence)s，已超过应出时间 %(due)s") % figures
    return _("%(sentence)s，%(due)s 前交接") % figures


def due_time_left(due_at: datetime, *, now: datetime) -> str:
    """Give the time left or gone as a pill shows it: 剩 02:49, 超 20:18, over two days 剩 3 天."""
    gap = due_at - now
    size = abs(gap)
    if size >= timedelta(days=2):
        left = _("%(days)d 天") % {"days": size.days}
    else:
        minutes = int(size.total_seconds()) // 60
        left = f"{minutes // 60:02d}:{minutes % 60:02d}"
    return (_("超 %(left)s") if gap < timedelta() else _("剩 %(left)s")) % {"left": left}


_HEADINGS = {
    "key": gettext_noop("按什么查的"),
    "exported_at": gettext_noop("导出时间"),
    "person": gettext_noop("买家"),
    "black_list": gettext_noop("黑名单"),
    "orders": gettext_noop("订单"),
    "receiver_plain": gettext_noop("收货人（明文）"),
    "lines": gettext_noop("商品"),
    "parcels": gettext_noop("包裹"),
    "refunds": gettext_noop("退款"),
    "holds": gettext_noop("问题单"),
    "gifts": gettext_noop("赠品"),
    "parcel_changes": gettext_noop("合单和拆单"),
    "operations": gettext_noop("操作记录"),
    "files": gettext_noop("来自的文件"),
}


def subject_text(document: dict[str, Any]) -> str:
    """Write everything held about a person as text that people can read."""
    return "\n".join(_outline(document, 0)) + "\n"


def _outline(value: Any, depth: int) -> list[str]:  # noqa: ANN401
    indent = "  " * depth
    if isinstance(value, dict):
        lines = []
        for name, one in value.items():
            label = _(_HEADINGS[name]) if name in _HEADINGS else name
            if isinstance(one, (dict, list)) and one:
                lines += [f"{indent}{label}:", *_outline(one, depth + 1)]
            else:
                lines.append(f"{indent}{label}: {'—' if one in (None, [], {}) else one}")
        return lines
    if isinstance(value, list):
        return [line for one in value for line in (*_outline(one, depth), f"{indent}-")][:-1]
    return [f"{indent}{value}"]
