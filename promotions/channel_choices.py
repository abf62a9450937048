"""Words of paid traffic as enumerations. The member values are what the database stores."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Channel(TextChoices):
    """Where money for traffic goes. The order is that of the tables."""

    WXT = "wxt", _("万相台无界")
    ZTC = "ztc", _("直通车")
    YLMF = "ylmf", _("引力魔方")
    WXT_2022 = "wxt22", _("万相台（2022）")
    TBK = "tbk", _("淘宝客")
    SMS = "sms", _("短信")


class Level(TextChoices):
    """What one row of a report is about. Two levels of a channel tell the same spend twice."""

    ACCOUNT = "account", _("账户")
    PLAN = "plan", _("计划")
    UNIT = "unit", _("单元")
    ITEM_IN_PLAN = "item_plan", _("计划里的商品")
    ITEM = "item", _("商品")


class PlanState(TextChoices):
    """Whether a plan spends, as people keep it: reports do not say."""

    RUNNING = "running", _("投放中")
    PAUSED = "paused", _("已暂停")
    ENDED = "ended", _("已结束")
