"""A cause on the shop's pages: how people left them, what the day's lists say, violations, the shelf."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Count, Q
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from analytics.choices import Verdict
from analytics.figures import PRODUCT_DAYS, SOURCE_LABELS, figure
from analytics.models import DayRollup
from analytics.queries.causes.base import Asked, Cause, moved
from analytics.queries.known import PRODUCT, Known, figures_of, lineage_url
from analytics.wording.breaks import value_words
from products.choices import ProductStatus
from products.models import Product, ProductDay, Violation
from shopops.checks.models import DailyItem
from shopops.lib.business_time import day_bounds
from shopops.lib.words import clauses, listed, stored

# Points of the share of visitors who left after one page; part of how long they stayed.
BOUNCE_MOVED = Decimal("0.02")
STAY_MOVED = Decimal("0.10")
MOST_NAMED = 3
# The lines of daily lists on which somebody looks at the pages (`shopops.checks.start_lists`).
PAGE_LINES = ("home", "details", "categories", "sign", "wireless", "pages")
_SETTLED = (DailyItem.State.DONE, DailyItem.State.SKIPPED)
_LEFT = ("bounce_rate", "stay_seconds")


@dataclass(frozen=True, slots=True)
class Sign:
    """One thing that is said of the pages. `side`: where it pushes the figures; None: not known."""

    side: int | None
    text: str
    source: str = ""
    url: str = ""


def page(asked: Asked) -> Cause:
    """Whether people left the pages sooner or later than on the other day, or something stood in their way.

    Yes where a sign pushes to the side that is asked about. No only where somebody or something looked:
    how people left is known of both days, or all page lines of the day's lists are ticked.
    """
    label = gettext_lazy("页面")
    left, looked = _left(asked), _looked(asked.day)
    signs = [*left, *_products(asked), _held(asked), *_shelf(asked), looked]
    pushing = [one for one in signs if one.side and one.side == asked.hurt]
    is_looked_at = looked.side is not None or any(one.side is not None for one in left)
    if pushing:
        return _cause(label, Verdict.YES, [*pushing, *([looked] if looked.text else [])])
    verdict = Verdict.NO if is_looked_at else Verdict.UNKNOWN
    return _cause(label, verdict, [one for one in signs if one.text])


def _cause(label: str | Promise, verdict: Verdict, signs: Sequence[Sign]) -> Cause:
    sources = listed(dict.fromkeys(one.source for one in signs if one.source))
    url = next((one.url for one in signs if one.url), "")
    return Cause("page", label, verdict, clauses(one.text for one in signs), sources, url)


def _left(asked: Asked) -> list[Sign]:
    """Tell how visitors of the whole shop left on both days; what is asked about explains nothing."""
    both = {asked.day, asked.against}
    values = figures_of(_LEFT, since=min(both), until=max(both), only=both)
    return [
        _left_sign(code, values[code][asked.against], values[code][asked.day])
        for code in _LEFT
        if code != asked.code
    ]


def _left_sign(code: str, before: Known, after: Known) -> Sign:
    name = figure(code).label
    side = _side(code, before.value, after.value)
    if side is None:
        return Sign(None, _("%(name)s有一天没有数") % {"name": name}, "", before.url or after.url)
    text = f"{name} {value_words(code, before.value)} → {value_words(code, after.value)}"
    return Sign(side, text, str(SOURCE_LABELS.get(after.source, after.source)), after.url)


def _side(code: str, before: Decimal | None, after: Decimal | None) -> int | None:
    """Give where a change of bounce or stay pushes: who leaves sooner buys less."""
    if before is None or after is None:
        return None
    if code == "stay_seconds":
        return moved(before, after, least=STAY_MOVED)
    gap = after - before
    return 0 if abs(gap) < BOUNCE_MOVED else -1 if gap > 0 else 1


def _products(asked: Asked) -> list[Sign]:
    """Name the products that moved most the way it is asked about, and whose visitors left that way too."""
    moves: dict[str, int] = defaultdict(int)
    cells = DayRollup.objects.filter(
        basis="paid", dim="product", date__in=(asked.day, asked.against)
    ).order_by("date", "pk")
    for day, item_no, fen in cells.values_list("date", "key", "gross_fen"):
        moves[item_no] += fen if day == asked.day else -fen
    moved_most = [
        item_no
        for item_no, fen in sorted(moves.items(), key=lambda one: (-abs(one[1]), one[0]))
        if fen * asked.hurt > 0
    ][:MOST_NAMED]
    rows = ProductDay.objects.filter(
        product__item_no__in=moved_most, date__in=(asked.day, asked.against)
    ).select_related("product")
    told: dict[str, dict[date, ProductDay]] = defaultdict(dict)
    for row in rows.order_by("date", "pk"):
        told[row.product.item_no][row.date] = row
    return [sign for item_no in moved_most for sign in _of_product(asked, told[item_no])]


def _of_product(asked: Asked, told: Mapping[date, ProductDay]) -> list[Sign]:
    before, after = told.get(asked.against), told.get(asked.day)
    if before is None or after is None:
        return []
    signs = []
    for code in _LEFT:
        old, new = getattr(before, code), getattr(after, code)
        side = _side(code, old, new)
        if side != asked.hurt:
            continue
        text = _("「%(title)s」%(name)s %(before)s → %(after)s") % {
            "title": after.product.title or after.product.item_no,
            "name": figure(code).label,
            "before": value_words(code, old),
            "after": value_words(code, new),
        }
        url = lineage_url(code, asked.day, scope=PRODUCT, key=after.product.item_no)
        signs.append(Sign(side, text, str(SOURCE_LABELS[PRODUCT_DAYS]), url))
    return signs


def _held(asked: Asked) -> Sign:
    """Tell what the platform found against main products after the day compared with."""
    since, until = day_bounds(asked.against)[1], day_bounds(asked.day)[1]
    held = Violation.objects.filter(found_at__gte=since, found_at__lt=until)
    sums = held.aggregate(all=Count("pk"), main=Count("pk", filter=Q(product__is_main=True)))
    source, url = _("违规记录"), reverse("products:violations")
    if not sums["all"]:
        return Sign(0, _("没有新违规"), source, url)
    text = _("这几天新违规 %(all)d 条，其中主推款 %(main)d 条") % sums
    return Sign(-1 if sums["main"] else 0, text, source, url)


def _shelf(asked: Asked) -> list[Sign]:
    """Tell which main products are off the shelf now; of a day long past that says nothing."""
    if not asked.is_fresh:
        return []
    away = Product.objects.filter(is_main=True).exclude(status=ProductStatus.ON_SHELF).count()
    if not away:
        return []
    text = _("主推款现在不在架 %(n)d 个") % {"n": away}
    return [Sign(-1, text, _("商品状态"), reverse("products:list"))]


def _looked(day: date) -> Sign:
    """Tell what the lists of the day say of the pages: who ticks a line found them well."""
    rows = DailyItem.objects.filter(daily__business_date=day, key__in=PAGE_LINES, checks=[])
    lines = list(rows.select_related("daily").order_by("daily__role", "position", "pk"))
    if not lines:
        return Sign(None, _("当天的清单上没有看页面的条目"))
    source = _("岗位清单")
    url = reverse("checks:list", args=[lines[0].daily.role, day.isoformat()])
    left = [_name(one.text) for one in lines if one.state not in _SETTLED]
    notes = [one.note for one in lines if one.note][:MOST_NAMED]
    if left:
        words = _("当天清单看页面 %(all)d 条，没看 %(n)d 条：%(names)s") % {
            "all": len(lines),
            "n": len(left),
            "names": listed(left[:MOST_NAMED]),
        }
    else:
        words = _("当天清单看页面 %(all)d 条都看过") % {"all": len(lines)}
    if notes:
        words += _("，备注「%(notes)s」") % {"notes": listed(notes)}
    return Sign(None if left else 0, words, source, url)


def _name(line: str) -> str:
    """Give what a line is about, without what is to be looked at there."""
    return stored(line).partition(_("："))[0]
