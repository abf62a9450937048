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
