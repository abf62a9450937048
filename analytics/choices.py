"""What figures are summed by, and from which date."""

from typing import Literal, get_args

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

type Basis = Literal["created", "paid"]
BASES: tuple[Basis, ...] = ("created", "paid")
# The third date of money: when a refund was finished. Only what came back is known of such a day.
REFUNDED = "refunded"
ROLLED = (*BASES, REFUNDED)

# Dimensions of `DayRollup`: the first divide orders, the last two their lines.
ORDER_DIMS = ("total", "hour", "province", "amount_tier", "device", "buyer_kind")
LINE_DIMS = ("sku", "product")
DIMS = (*ORDER_DIMS, *LINE_DIMS)
REFUND_DIMS = ("total", "hour", "province", "device", "sku", "product")

type By = Literal[
    "total",
    "day",
    "hour",
    "weekday",
    "province",
    "sku",
    "product",
    "amount_tier",
    "device",
    "buyer_kind",
]
GROUPINGS: tuple[str, ...] = get_args(By.__value__)

# Tiers of an order's net amount in CNY, in order; the upper bound belongs to the tier. A paid order whose
# money went back entirely has no place in the first tier, an unpaid one has no amount at all: both
# have a key of their own, so that the tiers add up to the total.
NOTHING_LEFT = "≤0"
UNPAID = "unpaid"
TIERS: tuple[tuple[str, int | None], ...] = (
    ("(0,50]", 50),
    ("(50,200]", 200),
    ("(200,500]", 500),
    ("(500,∞)", None),
)
TIER_KEYS = (*(key for key, _bound in TIERS), NOTHING_LEFT, UNPAID)

# Who buys: old is who paid on one of the 365 days before; no key where the order names no buyer.
NEW, OLD, NOBODY = "new", "old", ""
OLD_DAYS = 365


class EventKind(TextChoices):
    """What a person noted of a day that our own data cannot know."""

    WEATHER = "weather", _("天气")
    PLATFORM = "platform", _("平台活动")
    SEASON = "season", _("季节")
    RIVAL = "rival", _("对手")
    OWN = "own", _("自己")


class Push(TextChoices):
    """Where an event pushes the figures of its days."""

    DOWN = "down", _("往下")
    UP = "up", _("往上")
    NONE = "none", _("说不准")


class Verdict(TextChoices):
    """Whether a branch of causes explains a break. Unknown where data is missing: never guessed."""

    YES = "yes", _("是")
    NO = "no", _("不是")
    UNKNOWN = "unknown", _("不知道")
