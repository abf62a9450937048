"""The three scores of a shop, by their codes."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Score(TextChoices):
    """One of the three scores; also one of the three levers of a plan."""

    GOODS = "goods", _("描述相符")
    SERVICE = "service", _("服务态度")
    DELIVERY = "delivery", _("物流服务")
