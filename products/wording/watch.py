"""Sentences of the watch: main products, competitors, quality, and the steps after a lost rank."""

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from products.choices import RankSort
from products.rules.rivals import RivalChange
from products.rules.watch import Band, RankLoss
from shopops.lib.templatetags.shop import count, money, rate

MENDING: tuple[str | Promise, ...] = (
    gettext_lazy("到卖家中心看有没有违规、降权通知，有就先登记违规、按期申诉"),
    gettext_lazy("核对最近 7 天改过什么：标题、类目、主图、价格，改错的改回去"),
    gettext_lazy("跑一遍上架检查，先把不通过的改好"),
    gettext_lazy("看品退、发货超时和旺旺响应，哪个差先补哪个"),
    gettext_lazy("停掉大改和大促价，稳一周，再看同一个词的名次"),
    gettext_lazy("不补单、不刷量：平台会加重，法律也不许"),
)


def rank_words(keyword: str, sort: str, loss: RankLoss) -> str:
    """Write a sudden loss of rank."""
    named = {
        "keyword": keyword,
        "sort": RankSort(sort).label,
        "usual": loss.usual,
        "now": loss.now,
        "looked_at": loss.looked_at,
    }
    if loss.now is None:
        return _("「%(keyword)s」按%(sort)s平时第 %(usual)s，这次前 %(looked_at)s 名里没有") % named
    return _("「%(keyword)s」按%(sort)s平时第 %(usual)s，这次第 %(now)s") % named


def band_words(band: Band | None) -> str:
    """Write the band of a figure."""
    if band is None:
        return _("不到 5 天有数，还看不出平常是多少")
    return _("平常 %(low)s 到 %(high)s 件，中间 %(middle)s") % {
        "low": f"{band.low:.0f}",
        "high": f"{band.high:.0f}",
        "middle": f"{band.middle:.0f}",
    }


def rival_words(change: RivalChange) -> str:
    """Write a change of a competitor."""
    named = {"rate": rate(abs(change.rate)), "activity": change.activity}
    if change.kind == "sales_leap":
        named |= {"old": count(int(change.old)), "new": count(int(change.new))}
        return _("月销 %(old)s → %(new)s，涨 %(rate)s，没看到活动") % named
    named |= {"old": money(change.old), "new": money(change.new)}
    if change.activity:
        return _("降价 %(old)s → %(new)s，降 %(rate)s，活动：%(activity)s") % named
    return _("降价 %(old)s → %(new)s，降 %(rate)s，没看到活动") % named


def second_check_words(reason: str) -> str:
    """Write why packing looks twice: `quality|faults|pieces|people|rate|line`, or a person's words."""
    code, *values = reason.split("|")
    if code != "quality" or len(values) != 5:
        return reason
    faults, pieces, people, share, line = values
    return _(
        "卖出 %(pieces)s 件里 %(faults)s 件有问题，%(people)s 位买家，%(share)s，线 %(line)s"
    ) % {
        "pieces": pieces,
        "faults": faults,
        "people": people,
        "share": rate(share),
        "line": rate(line),
    }
