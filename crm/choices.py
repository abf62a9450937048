"""Words of customer work as enumerations. The member values are what the database stores."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Channel(TextChoices):
    """By what way a customer is reached; consent is given and taken back for each."""

    PLATFORM = "platform", _("平台站内")
    SMS = "sms", _("短信")
    WANGWANG = "wangwang", _("旺旺")
    PHONE = "phone", _("电话")


class LifeStage(TextChoices):
    """Where a customer stands by the shop's own repurchase intervals."""

    ASKED = "asked", _("咨询未买")
    NEW = "new", _("新客")
    ACTIVE = "active", _("活跃")
    COOLING = "cooling", _("转凉")
    ASLEEP = "asleep", _("沉睡")
    LOST = "lost", _("流失")


class CampaignState(TextChoices):
    """How far a campaign got."""

    DRAFT = "draft", _("草稿")
    PREPARING = "preparing", _("正在抽人")
    PREPARED = "prepared", _("等批准")
    APPROVED = "approved", _("等时间到")
    SENDING = "sending", _("正在发")
    PAUSED = "paused", _("暂停了")
    DONE = "done", _("发完了")
    STOPPED = "stopped", _("停了")


CAMPAIGN_TRANSITIONS: dict[CampaignState, frozenset[CampaignState]] = {
    CampaignState.DRAFT: frozenset({CampaignState.PREPARING, CampaignState.STOPPED}),
    CampaignState.PREPARING: frozenset({CampaignState.PREPARED, CampaignState.DRAFT}),
    CampaignState.PREPARED: frozenset(
        {CampaignState.DRAFT, CampaignState.APPROVED, CampaignState.STOPPED}
    ),
    CampaignState.APPROVED: frozenset(
        {CampaignState.SENDING, CampaignState.PAUSED, CampaignState.STOPPED}
    ),
    CampaignState.SENDING: frozenset(
        {CampaignState.PAUSED, CampaignState.DONE, CampaignState.STOPPED}
    ),
    CampaignState.PAUSED: frozenset({CampaignState.APPROVED, CampaignState.STOPPED}),
    # A person decided that a message of unknown fate is to be sent after all.
    CampaignState.DONE: frozenset({CampaignState.SENDING}),
    CampaignState.STOPPED: frozenset(),
}
# Its people were drawn and may not be drawn again.
DRAWN_STATES = (
    CampaignState.APPROVED,
    CampaignState.SENDING,
    CampaignState.PAUSED,
    CampaignState.DONE,
    CampaignState.STOPPED,
)


class MemberState(TextChoices):
    """What became of one person of a campaign."""

    HELD_OUT = "held_out", _("留出，不发")
    READY = "ready", _("等着发")
    CLAIMED = "claimed", _("正在交出去")
    SENT = "sent", _("发出了")
    UNKNOWN = "unknown", _("不知道发没发")
    FAILED = "failed", _("没发成")
    LEFT_OUT = "left_out", _("没发，排除了")


class LeftOut(TextChoices):
    """Why a person of the segment gets no message."""

    NO_CONSENT = "no_consent", _("没同意这个渠道")
    OPTED_OUT = "opted_out", _("退订过，永不再发")
    CAPPED = "capped", _("近期已发满")
    BLACK_LIST = "black_list", _("在黑名单")
    OPEN_CASE = "open_case", _("有没完的售后或退款")
    NO_ADDRESS = "no_address", _("没有可用的手机号")
    SAME_ADDRESS = "same_address", _("同一个手机号已有一人")
    MISSING = "missing", _("缺变量")
    TOO_LONG = "too_long", _("填好变量后太长")
    GONE = "gone", _("客户已合并或删除")
    STOPPED = "stopped", _("营销停了")


class Backend(TextChoices):
    """Who takes the messages of a campaign."""

    UPLOAD = "upload", _("平台工具的上传文件")
    SMS = "sms", _("短信服务商")
    TEST = "test", _("测试（只记录，不发）")


class RfmSegment(TextChoices):
    """The eight classes of the trade; high is a score of 4 or 5."""

    CHAMPION = "champion", _("重要价值客户")
    DEVELOP = "develop", _("重要发展客户")
    KEEP = "keep", _("重要保持客户")
    WIN_BACK = "win_back", _("重要挽留客户")
    REGULAR = "regular", _("一般价值客户")
    FRESH = "fresh", _("一般发展客户")
    HOLD = "hold", _("一般保持客户")
    PASSING = "passing", _("一般挽留客户")


class CutMethod(TextChoices):
    """How cut points of RFM are found."""

    QUINTILE = "quintile", _("五等分")
    FIXED = "fixed", _("固定分界")


class PairKind(TextChoices):
    """How two products go together."""

    BASKET = "basket", _("同一单")
    SEQUENCE = "sequence", _("先后买")


class DueBy(TextChoices):
    """By whose interval a customer is due again."""

    OWN = "own", _("本人间隔")
    PRODUCT = "product", _("商品间隔")
    SHOP = "shop", _("全店间隔")
