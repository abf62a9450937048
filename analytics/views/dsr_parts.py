"""Parts of the page of scores: the three cards, the trend, what rolls off, the solver's answer, the plan."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any
from urllib.parse import urlencode

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from analytics.forms.dsr import SolverForm
from analytics.models import PlanLever, ScorePlan
from analytics.queries import experience
from analytics.queries.dsr import FRESH_DAYS, ScoreNow, Scores, own_series
from analytics.queries.shown import DESK, FILE, HAND, SHOP_FILE
from analytics.rules import dsr
from analytics.rules import experience as indicators
from analytics.rules.dsr import Tally
from analytics.score_choices import Score
from analytics.views.boards.parts import Card, Column, Row
from analytics.wording.dsr import (
    LEVERS,
    change_text,
    indicator_value,
    indicator_words,
    score_text,
)
from shopops.lib.templatetags.shop import count, day_words

type Data = dict[str, Any]
ROLL_DAYS = 60
TREND_DAYS = 60
# What our own rows say by which lever.
EVIDENCE: Mapping[str, tuple[str, ...]] = {
    Score.GOODS: ("first_defect", "bad_reviews"),
    Score.SERVICE: ("reply_3min", "satisfaction", "refund_hours"),
    Score.DELIVERY: ("pickup_48h", "arrival", "anomaly"),
}


def cards(found: Scores, chosen: str) -> list[Data]:
    """Give the three scores, each a link to its own part of the page."""
    return [_card(found.now[name], found, chosen) for name in dsr.SCORES]


def _card(now: ScoreNow, found: Scores, chosen: str) -> Data:
    value, own, before = now.value, now.own.shown, now.before
    if now.shown.score is None:
        before = now.own_before.shown
    return {
        "label": Score(now.score).label,
        "value": score_text(value) if value is not None else "",
        "url": f"?score={now.score}",
        "current": now.score == chosen,
        "against": now.against,
        "gap": _gap(value, now.shown.industry),
        "industry": score_text(now.shown.industry) if now.shown.industry is not None else "",
        "best": score_text(now.shown.best) if now.shown.best is not None else "",
        "change": change_text(_round(value), _round(before)),
        "change_tone": _tone(value, before),
        "own": score_text(own) if own is not None else "",
        "own_count": now.own.count,
        "source": _source(now, found.today),
        "is_old": now.day is not None and (found.today - now.day).days > FRESH_DAYS,
        "points": [
            None if tally.shown is None else float(tally.shown)
            for tally in own_series(
                found, now.score, found.today - timedelta(days=13), found.today
            ).values()
        ],
    }


def _round(value: Decimal | None) -> Decimal | None:
    return None if value is None else round(value, 2)


def _gap(value: Decimal | None, industry: Decimal | None) -> str:
    if value is None or industry is None:
        return ""
    return f"{abs(round(value, 2) - round(industry, 2)):.2f}"


def _tone(now: Decimal | None, before: Decimal | None) -> str:
    if now is None or before is None or round(now, 2) == round(before, 2):
        return ""
    return "late" if now > before else "done"


def _source(now: ScoreNow, today: date) -> str:
    if now.day is None:
        return _("平台的分没有人记，下面按自己的评分算") if now.own.count else _("还不知道")
    words = {
        HAND: _("%(day)s 手工记"),
        FILE: _("%(day)s 文件"),
        SHOP_FILE: _("%(day)s 店铺日报"),
        DESK: _("%(day)s 客服主管记"),
    }
    return words[now.shown.source] % {"day": day_words(now.day, today)}


# --- charts -------------------------------------------------------------------------------------


def trend(found: Scores, name: str) -> Card:
    """Give the score of sixty days: as shown, our own copy, the industry."""
    since = found.today - timedelta(days=TREND_DAYS - 1)
    own = own_series(found, name, since, found.today)
    rows = []
    for day, tally in own.items():
        word = found.shown.get(day, {}).get(name)
        rows.append(
            Row(
                {
                    "day": day.isoformat(),
                    "shown": word.score if word else None,
                    "own": tally.shown,
                    "industry": word.industry if word else None,
                    "count": tally.count,
                }
            )
        )
    label = Score(name).label
    return Card(
        code="trend",
        title=_("%(name)s，近 %(days)s 天") % {"name": label, "days": TREND_DAYS},
        sub=_("平台显示的、自己算的、行业平均；没记的日子空着"),
        columns=[
            Column("day", _("日期")),
            Column("shown", _("平台显示"), "score"),
            Column("own", _("自己算"), "score"),
            Column("industry", _("行业平均"), "score"),
            Column("count", _("计入的评分"), "count"),
        ],
        rows=rows[::-1],
        chart={
            "kind": "lines",
            "x": [f"{day:%m-%d}" for day in own],
            "series": [
                _line(_("平台显示"), rows, "shown"),
                _line(_("自己算"), rows, "own", dashed=True, tone="ink2"),
                _line(_("行业平均"), rows, "industry", tone="prev"),
            ],
            "is_fine": True,
            "unit": "",
        },
    )


def _line(name: str, rows: Sequence[Row], key: str, **more: Any) -> Data:  # noqa: ANN401
    values = [row.cells[key] for row in rows]
    numbers = [None if one is None else float(str(one)) for one in values]
    return {"name": name, "values": numbers, **more}


def roll_off(found: Scores, name: str) -> Card:
    """Give what leaves the 180 days, day by day, and the score if nothing new comes."""
    goes = dsr.rolling_off(found.days[name], today=found.today, ahead=ROLL_DAYS)
    gone = sum(one.off.count for one in goes)
    rows = [
        Row(
            {
                "day": one.day.isoformat(),
                "off": one.off.count,
                "off_mean": one.off.shown if one.off.count else "",
                "left": one.left.count,
                "score": one.left.shown,
                "exact": _fine(one.left),
            }
        )
        for one in goes
    ]
    return Card(
        code="roll",
        title=_("接下来 %(days)s 天滚出去的评分") % {"days": ROLL_DAYS},
        sub=_("共 %(n)s 个；一个新评分都不来时的分数") % {"n": count(gone)} if gone else "",
        columns=[
            Column("day", _("日期")),
            Column("off", _("滚出去"), "count"),
            Column("off_mean", _("其中平均"), "score"),
            Column("left", _("剩下"), "count"),
            Column("score", _("那天的分数"), "score"),
            Column("exact", _("四位小数"), "score", is_file_only=True),
        ],
        rows=rows if gone else [],
        chart={
            "kind": "lines",
            "x": [f"{one.day:%m-%d}" for one in goes],
            # Four decimals: two would draw steps where little leaves.
            "series": [_line(_("没有新评分时"), rows, "exact")],
            "is_fine": True,
            "unit": "",
        }
        if gone
        else None,
        empty=_("没有评分会在这些天里滚出去：自己这份里还没有那么早的评分。"),
    )


def _fine(tally: Tally) -> Decimal | None:
    return None if tally.mean is None else Decimal(f"{float(tally.mean):.4f}")


def year(found: Scores, days: int) -> list[list[object]]:
    """Give so many days of all three scores for a file, the newest first: shown, industry, best, our own copy."""
    since = found.today - timedelta(days=days - 1)
    own = {name: own_series(found, name, since, found.today) for name in dsr.SCORES}
    head: list[object] = [_("日期")]
    for name in dsr.SCORES:
        label = Score(name).label
        head += [
            _("%(name)s平台显示") % {"name": label},
            _("%(name)s行业平均") % {"name": label},
            _("%(name)s行业最高") % {"name": label},
            _("%(name)s自己算") % {"name": label},
            _("%(name)s计入的评分") % {"name": label},
        ]
    rows: list[list[object]] = [head]
    for back in range(days):
        day = found.today - timedelta(days=back)
        row: list[object] = [day.isoformat()]
        for name in dsr.SCORES:
            word, tally = found.shown.get(day, {}).get(name), own[name][day]
            said = (word.score, word.industry, word.best) if word else (None, None, None)
            row += [*said, tally.shown, tally.count]
        rows.append(row)
    return rows


# --- what one rating costs ----------------------------------------------------------------------


def costs(now: ScoreNow) -> list[Data]:
    """Say what one rating of 1, 2 or 3 stars does today."""
    rows = []
    for stars in (1, 2, 3):
        cost = dsr.cost_of(now.own, stars)
        if cost is None or cost.change >= 0:
            continue
        rows.append(
            {
                "stars": stars,
                "change": fraction_text(cost.change),
                "to": f"{score_text(cost.before.shown)} → {score_text(cost.after.shown)}",
                "fives": _("不会回来，等它滚出去")
                if cost.fives is None
                else _("%(n)s 个 5 分") % {"n": count(cost.fives)},
            }
        )
    return rows


def fraction_text(value: Fraction) -> str:
    """Write a small change with four decimals and a real minus."""
    sign = "−" if value < 0 else "＋"
    return f"{sign}{abs(float(value)):.4f}"


# --- the solver ---------------------------------------------------------------------------------


def solver_form(query: Any, found: Scores, name: str, plan: ScorePlan | None) -> SolverForm:  # noqa: ANN401
    """Give the solver's form: as asked, else with the plan's target, else a little above today."""
    if "target" in query:
        return SolverForm(query, today=found.today, auto_id="id_solver_%s")
    now = found.now[name]
    last = found.today + timedelta(days=dsr.DAYS - 1)
    due = found.today + timedelta(days=60)
    target = min((now.own.shown or Decimal("4.80")) + Decimal("0.02"), Decimal("5.00"))
    if plan and found.today < plan.due_on <= last:
        due, target = plan.due_on, plan.target
    values = {"score": name, "target": target, "due": due.isoformat(), "a_day": "", "bad": ""}
    return SolverForm(values, today=found.today, auto_id="id_solver_%s")


def answer(form: SolverForm, found: Scores) -> Data | None:
    """Work out what the form asks; None while it has errors or there is nothing to start from."""
    if not form.is_valid():
        return None
    asked = form.cleaned_data
    name, target, due = asked["score"], asked["target"], asked["due"]
    bad = asked["bad"] or 0
    days = found.days[name]
    got = dsr.fives_for(days, today=found.today, due=due, target=target, expected=Tally(bad, bad))
    rolled = found.now[name].own.count + bad - got.left.count
    return {
        "is_there": not got.fives,
        "fives": got.fives,
        "due": due,
        "target": score_text(target),
        "label": Score(name).label,
        "a_day": f"{Fraction(got.fives, (due - found.today).days).__float__():.1f}",
        "reached": got.reached,
        "left": got.left,
        "left_shown": score_text(got.left.shown),
        "rolled": rolled,
        "bad": bad,
        "with_shown": score_text(got.with_them.shown),
        "one_less": score_text((got.with_them - Tally(1, 5)).shown) if got.fives else "",
        "pace": _pace(asked, found),
        "usual": found.now[name].recent,
    }


def _pace(asked: Data, found: Scores) -> SafeString | str:
    if not asked["a_day"]:
        return ""
    day = dsr.reached_on(
        found.days[asked["score"]],
        today=found.today,
        target=asked["target"],
        a_day=asked["a_day"],
        expected=Tally(asked["bad"] or 0, asked["bad"] or 0),
    )
    if day is None:
        return _("一天 %(n)s 个 5 分，半年里都到不了。") % {"n": asked["a_day"]}
    return format_html(
        _("一天 {} 个 5 分，最早 <b>{}</b> 显示到。"), asked["a_day"], day.isoformat()
    )


# --- the plan -----------------------------------------------------------------------------------


def levers(plan: ScorePlan | None, today: date) -> list[Data]:
    """Give the three levers with what is to be done and what our own rows say of each."""
    since, until = experience.span_until(today - timedelta(days=1), indicators.DAYS)
    parts = experience.kept_parts(since=since, until=until)
    known: dict[str, PlanLever] = {one.lever: one for one in plan.levers.all()} if plan else {}
    return [
        {
            "code": lever,
            "label": LEVERS[lever],
            "row": known.get(lever),
            "is_late": _is_late(known.get(lever), today),
            "evidence": [_evidence(code, parts) for code in EVIDENCE[lever]],
        }
        for lever in Score.values
    ]


def _is_late(row: PlanLever | None, today: date) -> bool:
    return bool(row and row.done_at is None and row.due_on and row.due_on < today)


def _evidence(code: str, parts: Mapping[str, indicators.Parts]) -> Data:
    one = indicators.INDICATORS[code]
    return {
        "label": indicator_words(code),
        "value": indicator_value(one, indicators.value_of(one, parts.get(code))),
        "code": code,
    }


def score_links(chosen: str) -> list[Data]:
    """Give the three scores as links."""
    return [
        {
            "label": label,
            "url": "?" + urlencode({"score": name}),
            "current": name == chosen,
        }
        for name, label in Score.choices
    ]
