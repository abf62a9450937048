"""Parts of the page of scores: the three cards, the trend, what rolls off, the solver's answer, the plan."""

from collections.abc import Mapping
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


def trend(found: Scores, name: str) -> Data:
    """Give the score of sixty days: as shown, our own copy, the industry."""
    since = found.today - timedelta(days=TREND_DAYS - 1)
    own = own_series(found, name, since, found.today)
    rows = []
    for day, tally in own.items():
        word = found.shown.get(day, {}).get(name)
        rows.append(
            (
                day,
                word.score if word else None,
                tally.shown,
                word.industry if word else None,
                tally.count,
            )
        )
    label = Score(name).label
    return {
        "title": _("%(name)s，近 %(days)s 天") % {"name": label, "days": TREND_DAYS},
        "sub": _("平台显示的、自己算的、行业平均；没记的日子空着"),
        "data": {
            "kind": "lines",
            "x": [f"{day:%m-%d}" for day, *_rest in rows],
            "series": [
                _line(_("平台显示"), [row[1] for row in rows]),
                _line(_("自己算"), [row[2] for row in rows], dashed=True, tone="ink2"),
                _line(_("行业平均"), [row[3] for row in rows], tone="prev"),
            ],
            "is_fine": True,
            "unit": "",
        },
        "columns": [_("日期"), _("平台显示"), _("自己算"), _("行业平均"), _("计入的评分")],
        "rows": [
            [day.isoformat(), _cell(shown), _cell(own_score), _cell(mean), count(number)]
            for day, shown, own_score, mean, number in reversed(rows)
        ],
    }


def _line(name: str, values: list[Decimal | None], **more: Any) -> Data:  # noqa: ANN401
    return {"name": name, "values": [None if one is None else float(one) for one in values], **more}


def _cell(value: Decimal | None) -> str | None:
    return None if value is None else score_text(value)


def roll_off(found: Scores, name: str) -> Data:
    """Give what leaves the 180 days, day by day, and the score if nothing new comes."""
    rows = dsr.rolling_off(found.days[name], today=found.today, ahead=ROLL_DAYS)
    gone = sum(row.off.count for row in rows)
    return {
        "title": _("接下来 %(days)s 天滚出去的评分") % {"days": ROLL_DAYS},
        "sub": _("共 %(n)s 个；一个新评分都不来时的分数") % {"n": count(gone)},
        "data": {
            "kind": "lines",
            "x": [f"{row.day:%m-%d}" for row in rows],
            # Four decimals: two would draw steps where little leaves.
            "series": [_line(_("没有新评分时"), [_fine(row.left) for row in rows])],
            "is_fine": True,
            "unit": "",
        },
        "columns": [_("日期"), _("滚出去"), _("其中平均"), _("剩下"), _("那天的分数")],
        "rows": [
            [
                row.day.isoformat(),
                count(row.off.count),
                _mean_text(row.off),
                count(row.left.count),
                score_text(row.left.shown) if row.left.shown is not None else None,
            ]
            for row in rows
        ],
        "is_empty": not gone,
    }


def _fine(tally: Tally) -> Decimal | None:
    return None if tally.mean is None else Decimal(f"{float(tally.mean):.4f}")


def _mean_text(tally: Tally) -> str:
    return score_text(tally.shown) if tally.shown is not None else "—"


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
