"""The rows behind a figure: how many the figure counted, day by day, and every one of them."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from analytics.choices import NEW, NOBODY, OLD, REFUNDED, ROLLED
from analytics.queries.behind_course import KEYS, Course, Question, course
from analytics.queries.orders_behind import Place, all_behind, page_behind
from analytics.views.asking import EXPORT, VIEW, Data, csv_file, too_many
from analytics.views.boards.asked import Asked, asked_of
from analytics.views.boards.links import SEES_ORDERS, gaps, refund_gaps
from analytics.views.boards.order_rows import columns_of, in_file, rows_of
from analytics.views.boards.parts import Column, Row, kpi, note, shown_cell
from analytics.views.figures import weekday_name
from orders.choices import Device
from shopops.lib.business_time import business_date
from shopops.lib.money import from_fen
from shopops.lib.templatetags.shop import when
from shopops.staff import operations
from shopops.staff.access import requires
from shopops.staff.models import User

# A file is read so many rows at a time.
_STEP = 500


@require_GET
@requires(SEES_ORDERS)
@requires(VIEW)
def orders(request: HttpRequest) -> HttpResponse:
    """Show the rows of a span, or of one of its days (`?day=`), newest first, below what their days add up to."""
    now = timezone.now()
    asked = asked_of(request, business_date(now))
    question = _question(asked)
    whole = course(question)
    day = _day(request, question)
    shown = whole.only(day) if day else whole
    after = Place.read(request.GET.get("after", ""))
    found = page_behind(question, shown, after=after)
    columns = columns_of(question)
    here = _query(question)
    narrowed = here | ({"day": str(day)} if day else {})
    context: Data = {
        "title": _("数字背后的退款") if question.basis == REFUNDED else _("数字背后的订单"),
        "no_rows": _("没有这样的退款") if question.basis == REFUNDED else _("没有这样的订单"),
        "since": asked.days.since,
        "until": asked.days.until,
        "basis": _basis_words(question),
        "words": _words(question),
        "notes": _notes(asked, question, whole),
        "kpis": _kpis(question, whole),
        "day": day,
        "is_first": after is None,
        "columns": _heads(columns),
        "rows": [_shown(row, columns, now) for row in rows_of(question, found.rows)],
        "day_columns": _heads(_day_columns(question)),
        "days": _day_rows(question, whole, day) if asked.days.length > 1 else [],
        "whole_url": f"?{urlencode(here)}",
        "older": f"?{urlencode({**narrowed, 'after': str(found.after)})}" if found.after else "",
        "csv_url": f"{reverse('analytics:orders_csv')}?{urlencode(narrowed)}"
        if asked.may(EXPORT)
        else "",
    }
    return render(request, "analytics/orders.html", context)


@require_GET
@requires(SEES_ORDERS)
@requires(EXPORT)
def orders_csv(request: HttpRequest) -> HttpResponseBase:
    """Download all rows of the span (or of `?day=`), in pieces; buyers are masked. Each fetch is logged.

    More than a file may hold sends back to the page, which says so.
    """
    now = timezone.now()
    asked = asked_of(request, business_date(now))
    question = _question(asked)
    whole, day = course(question), _day(request, question)
    wanted = whole.only(day) if day else whole
    if refused := too_many(request, wanted.most(), reverse("analytics:orders")):
        return refused
    assert isinstance(request.user, User)  # noqa: S101 - the right in front of the view
    operations.record(
        name="analytics.orders.fetched",
        by=request.user,
        now=now,
        object_type="orders_behind",
        object_key=question.basis,
        new=_query(question) | ({"day": day.isoformat()} if day else {}),
    )
    days = asked.days
    name = f"{question.basis}-{days.since:%Y%m%d}-{days.until:%Y%m%d}.csv"
    return csv_file(_file(question, wanted), name)


def _file(question: Question, days: Course) -> Iterator[Sequence[object]]:
    columns = columns_of(question, is_file=True)
    yield [str(column.label) for column in columns]
    for places in all_behind(question, days, step=_STEP):
        for row in rows_of(question, places):
            yield [in_file(row.cells.get(column.key)) for column in columns]


# --- what is asked


def _question(asked: Asked) -> Question:
    basis = asked.choice("basis", ROLLED, "paid")
    given = asked.request.GET
    keys = {name: given[name][:200] for name in KEYS[basis] if name in given}
    right = {name: _read(name, one) for name, one in keys.items() if _is_right(name, one)}
    return Question(basis, asked.days, right)


def _is_right(name: str, value: str) -> bool:
    if name == "hour":
        return value.isdecimal() and int(value) < 24
    if name == "weekday":
        return value in tuple("1234567")
    if name == "how":
        return value in ("back", "early")
    return True


def _read(name: str, value: str) -> str:
    return f"{int(value):02d}" if name == "hour" else value


def _query(question: Question) -> dict[str, str]:
    days = question.days
    return {
        "basis": question.basis,
        **question.keys,
        "since": days.since.isoformat(),
        "until": days.until.isoformat(),
    }


def _day(request: HttpRequest, question: Question) -> date | None:
    try:
        day = date.fromisoformat(request.GET.get("day", ""))
    except ValueError:
        return None
    return day if day in question.asked_days else None


# --- how it is said


def _basis_words(question: Question) -> str:
    words = {"paid": _("付款"), "created": _("下单"), REFUNDED: _("退款完成")}
    return words[question.basis]


def _words(question: Question) -> list[str]:
    labels = {
        "province": _("省份"),
        "hour": _("钟点"),
        "product": _("商品"),
        "sku": "SKU",
        "device": _("终端"),
        "buyer_kind": _("谁"),
        "amount_tier": _("净额档"),
        "weekday": _("星期"),
        "reason": _("原因"),
        "how": _("怎么退"),
    }
    said: dict[str, dict[str, str]] = {
        "buyer_kind": {NEW: _("新买家"), OLD: _("老买家"), NOBODY: _("没写买家的订单")},
        "device": {str(code): str(label) for code, label in Device.choices},
        "how": {"back": _("退货退款"), "early": _("发货前")},
        "weekday": {str(n): weekday_name(date(2024, 1, n)) for n in range(1, 8)},
        "reason": {"": _("没写原因")},
    }
    return [
        f"{labels[name]} {said.get(name, {}).get(value, value) or _('没写的')}"
        for name, value in question.keys.items()
    ]


def _notes(asked: Asked, question: Question, whole: Course) -> list[Data]:
    found = refund_gaps(asked) if question.basis == REFUNDED else gaps(asked, basis=question.basis)
    if asked.wrong:
        found.insert(0, note(asked.wrong))
    if whole.tallies is None:
        found.append(note(_("几个条件合在一起没有现成的合计；下面和 CSV 里是全部。")))
    return found


def _count_words(question: Question) -> str:
    if question.basis == REFUNDED:
        return _("退款笔数") if question.is_of_returns else _("退款订单")
    return _("下单") if question.basis == "created" else _("支付订单")


def _kpis(question: Question, whole: Course) -> list[Data]:
    """Give the sums of the span, the very numbers of the page that one comes from."""
    found = whole.whole()
    if found is None:
        return []
    course_of = [float(whole.count(day)) for day in question.asked_days[::-1]]
    daily = _("逐日相加") if question.days.length > 1 else ""

    def amount(label: str, fen: int | None) -> Data:
        return kpi(
            label, "money", None if fen is None else from_fen(fen), unknown=_("没有按天记着")
        )

    kpis = [kpi(_count_words(question), "count", found.count, points=course_of)]
    if question.basis == REFUNDED:
        return [*kpis, amount(_("退款金额"), found.fen)]
    if question.basis == "created":
        return [
            *kpis,
            amount(_("下单金额"), found.fen),
            kpi(_("下单买家"), "count", found.buyers, source=daily),
        ]
    # An order without a buyer counts none: how many people those were is not known.
    people = None if question.keys.get("buyer_kind") == NOBODY else found.buyers
    net = None if found.fen is None else found.fen - (found.refund_fen or 0)
    return [
        *kpis,
        kpi(_("支付买家"), "count", people, source=daily, unknown=_("没写买家的订单")),
        kpi(_("件数"), "count", found.pieces),
        amount(_("支付金额"), found.fen),
        amount(_("净支付金额"), net),
    ]


def _day_columns(question: Question) -> list[Column]:
    amount = {"paid": _("支付金额"), "created": _("下单金额"), REFUNDED: _("退款金额")}
    return [
        Column("day", _("日期")),
        Column("count", _count_words(question), "count"),
        Column("amount", amount[question.basis], "money"),
    ]


def _day_rows(question: Question, whole: Course, day: date | None) -> list[Data]:
    here = _query(question)
    columns = _day_columns(question)
    return [
        _shown(
            Row(
                {
                    "day": one.isoformat(),
                    "count": tally.count,
                    "amount": None if tally.fen is None else from_fen(tally.fen),
                },
                {"day": f"?{urlencode({**here, 'day': one.isoformat()})}"},
                is_strong=one == day,
            ),
            columns,
            None,
        )
        for one, tally in sorted((whole.tallies or {}).items(), reverse=True)
    ]


def _heads(columns: Sequence[Column]) -> list[Data]:
    return [
        {"key": column.key, "label": column.label, "number": column.is_number} for column in columns
    ]


def _shown(row: Row, columns: Sequence[Column], now: datetime | None) -> Data:
    cells = {}
    for column in columns:
        value = row.cells.get(column.key)
        cells[column.key] = (
            when(value, now) if isinstance(value, datetime) else shown_cell(row, column)
        )
    return {"cells": cells}
