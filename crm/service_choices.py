"""Words of the service desk as enumerations. The member values are what the database stores."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Measure(TextChoices):
    """What an agent is measured by; how each is derived stands in `crm.rules.agents`."""

    FIRST_RESPONSE = "first_response", _("首次响应（秒）")
    RESPONSE = "response", _("平均响应（秒）")
    THREE_MINUTES = "three_minutes", _("3 分钟回复率")
    ORDER_RATE = "order_rate", _("询单→下单")
    PAY_RATE = "pay_rate", _("询单→付款")
    AVERAGE_ORDER = "average_order", _("客单价")
    REFUND_RATE = "refund_rate", _("退款占付款")
    SATISFACTION = "satisfaction", _("满意率")


class SheetState(TextChoices):
    """How far the bonus sheet of a month is."""

    DRAFT = "draft", _("草稿")
    PUBLISHED = "published", _("已公布")
    CLOSED = "closed", _("已结")


# Who is at which step may go where. Nothing leads back: what was wrong comes as a line next month.
SHEET_STEPS = {
    SheetState.DRAFT: frozenset({SheetState.PUBLISHED}),
    SheetState.PUBLISHED: frozenset({SheetState.CLOSED}),
    SheetState.CLOSED: frozenset[SheetState](),
}


class LineKind(TextChoices):
    """Why a line stands on a bonus sheet."""

    NEUTRAL = "neutral", _("中评")
    BAD = "bad", _("差评")
    SCORE_UP = "score_up", _("服务分上升")
    SCORE_DOWN = "score_down", _("服务分下降")
    CONVERSION = "conversion", _("转化超过目标")
    SLOW = "slow", _("首次响应没达标")
    THREE_MINUTES = "three_minutes", _("3 分钟回复率没达标")
    SATISFACTION = "satisfaction", _("满意率达标")
    CARRIED = "carried", _("以前月份的差额")


class AppealState(TextChoices):
    """What became of an agent's words against a line."""

    NONE = "none", _("没有申诉")
    OPEN = "open", _("申诉中")
    KEPT = "kept", _("维持")
    STRUCK = "struck", _("划掉")


class HandOutRule(TextChoices):
    """By what rule customers are given to agents."""

    LAST_AGENT = "last_agent", _("给上一个照看的人，没有就轮流")
    ROUND_ROBIN = "round_robin", _("轮流平分")
