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
