"""Words of reviews, follow-ups and answers as enumerations. The member values are what the database stores."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Rating(TextChoices):
    """What the buyer gave."""

    GOOD = "good", _("好评")
    NEUTRAL = "neutral", _("中评")
    BAD = "bad", _("差评")


class LinkedBy(TextChoices):
    """By what a review was joined to its order."""

    NUMBER = "number", _("按订单号")
    NICK = "nick", _("按会员名和商品")
    ONLY_ONE = "only_one", _("昵称打码，唯一对得上的一单")
    HAND = "hand", _("手工")


class Topic(TextChoices):
    """What reviews of this trade speak of."""

    QUALITY = "quality", _("质量做工")
    SIZE = "size", _("尺寸")
    COLOUR = "colour", _("色差掉色")
    SMELL = "smell", _("气味")
    LINT = "lint", _("起球掉毛")
    FEEL = "feel", _("手感面料")
    PACKING = "packing", _("包装")
    LOGISTICS = "logistics", _("物流")
    SERVICE = "service", _("客服")
    PRICE = "price", _("价格")
    DESCRIPTION = "description", _("与描述不符")
    WRONG_PIECE = "wrong_piece", _("发错漏发")


class Tone(TextChoices):
    """How a review speaks of a topic."""

    GOOD = "good", _("夸")
    BAD = "bad", _("抱怨")
    PLAIN = "plain", _("提到")


class ReviewCause(TextChoices):
    """Why a bad or neutral review was written, as we found."""

    QUALITY = "quality", _("质量做工")
    SIZE = "size", _("尺寸")
    COLOUR = "colour", _("色差掉色")
    SMELL = "smell", _("气味")
    LINT = "lint", _("起球掉毛")
    FEEL = "feel", _("手感面料")
    PACKING = "packing", _("包装")
    LOGISTICS = "logistics", _("物流")
    SERVICE = "service", _("客服")
    PRICE = "price", _("价格")
    DESCRIPTION = "description", _("与描述不符")
    WRONG_PIECE = "wrong_piece", _("发错漏发")
    MALICIOUS = "malicious", _("恶意")
    OTHER = "other", _("其他")


class ReviewState(TextChoices):
    """Where the case of a review stands."""

    OPEN = "open", _("待答复")
    ANSWERED = "answered", _("已答复")
    CLOSED = "closed", _("已结束")


# What may follow what. A buyer who writes again after our answer opens the case once more.
REVIEW_TRANSITIONS: dict[ReviewState, frozenset[ReviewState]] = {
    ReviewState.OPEN: frozenset({ReviewState.ANSWERED, ReviewState.CLOSED}),
    ReviewState.ANSWERED: frozenset({ReviewState.OPEN, ReviewState.CLOSED}),
    ReviewState.CLOSED: frozenset({ReviewState.OPEN}),
}


class ReviewOutcome(TextChoices):
    """How the case of a review ended."""

    SOLVED = "solved", _("问题解决")
    EXPLAINED = "explained", _("解释过，评价不变")
    IMPROVED = "improved", _("买家自己改好了")
    GONE = "gone", _("评价已删除或折叠")
    SILENT = "silent", _("买家没有回应")
    COMPLAINED = "complained", _("按恶意评价投诉")


class MaliceState(TextChoices):
    """Where the complaint about a malicious review stands."""

    COLLECTING = "collecting", _("收集证据")
    COMPLAINED = "complained", _("已投诉")
    UPHELD = "upheld", _("平台支持")
    REJECTED = "rejected", _("平台不支持")
    DROPPED = "dropped", _("不投诉了")


MALICE_TRANSITIONS: dict[MaliceState, frozenset[MaliceState]] = {
    MaliceState.COLLECTING: frozenset({MaliceState.COMPLAINED, MaliceState.DROPPED}),
    MaliceState.COMPLAINED: frozenset(
        {MaliceState.UPHELD, MaliceState.REJECTED, MaliceState.DROPPED}
    ),
    MaliceState.UPHELD: frozenset(),
    # The platform's word may be asked for again with more evidence.
    MaliceState.REJECTED: frozenset({MaliceState.COLLECTING}),
    MaliceState.DROPPED: frozenset({MaliceState.COLLECTING}),
}


class ProofKind(TextChoices):
    """What one piece of evidence is."""

    CHAT = "chat", _("聊天记录")
    ORDER = "order", _("订单与物流")
    PICTURE = "picture", _("图片视频")
    SIMILAR = "similar", _("同一买家的其他评价")
    OTHER = "other", _("其他")


class FollowKind(TextChoices):
    """Why a customer is spoken to."""

    ARRIVAL = "arrival", _("到货回访")
    CARE = "care", _("老客维护")


class ArrivalBasis(TextChoices):
    """How it is known that the parcel came."""

    SIGNED = "signed", _("已签收")
    ESTIMATE = "estimate", _("按快递时效估计")


class FollowState(TextChoices):
    """Where a follow-up stands."""

    OPEN = "open", _("待跟进")
    DONE = "done", _("已完成")
    DROPPED = "dropped", _("不用跟进")


class FollowResult(TextChoices):
    """What came of it."""

    FINE = "fine", _("收到，满意")
    PROBLEM = "problem", _("有问题")
    NO_ANSWER = "no_answer", _("没有回应")
    NOT_YET = "not_yet", _("还没收到")
    DECLINED = "declined", _("不愿被打扰")


class FollowCause(TextChoices):
    """What is wrong with what came, each with what may be given at once."""

    LATE = "late", _("到得太晚")
    CRUSHED = "crushed", _("压坏破损")
    QUALITY = "quality", _("质量问题")
    WRONG = "wrong", _("发错漏发")
    OTHER = "other", _("其他")


class Scene(TextChoices):
    """When an answer is said."""

    BEFORE = "before", _("售前咨询")
    SIZE = "size", _("尺寸规格")
    MATERIAL = "material", _("面料材质")
    PRICE = "price", _("价格优惠")
    SHIPPING = "shipping", _("发货物流")
    AFTER = "after", _("售后退换")
    REVIEW = "review", _("评价回复")
    FOLLOW = "follow", _("到货回访")
    OTHER = "other", _("其他")
