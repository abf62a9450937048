"""Causes in the shop itself: reviews, search, answers, price, stock, activities, advertising."""

from datetime import date, timedelta
from decimal import Decimal
from urllib.parse import urlencode

from django.db.models import Exists, OuterRef, Q, Subquery, Sum
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from analytics.choices import Verdict
from analytics.figures import FLOW, SOURCE_LABELS
from analytics.queries.causes.base import Asked, Cause, moved, verdict_of
from analytics.queries.known import figures_of
from crm.models import AgentDay, Review
from crm.review_choices import Rating
from products.choices import PriceChangeState, PriceKind, ProductStatus
from products.models import PriceChange, Product, Sku, StockMove
from promotions.choices import ActivityState
from promotions.models import Activity
from shopops.lib.business_time import day_bounds
from shopops.lib.templatetags.shop import count, money, rate
from shopops.lib.words import clauses, listed

SEARCH_MOVED = Decimal("0.05")
SPEND_MOVED = Decimal("0.20")
# Points of the answer-to-order rate.
ANSWERS_MOVED = Decimal("0.02")
WORSE_REVIEWS = 2
MOST_NAMED = 3
# A calendar of activities that knows nothing for so long was not kept.
KEPT = timedelta(days=60)
_RAN = (ActivityState.RUNNING, ActivityState.ENDED, ActivityState.SUMMED_UP)


def bad_reviews(asked: Asked) -> Cause:
    """Whether bad and neutral reviews of the day and the one before it grew by two, or went by two."""
    label, url = gettext_lazy("差评"), f"{reverse('crm:reviews')}?tab=all"
    now, before = _bad_around(asked.day), _bad_around(asked.against)
    newest = Review.objects.order_by("-rated_at").values_list("rated_at", flat=True).first()
    if newest is None or newest < day_bounds(asked.day)[0]:
        text = _("评价文件还没有到这一天")
        return Cause("bad_reviews", label, Verdict.UNKNOWN, text, "", reverse("intake:imports"))
    text = _("这天和前一天 %(now)d 条中差评，对比那两天 %(before)d 条") % {
        "now": now,
        "before": before,
    }
    side = -1 if now - before >= WORSE_REVIEWS else 1 if before - now >= WORSE_REVIEWS else 0
    return Cause("bad_reviews", label, verdict_of(side, asked.hurt), text, _("评价"), url)


def _bad_around(day: date) -> int:
    start, end = day_bounds(day - timedelta(days=1))[0], day_bounds(day)[1]
    return Review.objects.filter(
        rated_at__gte=start, rated_at__lt=end, rating__in=(Rating.BAD, Rating.NEUTRAL)
    ).count()


def _by_figure(asked: Asked, code: str, figure: str, label: str | Promise, least: Decimal) -> Cause:
    days = figures_of((figure,), since=asked.against, until=asked.day)[figure]
    before, after = days[asked.against], days[asked.day]
    side = moved(before.value, after.value, least=least)
    if side is None or before.value is None or after.value is None:
        text = _("有一天没有数")
        return Cause(code, label, Verdict.UNKNOWN, text, "", before.url or after.url)
    # What one file counts and what the sources of another add up to are not the same people.
    if before.source != after.source and FLOW in (before.source, after.source):
        text = _("两天的数来源不同，不能比")
        return Cause(code, label, Verdict.UNKNOWN, text, "", after.url)
    shown = money if figure == "ad_spend" else _whole
    share = (after.value - before.value) / before.value if before.value else None
    text = f"{shown(before.value)} → {shown(after.value)}"
    if share is not None:
        text += _("，%(share)s") % {"share": _signed(share)}
    source = str(SOURCE_LABELS.get(after.source, after.source))
    return Cause(code, label, verdict_of(side, asked.side), text, source, after.url)


def _whole(value: Decimal) -> str:
    return count(int(value))


def _signed(share: Decimal) -> str:
    return f"{'＋' if share > 0 else '−' if share < 0 else ''}{rate(abs(share))}"


def search_traffic(asked: Asked) -> Cause:
    """Whether visitors by search moved by a twentieth."""
    return _by_figure(asked, "search", "search_visitors", gettext_lazy("搜索流量"), SEARCH_MOVED)


def advertising(asked: Asked) -> Cause:
    """Whether spending on advertising moved by a fifth."""
    return _by_figure(asked, "ads", "ad_spend", gettext_lazy("投放"), SPEND_MOVED)


def answers(asked: Asked) -> Cause:
    """Whether the share of those who asked and then paid moved by two points."""
    label, url = gettext_lazy("问了没买"), reverse("crm:agents")
    before, after = _answer_rate(asked.against), _answer_rate(asked.day)
    if before is None or after is None:
        text = _("有一天没有客服数据")
        return Cause("answers", label, Verdict.UNKNOWN, text, "", url)
    gap = after - before
    side = 0 if abs(gap) < ANSWERS_MOVED else 1 if gap > 0 else -1
    text = _("询单到付款 %(before)s → %(after)s") % {"before": rate(before), "after": rate(after)}
    return Cause("answers", label, verdict_of(side, asked.side), text, _("客服数据"), url)


def _answer_rate(day: date) -> Decimal | None:
    sums = AgentDay.objects.filter(
        is_current=True, date=day, inquired__isnull=False, paid__isnull=False
    ).aggregate(asked=Sum("inquired"), paid=Sum("paid"))
    return Decimal(sums["paid"]) / sums["asked"] if sums["asked"] else None


def price(asked: Asked) -> Cause:
    """Whether prices of main products were raised (down) or cut (up) between the two days."""
    label, url = gettext_lazy("价格"), reverse("products:prices")
    since, until = day_bounds(asked.against)[1], day_bounds(asked.day)[1]
    changes = (
        PriceChange.objects.filter(
            kind__in=(PriceKind.LIST, PriceKind.ACTIVITY),
            state=PriceChangeState.APPLIED,
            sku__product__is_main=True,
            old_amount__isnull=False,
            new_amount__isnull=False,
        )
        .filter(
            Q(decided_at__gte=since, decided_at__lt=until)
            | Q(decided_at__isnull=True, asked_at__gte=since, asked_at__lt=until)
        )
        .select_related("sku")
        .order_by("-asked_at", "pk")
    )
    sides = [(1 if one.new_amount < one.old_amount else -1, one) for one in changes]
    fitting = [one for side, one in sides if side == asked.side]
    mains = Product.objects.filter(is_main=True).count()
    if not sides and not mains:
        text = _("还没有定主推款，不知道看谁的价")
        url = reverse("products:list")
        return Cause("price", label, Verdict.UNKNOWN, text, "", url)
    if not sides:
        text = _("%(n)d 个主推款没有改价") % {"n": mains}
        return Cause("price", label, Verdict.NO, text, _("改价记录"), url)
    named = (fitting or [one for _side, one in sides])[:MOST_NAMED]
    words = [f"{one.sku.code} {money(one.old_amount)} → {money(one.new_amount)}" for one in named]
    text = _("主推款改价 %(n)d 次：%(words)s") % {"n": len(sides), "words": clauses(words)}
    verdict = Verdict.YES if fitting else Verdict.NO
    return Cause("price", label, verdict, text, _("改价记录"), url)


def stock(asked: Asked) -> Cause:
    """Whether more (down) or fewer (up) SKUs of main products stood at nothing at the day's end."""
    label, url = gettext_lazy("库存"), reverse("products:warnings")
    now, before = _sold_out(asked.day), _sold_out(asked.against)
    if now is None or before is None:
        text = _("主推款的库存还没有记到那时候")
        return Cause("stock", label, Verdict.UNKNOWN, text, "", reverse("products:stock"))
    gone = sorted(now - before)
    back = sorted(before - now)
    side = -1 if len(gone) > len(back) else 1 if len(back) > len(gone) else 0
    if not gone and not back:
        text = _("主推款日终断货的 SKU 两天一样，%(n)d 个") % {"n": len(now)}
        return Cause("stock", label, Verdict.NO, text, _("库存流水"), url)
    parts = []
    if gone:
        parts.append(_("新断货 %(codes)s") % {"codes": listed(gone[:MOST_NAMED])})
    if back:
        parts.append(_("补上了 %(codes)s") % {"codes": listed(back[:MOST_NAMED])})
    verdict = verdict_of(side, asked.hurt)
    return Cause("stock", label, verdict, clauses(parts), _("库存流水"), url)


def _sold_out(day: date) -> set[str] | None:
    """Give the SKUs of main products without a piece at the end of a day; None if none was kept then."""
    last = StockMove.objects.filter(sku=OuterRef("pk"), at__lt=day_bounds(day)[1]).order_by("-id")
    rows = (
        Sku.objects.filter(product__is_main=True, product__status=ProductStatus.ON_SHELF)
        .filter(Exists(last))
        .annotate(left=Subquery(last.values("on_hand_after")[:1]))
        .order_by("code")
    )
    kept = list(rows.values_list("code", "left"))
    return {code for code, left in kept if left <= 0} if kept else None


def activity(asked: Asked) -> Cause:
    """Whether an activity of ours ran on one of the days and not on the other."""
    label = gettext_lazy("活动")
    here, there = _activities(asked.day), _activities(asked.against)
    url = f"{reverse('promotions:calendar')}?{urlencode({'day': asked.day.isoformat()})}"
    began = [name for name in here if name not in there]
    ended = [name for name in there if name not in here]
    if not (here or there or _is_kept(asked.day)):
        text = _("前后两个月的活动日历是空的，不知道有没有活动")
        return Cause("activity", label, Verdict.UNKNOWN, text, "", url)
    if not began and not ended:
        text = (
            _("两天在跑的活动一样：%(names)s") % {"names": listed(here)}
            if here
            else _("两天都没有活动")
        )
        return Cause("activity", label, Verdict.NO, text, _("活动日历"), url)
    parts = []
    if began:
        parts.append(_("开始了「%(names)s」") % {"names": listed(began)})
    if ended:
        parts.append(_("结束了「%(names)s」") % {"names": listed(ended)})
    side = 1 if len(began) > len(ended) else -1 if len(ended) > len(began) else 0
    return Cause(
        "activity", label, verdict_of(side, asked.side), clauses(parts), _("活动日历"), url
    )


def _activities(day: date) -> list[str]:
    start, end = day_bounds(day)
    rows = Activity.objects.filter(
        state__in=_RAN, published_at__isnull=False, starts_at__lt=end, ends_at__gt=start
    )
    return list(rows.order_by("starts_at", "pk").values_list("name", flat=True))


def _is_kept(day: date) -> bool:
    """Tell whether anybody kept the calendar around a day: an idea that never ran is a word too."""
    start, end = day_bounds(day)
    return Activity.objects.filter(starts_at__lt=end + KEPT, ends_at__gt=start - KEPT).exists()
