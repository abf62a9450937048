"""Who comes again: cohorts by the month of the first payment, and how often the buyers of a year paid."""

from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _

from analytics.metrics import ratio
from analytics.models import RepurchaseRun
from analytics.queries.trend import last_run
from analytics.views.boards.asked import Asked, against_words
from analytics.views.boards.parts import (
    Board,
    Card,
    Column,
    Data,
    Row,
    bar_chart,
    kpi,
    line_chart,
    number,
    percent,
)
from shopops.lib.money import from_fen

_SHADES = 4


def build(asked: Asked) -> Board:
    """Give the page, as of the end of the span."""
    run = last_run(asked.days.until)
    past = last_run(asked.past.until) if asked.past else None
    title = _("复购")
    if run is None or not run.by_orders:
        words = _("每天早上 5:20 按前一天的订单算一次：哪个月的新客，后来每个月回来了多少。")
        empty = {"title": _("这天还没有算过复购"), "words": words, "url": "", "label": ""}
        return Board(title=title, cards=[], empty=empty)
    if past is not None and past.pk == run.pk:
        past = None
    return Board(
        title=title,
        kpis=_kpis(asked, run, past),
        cards=[_cohorts(asked, run), _course(run), _often(run)],
    )


def _buyers(run: RepurchaseRun | None, least: int = 1) -> int | None:
    return None if run is None else sum(row[1] for row in run.by_orders if row[0] >= least)


def _rate(run: RepurchaseRun | None, least: int) -> Decimal | None:
    if run is None:
        return None
    return ratio(Decimal(_buyers(run, least) or 0), _buyers(run))


def _net_share(run: RepurchaseRun | None) -> Decimal | None:
    if run is None:
        return None
    whole = sum(row[2] for row in run.by_orders)
    return ratio(Decimal(sum(row[2] for row in run.by_orders if row[0] > 1)), whole)


def _first_again(run: RepurchaseRun | None) -> Decimal | None:
    """Give the share of first-time buyers who paid in the month after, over the cohorts that had one."""
    if run is None:
        return None
    known = [one for one in run.cohorts if one["again"][0] is not None and one["buyers"]]
    # The month after the newest of them is not over.
    known = known[:-1]
    whole = sum(one["buyers"] for one in known)
    return ratio(Decimal(sum(one["again"][0] for one in known)), whole)


def _kpis(asked: Asked, run: RepurchaseRun, past: RepurchaseRun | None) -> list[Data]:
    words = against_words(asked) if past else ""
    year = _("365 天里付过款的人")
    return [
        kpi(_("买家"), "count", _buyers(run), _buyers(past), against=words, source=year),
        kpi(_("复购率"), "rate", _rate(run, 2), _rate(past, 2), against=words,
            source=_("付过 2 次以上")),
        kpi(_("三次以上"), "rate", _rate(run, 3), _rate(past, 3), against=words, source=year),
        kpi(_("回头客的净支付占比"), "share", _net_share(run), _net_share(past), against=words,
            source=year),
        kpi(_("新客次月回购"), "rate", _first_again(run), _first_again(past), against=words,
            source=_("各月新客合计"), unknown=_("还没有满一个月的新客")),
    ]  # fmt: skip


def _cohorts(asked: Asked, run: RepurchaseRun) -> Card:
    months = len(run.cohorts[0]["again"]) if run.cohorts else 0
    shares = [n / one["buyers"] for one in run.cohorts if one["buyers"] for n in one["again"] if n]
    most = max(shares, default=0) or 1
    rows, shades = [], {}
    may_see_people = asked.may("crm.view")
    for place, one in enumerate(run.cohorts):
        urls = {}
        cells: dict[str, Any] = {
            "month": one["month"][:7],
            "buyers": one["buyers"],
        }
        for n, again in enumerate(one["again"], start=1):
            share = ratio(Decimal(again), one["buyers"]) if again is not None else None
            # A month that is yet to come is no unknown figure: nothing stands there.
            cells[f"m{n}"] = "" if again is None else share
            if share and may_see_people:
                urls[f"m{n}"] = _people(run, one["month"], n)
            if share:
                shades[place, f"m{n}"] = min(1 + int(float(share) / most * _SHADES), _SHADES)
        if one["buyers"] and may_see_people:
            urls["buyers"] = _people(run, one["month"])
        rows.append(Row(cells, urls))
    url = reverse("crm:rfm") if asked.may("crm.view") else ""
    return Card(
        code="cohorts",
        title=_("按首购月份"),
        sub=_("之后第几个月又付款的人占首购的人，算到 %(day)s") % {"day": run.as_of.isoformat()},
        columns=[
            Column("month", _("首购月")),
            Column("buyers", _("人数"), "count"),
            *(Column(f"m{n}", f"+{n}", "share") for n in range(1, months + 1)),
        ],
        rows=rows,
        shades=shades,
        tools=[{"label": _("看客户分层"), "url": url}] if url else [],
        is_wide=True,
    )


def _people(run: RepurchaseRun, month: str, later: int = 0) -> str:
    """Give the customers who first paid in a month, and paid again so many months later; as of the run."""
    query = {"first": month[:7], "until": run.as_of.isoformat(), "sort": "first"}
    if later:
        whole = int(month[:4]) * 12 + int(month[5:7]) - 1 + later
        query["again"] = f"{whole // 12}-{whole % 12 + 1:02d}"
    return f"{reverse('crm:customers')}?{urlencode(query)}"


def _course(run: RepurchaseRun) -> Card:
    months = len(run.cohorts[0]["again"]) if run.cohorts else 0
    means: list[Decimal | None] = []
    for n in range(months):
        known = [one for one in run.cohorts if one["again"][n] is not None and one["buyers"]]
        whole = sum(one["buyers"] for one in known)
        means.append(ratio(Decimal(sum(one["again"][n] for one in known)), whole))
    labels = [f"+{n}" for n in range(1, months + 1)]
    return Card(
        code="course",
        title=_("首购以后第几个月回来"),
        sub=_("各月新客合计"),
        columns=[Column("n", _("第几个月")), Column("share", _("回来的"), "share")],
        rows=[Row({"n": label, "share": mean}) for label, mean in zip(labels, means, strict=True)],
        chart=line_chart(labels, [(_("回来的"), [percent(one) for one in means], "us")], "%"),
    )


def _often(run: RepurchaseRun) -> Card:
    most = max(row[0] for row in run.by_orders)
    whole = _buyers(run)
    net = sum(row[2] for row in run.by_orders)
    rows = []
    for orders, buyers, fen in run.by_orders:
        name = _("%(n)s 次") if orders < most or most < 6 else _("%(n)s 次以上")
        rows.append(
            Row(
                {
                    "n": name % {"n": orders},
                    "buyers": buyers,
                    "share": ratio(Decimal(buyers), whole),
                    "net": from_fen(fen),
                    "net_share": ratio(Decimal(fen), net),
                }
            )
        )
    return Card(
        code="often",
        title=_("一年里付过几次"),
        sub=_("365 天里付过款的人"),
        columns=[
            Column("n", _("付款次数")),
            Column("buyers", _("人数"), "count"),
            Column("share", _("占比"), "share"),
            Column("net", _("净支付金额"), "money"),
            Column("net_share", _("金额占比"), "share"),
        ],
        rows=rows,
        chart=bar_chart(
            [str(row.cells["n"]) for row in rows],
            [(_("人数"), [number(row.cells["buyers"]) for row in rows], "us")],
            _("人"),
        ),
    )
