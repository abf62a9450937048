"""The demo shop's scores: stars that go with its reviews, the scores as shown, indicators, a plan. From a seed."""

import csv
import io
import random
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal

from analytics.actions import dsr as actions
from analytics.actions import plans, scores
from analytics.actions.dsr import Said
from analytics.models import DsrDay
from analytics.queries import experience, shown
from analytics.queries.dsr import own_series
from analytics.queries.dsr import scores as scores_of
from analytics.rules import dsr as rules
from analytics.rules.experience import COMPOSITE, DAYS, HOURS, NINE, Indicator, value_of
from analytics.score_choices import Score
from crm.models import Review
from orders.models import Order
from shopops.intake import actions as intake
from shopops.intake.choices import BatchSource
from shopops.lib import vault
from shopops.lib.business_time import SHANGHAI, business_date
from shopops.staff.models import User
from shopops.work.engine import perform_inline
from shopops.work.models import Run

SEED = 20260930
RATING_HEADERS = ("昵称", "订单编号", "评价时间", "描述相符", "服务态度", "物流服务")
_STARS: Mapping[str, tuple[Sequence[int], Sequence[int]]] = {
    "good": ((5, 4), (92, 8)),
    "neutral": ((4, 3, 2), (30, 55, 15)),
    "bad": ((3, 2, 1), (20, 30, 50)),
}
SHOWN_DAYS = 40
INDUSTRY = {"goods": "4.79", "service": "4.80", "delivery": "4.78"}
BEST = {"goods": "4.93", "service": "4.94", "delivery": "4.92"}
LEVERS = {
    Score.GOODS: "详情页补上厚度和尺寸的实拍，掉色的两款下架复检",
    Score.SERVICE: "晚班加一人，首次响应压到 25 秒；差评当天电话回访",
    Score.DELIVERY: "江浙沪换中通，48 小时没揽收的 10 点前催",
}


def fill(by_name: Mapping[str, User], now: datetime) -> None:
    """Give the shop its scores. Does nothing where it has some already."""
    if DsrDay.objects.exists():
        return
    dice = random.Random(SEED)  # noqa: S311 - a seed gives the same shop each time
    _bring(rating_file(dice, now), f"评分明细{now.astimezone(SHANGHAI):%Y%m%d}.csv", now)
    perform_inline(scores.request_scores(now=now, ring=False))
    _bring(shown_file(dice, now), f"店铺评分{now.astimezone(SHANGHAI):%Y%m%d}.csv", now)
    _late_word(by_name["cen"], now)
    _experience(dice, by_name["cen"], now)
    _plan(by_name, now)


def rating_file(dice: random.Random, now: datetime) -> bytes:
    """Write the stars of each review, and of older orders whose reviews came in no file."""
    return _csv((RATING_HEADERS, *_before(dice, now), *_older(dice, now), *_reviewed(dice)))


def _reviewed(dice: random.Random) -> Iterator[tuple[str, ...]]:
    for row in Review.objects.select_related("order").order_by("rated_at", "pk"):
        tid = row.order.tid if row.order else ""
        yield _row(dice, row.nick, tid, row.rated_at, row.rating)


def _before(dice: random.Random, now: datetime) -> Iterator[tuple[str, ...]]:
    """Give ratings of months before the demo's first orders, so that something rolls off."""
    for back in range(240, 95, -1):
        for _each in range(dice.randint(4, 11)):
            rated = now - timedelta(days=back, minutes=dice.randint(0, 700))
            grade = dice.choices(("good", "neutral", "bad"), (92, 4, 4))[0]
            yield _row(dice, f"老客{dice.randint(1000, 9999)}", "", rated, grade)


def _older(dice: random.Random, now: datetime) -> Iterator[tuple[str, ...]]:
    reviewed = Review.objects.filter(order__isnull=False).values("order")
    rows = (
        Order.objects.filter(stage="signed", paid_at__gte=now - timedelta(days=300))
        .filter(paid_at__lt=now - timedelta(days=35))
        .exclude(pk__in=reviewed)
        .order_by("paid_at", "pk")
    )
    for row in rows.values("tid", "buyer_nick", "paid_at").iterator():
        if row["paid_at"] is not None and dice.random() < 0.3:
            rated = row["paid_at"] + timedelta(hours=dice.randint(80, 300))
            grade = dice.choices(("good", "neutral", "bad"), (95, 3, 2))[0]
            if rated < now:
                yield _row(dice, row["buyer_nick"], row["tid"], rated, grade)


def _row(dice: random.Random, nick: str, tid: str, rated: datetime, grade: str) -> tuple[str, ...]:
    stars = [dice.choices(*_STARS[grade])[0] for _score in rules.SCORES]
    # Goods are a little better than the rest, delivery a little worse.
    stars[0] = 5 if stars[0] == 4 and dice.random() < 0.3 else stars[0]
    stars[2] = 4 if stars[2] == 5 and dice.random() < 0.04 else stars[2]
    local = rated.astimezone(SHANGHAI)
    return (nick, tid, f"{local:%Y-%m-%d %H:%M:%S}", *(str(one) for one in stars))


def shown_file(dice: random.Random, now: datetime) -> bytes:
    """Write what the platform showed: near our own copy, which never has every rating."""
    today = business_date(now)
    since = today - timedelta(days=SHOWN_DAYS)
    found = scores_of(today=today, back=SHOWN_DAYS)
    rows: list[tuple[str, ...]] = [_shown_head()]
    own = {name: own_series(found, name, since, today) for name in rules.SCORES}
    for back in range(SHOWN_DAYS, -1, -1):
        day = today - timedelta(days=back)
        if day == _skipped(today):
            continue
        rows.append(_shown_row(dice, day, {name: own[name][day].shown for name in own}))
    return _csv(rows)


def _shown_head() -> tuple[str, ...]:
    names = [str(Score(name).label) for name in rules.SCORES]
    return (
        "统计日期",
        *names,
        *(f"{name}行业平均" for name in names),
        *(f"{name}行业最高" for name in names),
    )


def _shown_row(
    dice: random.Random,
    day: date,
    own: Mapping[str, Decimal | None],
) -> tuple[str, ...]:
    scores_shown = []
    for name in rules.SCORES:
        value = own[name]
        near = None if value is None else value + Decimal(dice.choice((0, 0, 0, 1))) / 100
        scores_shown.append("" if near is None else f"{min(near, Decimal(5)):.2f}")
    return (day.isoformat(), *scores_shown, *INDUSTRY.values(), *BEST.values())


def _late_word(lead: User, now: datetime) -> None:
    """Note by hand, days later, what the file does not say of the day that nobody exported."""
    day = _skipped(business_date(now))
    figures = shown.stored_fields(day - timedelta(days=1))
    if any(figures[name] for name in rules.SCORES):
        actions.enter_scores(
            day=day, figures=figures, seen=0, by=lead, now=now - timedelta(days=9), note="补记"
        )


def _skipped(today: date) -> date:
    """Give a day that nobody exported; not the end of a month, of which the service desk notes a score."""
    day = today - timedelta(days=12)
    return day if (day + timedelta(days=1)).day != 1 else day - timedelta(days=1)


def _experience(dice: random.Random, lead: User, now: datetime) -> None:
    """Note what the platform's page said on the last two days: near our own figures."""
    today = business_date(now)
    for back in (1, 0):
        day = today - timedelta(days=back)
        since, until = experience.span_until(day - timedelta(days=1), DAYS)
        parts = experience.kept_parts(since=since, until=until)
        said = {
            one.code: _near(dice, one, value_of(one, parts.get(one.code)))
            for one in (*NINE, *COMPOSITE)
        }
        said = {code: one for code, one in said.items() if one.value is not None}
        if not said:
            return
        said["official"] = Said(Decimal("4.7") if back else Decimal("4.6"), None)
        actions.enter_experience(
            day=day,
            said=said,
            seen=shown.last_experience_word(day),
            by=lead,
            now=now - timedelta(days=back),
        )


def _near(dice: random.Random, one: Indicator, value: Decimal | None) -> Said:
    # Files that tell of it come later.
    if not value:
        return Said()
    near = value * Decimal(dice.randint(97, 104)) / 100
    industry = value * Decimal(dice.randint(85, 112)) / 100
    highest = Decimal(2400) if one.unit == HOURS else Decimal(1)
    return Said(*(min(number, highest).quantize(Decimal("0.0001")) for number in (near, industry)))


def _plan(by_name: Mapping[str, User], now: datetime) -> None:
    today = business_date(now)
    lead, manager = by_name["cen"], by_name["ning"]
    plans.save_plan(
        score=Score.SERVICE,
        target=Decimal("4.82"),
        due_on=today + timedelta(days=60),
        owner=lead,
        version=0,
        by=manager,
        now=now,
    )
    for number, (lever, text) in enumerate(LEVERS.items()):
        plans.save_lever(
            score=Score.SERVICE,
            lever=lever,
            text=text,
            owner=lead if lever == Score.SERVICE else manager,
            due_on=today + timedelta(days=7 * (number + 1)),
            is_done=False,
            version=0,
            by=manager,
            now=now,
        )


def _csv(rows: Sequence[Sequence[str]]) -> bytes:
    out = io.StringIO()
    csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\r\n").writerows(rows)
    return out.getvalue().encode("gb18030")


def _bring(content: bytes, name: str, now: datetime) -> None:
    received = intake.receive_file(
        stored=vault.store(io.BytesIO(content)),
        file_name=name,
        source=BatchSource.DEMO,
        by=None,
        now=now,
        written_at=now,
        auto_commit=True,
        wanted_kind="",
        ring=False,
    )
    perform_inline(received.run)
    for run in Run.objects.filter(kind="intake.merge", key=str(received.batch.pk)):
        perform_inline(run)
