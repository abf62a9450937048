"""Screening of every text that is said to buyers, and a person's word that a refused one may stand.

Templates, cards, answers and tasks all pass here. A refusal names the words, their place and the law. To
overrule it takes the right `crm.overrule_words` and a reason; both stand in the operation log.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from crm.actions.desk_errors import ServiceRefusedError
from crm.rules.screening import Found, Ground, find
from orders.actions.overruling import OVERRULED, RIGHT, SHORTEST_REASON
from shopops.staff import operations
from shopops.staff.models import User


@dataclass(frozen=True, slots=True)
class Refusal:
    """One refused passage in words: what it says, where it stands, why it may not."""

    word: str
    place: str
    reason: str

    @property
    def sentence(self) -> str:
        """Give all three as one sentence."""
        return _("%(place)s：「%(word)s」不能对买家说。%(reason)s") % {
            "place": self.place,
            "word": self.word,
            "reason": self.reason,
        }


class WordsRefusedError(ServiceRefusedError):
    """A text says what the law forbids, and nobody with the right overruled it with a reason."""

    def __init__(self, refusals: Sequence[Refusal], *, may_overrule: bool) -> None:
        words = " ".join(one.sentence for one in refusals)
        if may_overrule:
            words += " " + _("判断有误时，写下放行的理由再存，理由会记入操作记录。")
        super().__init__(words)
        self.refusals, self.may_overrule = tuple(refusals), may_overrule


def screen(
    text: str | Mapping[str, str], *, place: str = "", no_begging: bool = False
) -> list[Refusal]:
    """Give what may not be said to buyers in a text, or in several by the name of their field.

    :param place: how the person knows the text where only one is given
    :param no_begging: whether asking for praise without paying counts too (cards in parcels)
    """
    texts = text if isinstance(text, Mapping) else {place or _("正文"): text}
    return [
        Refusal(one.words, _place(one), _reason(one.ground))
        for one in find(texts, no_begging=no_begging)
    ]


def _place(found: Found) -> str:
    if not found.line:
        return _("「%(field)s」合起来看") % {"field": found.field}
    return _("「%(field)s」第 %(line)d 行") % {"field": found.field, "line": found.line}


def _reason(ground: Ground) -> str:
    if ground == Ground.PAYS_FOR_PRAISE:
        return _(
            "用钱、券或礼品换好评、换删改差评，违反《网络反不正当竞争暂行规定》第九条和"
            "《反不正当竞争法》，可罚 20 万到 200 万元。"
        )
    if ground == Ground.FALSE_TRADE:
        return _(
            "刷单、补单、代写评价是虚假交易，违反《反不正当竞争法》和《网络反不正当竞争暂行规定》第九条，"
            "可罚 20 万到 200 万元。"
        )
    return _("卡片和消息里不求好评、不晒图领东西：平台按诱导评价处罚。请买家如实评价可以。")


def refuse_words(  # noqa: PLR0913
    text: str | Mapping[str, str],
    *,
    overrule_reason: str,
    about: tuple[str, str],
    by: User,
    now: datetime,
    place: str = "",
    no_begging: bool = False,
) -> list[Refusal]:
    """Let a text pass only if it says nothing forbidden, or a person with the right overrules that.

    Gives what was overruled; empty where there was nothing. Call it in the transaction that stores the
    text: the log row of an overruling stands or falls with it.

    :param about: kind and key of the object in the operation log
    :raises WordsRefusedError: if the text is refused
    """
    refusals = screen(text, place=place, no_begging=no_begging)
    if refusals:
        overrule(refusals, reason=overrule_reason, about=about, by=by, now=now)
    return refusals


def overrule(
    refusals: Sequence[Refusal], *, reason: str, about: tuple[str, str], by: User, now: datetime
) -> None:
    """Let refused words stand on a person's responsibility; who, why and which words go into the log.

    :raises WordsRefusedError: if the person has no right to, or gives no reason
    """
    may = by.has_perm(RIGHT)
    if not may or len(reason.strip()) < SHORTEST_REASON:
        raise WordsRefusedError(refusals, may_overrule=may)
    operations.record(
        name=OVERRULED,
        by=by,
        now=now,
        object_type=about[0],
        object_key=about[1],
        new={"words": [one.word for one in refusals], "places": [one.place for one in refusals]},
        reason=reason.strip()[:300],
    )
