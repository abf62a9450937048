"""Parts of a diagnosis as its page shows them: the difference, the same weekdays, the products."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction

from django.urls import reverse
from django.utils.translation import gettext as _

from analytics import figures
from analytics.queries import breaks as queries
from analytics.queries.breaks import Divided, ProductPart, Seen
from analytics.queries.known import figures_of, lineage_url
from analytics.rules.contribution import DayParts
from analytics.views.boards.parts import Card, Column, Row, exact
from analytics.views.figures import weekday_name
from analytics.wording.breaks import value_words
from analytics.wording.stats import source_words
from products.views.acting import Data
from shopops.lib.money import from_fen
from shopops.lib.templatetags.shop import count, day_words, money, rate
from shopops.lib.words import listed

MOST_PRODUCTS = 8


def signed(words: str, value: Decimal | int | Fraction) -> str:
    """Write a figure with its sign."""
    return f"{'＋' if value > 0 else '−' if value < 0 else ''}{words}"


def points(value: Fraction) -> str:
    """Write a change of a rate in points, with its sign."""
    number = Decimal(value.numerator * 100) / Decimal(value.denominator)
    return signed(_("%(n)s 点") % {"n": f"{abs(number):.2f}"}, value)


def signed_fen(fen: int) -> str:
    """Write an amount with its sign."""
    return signed(money(from_fen(abs(fen))), fen)


# --- the difference in parts ---------------------------------------------------------------------


def waterfall(divided: Divided) -> Data:
    """Give the rows of the proof, each with the bar between where it begins and where it ends."""
    old, new, parts = divided.before.parts, divided.after.parts, divided.parts
    steps = [
        (
            _("访客"),
            f"{count(old.visitors)} → {count(new.visitors)}",
            signed(_("%(n)s 人") % {"n": count(abs(new.visitors - old.visitors))}, new.visitors - old.visitors),
            parts.visitors_fen,
        ),
        (
            _("转化率"),
            f"{pay_rate(old)} → {pay_rate(new)}",
            points(new.factors()[1] - old.factors()[1]),
            parts.rate_fen,
        ),
        (_("客单价"), f"{amount_each(old)} → {amount_each(new)}", _each_gap(old, new), parts.each_fen),
    ]  # fmt: skip
    levels = [old.amount_fen]
    for *_words, fen in steps:
        levels.append(levels[-1] + fen)
    low, high = min(levels), max(levels)
    base = max(0, low - (high - low or high or 1) // 2)
    scale = (high - base) or 1
    rows, at = [], old.amount_fen
    for label, change, words, fen in steps:
        rows.append(
            {
                "label": label,
                "change": change,
                "words": words,
                "part": signed_fen(fen),
                "tone": "late" if fen < 0 else "",
                "until": money(from_fen(at + fen)),
                "bar": _bar(at, at + fen, base, scale),
            }
        )
        at += fen
    return {
        "before": {
            "formula": _formula(old),
            "amount": money(from_fen(old.amount_fen)),
            "bar": _bar(base, old.amount_fen, base, scale, kind="keep"),
        },
        "rows": rows,
        "after": {
            "formula": _formula(new),
            "amount": money(from_fen(new.amount_fen)),
            "bar": _bar(base, new.amount_fen, base, scale, kind="keep"),
        },
        "total": signed_fen(parts.total_fen),
        "is_less": parts.total_fen < 0,
        "size": money(from_fen(abs(parts.total_fen))),
        "axis": f"{money(from_fen(base))} – {money(from_fen(high))}",
        "sources": listed(
            dict.fromkeys(str(figures.SOURCE_LABELS[one]) for one in divided.after.sources)
        ),
    }


def _bar(start: int, end: int, base: int, scale: int, *, kind: str = "") -> Data:
    low, high = min(start, end), max(start, end)
    return {
        "x": f"{(low - base) / scale * 100:.2f}",
        "width": f"{max((high - low) / scale * 100, 0.4):.2f}",
        "kind": kind or ("up" if end >= start else "dn"),
    }


def pay_rate(parts: DayParts) -> str:
    """Write the share of visitors who paid."""
    share = parts.factors()[1]
    return rate(Decimal(share.numerator) / Decimal(share.denominator), 2)


def amount_each(parts: DayParts) -> str:
    """Write what a buyer paid."""
    return money(from_fen(round(parts.factors()[2])))


def _each_gap(old: DayParts, new: DayParts) -> str:
    return signed_fen(round(new.factors()[2]) - round(old.factors()[2]))


def _formula(parts: DayParts) -> str:
    share = parts.factors()[1]
    exact = rate(Decimal(share.numerator) / Decimal(share.denominator), 4)
    return f"{count(parts.visitors)} × {exact} × {amount_each(parts)}"


def same_weekdays(seen: Seen) -> list[tuple[date, Decimal]]:
    """Give the days that the band is made of and this day itself, oldest first; empty without a band."""
    if seen.band is None or seen.known.value is None:
        return []
    values = figures_of((seen.code,), since=seen.band.days[0], until=seen.day)[seen.code]
    known = [(one, values[one].value) for one in seen.band.days]
    return [(one, value) for one, value in known if value is not None] + [
        (seen.day, seen.known.value)
    ]


def history(seen: Seen, days: Sequence[tuple[date, Decimal]]) -> Data | None:
    """Give the same weekdays and this day as circles, the band behind them."""
    if seen.band is None or not days:
        return None
    known_points = [(one, float(value)) for one, value in days]
    low = min([seen.band.low, *(value for _day, value in known_points)])
    high = max([seen.band.high, *(value for _day, value in known_points)])
    spread = (high - low) or 1.0

    def y(value: float) -> float:
        return round(12 + (high - value) / spread * 100, 1)

    top, bottom = y(seen.band.high), y(seen.band.low)
    on = [*seen.band.days, seen.day]
    place = {one: round(4 + n * 91.6 / (len(on) - 1), 1) for n, one in enumerate(on)}
    dots = [
        {
            "x": place[one],
            "y": y(value),
            "title": f"{day_words(one, None)} {value_words(seen.code, value)}",
            "is_now": one == seen.day,
        }
        for one, value in known_points
    ]
    return {
        "dots": dots,
        "top": top,
        "height": max(round(bottom - top, 1), 2),
        "low": value_words(seen.code, seen.band.low),
        "high": value_words(seen.code, seen.band.high),
        "low_y": min(bottom + 13, 124),
        "high_y": max(top - 4, 9),
        "count": len(known_points),
        "first": known_points[0][0],
    }


def history_card(seen: Seen, days: Sequence[tuple[date, Decimal]]) -> Card:
    """Give the circles as a table, the newest first, each with where it lies to the band of this day."""
    unit = figures.figure(seen.code).unit
    band = seen.band
    ends = (Decimal(str(band.low)), Decimal(str(band.high))) if band else (None, None)
    return Card(
        code="history",
        title=_("近来的%(weekday)s") % {"weekday": weekday_name(seen.day)},
        columns=[
            Column("day", _("日期")),
            Column("value", figures.figure(seen.code).label, "count" if unit == "people" else unit),
            Column("side", _("和平常比")),
            Column("low", _("平常最低"), is_file_only=True),
            Column("high", _("平常最高"), is_file_only=True),
        ],
        rows=[
            Row(
                {
                    "day": one.isoformat(),
                    "value": value,
                    "side": side_words(band.side(value) if band else None),
                    "low": ends[0],
                    "high": ends[1],
                },
                {"value": lineage_url(seen.code, one)},
                is_strong=one == seen.day,
            )
            for one, value in reversed(days)
        ],
    )


def side_words(side: int | None) -> str:
    """Say where a figure lies to what is usual; None: there is no band, nothing is said."""
    if side is None:
        return _("不下判断")
    return {-1: _("低于平常"), 1: _("高于平常")}.get(side, _("和平常一样"))


# --- files ---------------------------------------------------------------------------------------


def divided_rows(divided: Divided | None) -> list[list[object]]:
    """Give the proof as a file has it: what was, what is, and each one's part of the difference."""
    rows: list[list[object]] = [[_("项"), _("之前"), _("之后"), _("份")]]
    if divided is None:
        return rows
    old, new, parts = divided.before.parts, divided.after.parts, divided.parts
    amounts = (old.amount_fen, new.amount_fen, parts.total_fen)
    return [
        *rows,
        [_("访客"), old.visitors, new.visitors, from_fen(parts.visitors_fen)],
        [_("转化率"), pay_rate(old), pay_rate(new), from_fen(parts.rate_fen)],
        [_("客单价"), amount_each(old), amount_each(new), from_fen(parts.each_fen)],
        [_("支付金额"), *map(from_fen, amounts)],
    ]


def product_rows(products: Sequence[ProductPart]) -> list[list[object]]:
    """Give all products as a file has them; what no file tells is empty, rates are of one."""
    rows: list[list[object]] = [
        [
            _("商品编号"),
            _("商品"),
            _("之前访客"),
            _("之后访客"),
            _("之前买家"),
            _("之后买家"),
            _("自己变"),
            _("占比变"),
            _("转化合计"),
            _("之前货款"),
            _("之后货款"),
            _("货款差"),
        ]
    ]
    for one in products:
        traffic = [
            getattr(day, what) if day else None
            for what in ("visitors", "buyers")
            for day in (one.before, one.after)
        ]
        rates = (one.rate.own, one.rate.share, one.rate.both) if one.rate else (None,) * 3
        fens = (one.before_fen, one.after_fen, one.amount_fen)
        rows.append([one.item_no, one.title, *traffic, *map(_of_one, rates), *map(from_fen, fens)])
    return rows


def _of_one(value: Fraction | None) -> str | None:
    return None if value is None else f"{float(value):.6f}"


def day_rows(seen: Mapping[date, Mapping[str, Seen]], *, is_only: bool) -> list[list[object]]:
    """Give figures of days as a file has them, the newest day first, each beside what is usual.

    :param is_only: leave out what is as usual, and what nothing is said of
    """
    rows: list[list[object]] = [
        [
            _("日期"),
            _("指标"),
            _("数值"),
            _("平常最低"),
            _("平常最高"),
            _("和平常比"),
            _("对店铺"),
            _("来源"),
        ]
    ]
    for day in sorted(seen, reverse=True):
        rows += [_day_row(one) for one in seen[day].values() if one.side or not is_only]
    return rows


def _day_row(seen: Seen) -> list[object]:
    band, value = seen.band, seen.known.value
    ends = [exact(Decimal(str(end)), "") for end in (band.low, band.high)] if band else [None, None]
    is_judged = band is not None and value is not None
    hurts = (_("变差") if seen.is_worse else _("不坏")) if seen.side else None
    return [
        seen.day.isoformat(),
        figures.figure(seen.code).label,
        exact(value, ""),
        *ends,
        side_words(seen.side if is_judged else None),
        hurts,
        source_words(seen.known.source),
    ]


# --- products ------------------------------------------------------------------------------------


def product_row(part: ProductPart) -> Data:
    """Give one product's row."""
    url = reverse("products:product", args=[part.product_id]) if part.product_id else ""
    return {
        "title": part.title or part.item_no,
        "url": url,
        "is_main": part.is_main,
        "visitors": _pair(part, "visitors"),
        "buyers": _pair(part, "buyers"),
        "own": points(part.rate.own) if part.rate else "",
        "share": points(part.rate.share) if part.rate else "",
        "both": points(part.rate.both) if part.rate else "",
        "amount": signed_fen(part.amount_fen),
        "tone": "late" if part.amount_fen < 0 else "",
    }


def _pair(part: ProductPart, what: str) -> str:
    words = (
        _("未知") if one is None else count(getattr(one, what)) for one in (part.before, part.after)
    )
    return " → ".join(words)


def rest_row(products: list[ProductPart]) -> Data | None:
    """Give the row of all other products, and the sums of all."""
    rest = products[MOST_PRODUCTS:]
    if not products:
        return None
    return {
        "count": len(rest),
        "amount": signed_fen(sum(one.amount_fen for one in rest)),
        "both": points(queries.rate_change(rest)),
        "all_amount": signed_fen(sum(one.amount_fen for one in products)),
        "all": len(products),
    }
