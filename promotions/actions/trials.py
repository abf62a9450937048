"""Tests of two forms or more: set up with their size, filled day by day, decided once or stopped."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from products.models import ProductDay
from promotions.actions.keeping import change, locked_one, note, note_change
from promotions.actions.refusals import TrialRefusedError
from promotions.choices import TrialMeasure, TrialSplit, TrialState, TrialSubject
from promotions.metrics import ab
from promotions.models import Trial, TrialDay, TrialVariant
from promotions.queries.trials import TrialRead, read_trial, variant_of_day
from shopops.lib.business_time import business_date
from shopops.staff.models import User

MOST_FORMS = 5
LEAST_DAYS = 7
MOST_PEOPLE = 2_000_000_000


@dataclass(frozen=True, slots=True)
class Wanted:
    """A test as somebody asks for it. Rates and lift are parts of 1; `names`: the first is what there is."""

    name: str
    subject: TrialSubject
    split: TrialSplit
    measure: TrialMeasure
    starts_on: date
    planned_days: int
    baseline: Decimal
    smallest_lift: Decimal
    names: Sequence[str]
    product_id: int | None = None
    block_days: int = 1
    spread: Decimal | None = None


@transaction.atomic
def start_trial(*, wanted: Wanted, by: User, now: datetime) -> Trial:
    """Set up a test; the people it needs are worked out here and stay.

    :raises TrialRefusedError: if its forms, days or figures cannot make a test
    """
    _refuse_forms(wanted)
    _refuse_days(wanted)
    trial = Trial.objects.create(
        product_id=wanted.product_id,
        started_by=by,
        started_at=now,
        starts_on=wanted.starts_on,
        planned_people=_people(wanted),
        planned_days=wanted.planned_days,
        block_days=1 if wanted.split != TrialSplit.BLOCKS else wanted.block_days,
        subject=wanted.subject,
        split=wanted.split,
        measure=wanted.measure,
        baseline=wanted.baseline,
        smallest_lift=wanted.smallest_lift,
        spread=wanted.spread if wanted.measure == TrialMeasure.AMOUNT else None,
        name=wanted.name.strip(),
    )
    TrialVariant.objects.bulk_create(
        TrialVariant(trial=trial, position=place, name=name)
        for place, name in enumerate(wanted.names)
    )
    new = {"name": trial.name, "people": trial.planned_people, "days": trial.planned_days}
    note("promotions.trial.started", trial, by=by, now=now, new=new)
    return trial


def _refuse_forms(wanted: Wanted) -> None:
    names = [one.strip() for one in wanted.names]
    if not 2 <= len(names) <= MOST_FORMS or not all(names):
        raise TrialRefusedError(
            _("写 2 到 %(n)d 种方案，第一种是现在的。") % {"n": MOST_FORMS}, field="names"
        )
    if len(set(names)) < len(names):
        raise TrialRefusedError(_("两种方案同名，分不清。"), field="names")
    if wanted.subject == TrialSubject.PRICE and wanted.split == TrialSplit.TRAFFIC:
        raise TrialRefusedError(
            _("同一时间给不同的人不同的价，是价格歧视；价格只能按天或按段轮换来测。"), field="split"
        )


def _refuse_days(wanted: Wanted) -> None:
    if wanted.planned_days < LEAST_DAYS:
        raise TrialRefusedError(
            _("至少测 %(n)d 天：周末和平日不一样。") % {"n": LEAST_DAYS}, field="planned_days"
        )
    if wanted.split == TrialSplit.TRAFFIC:
        return
    block = wanted.block_days if wanted.split == TrialSplit.BLOCKS else 1
    turn = block * len(wanted.names)
    if block < 1 or wanted.planned_days % turn or wanted.planned_days < 2 * turn:
        raise TrialRefusedError(
            _("轮换一遍要 %(turn)d 天，天数要是它的整倍数，至少两遍（%(least)d 天）。")
            % {"turn": turn, "least": 2 * turn},
            field="planned_days",
        )


def _people(wanted: Wanted) -> int:
    forms = len(wanted.names)
    baseline, lift = float(wanted.baseline), float(wanted.smallest_lift)
    try:
        if wanted.measure == TrialMeasure.AMOUNT:
            needed = ab.people_for_amount(baseline, lift, float(wanted.spread or 0), forms=forms)
        else:
            needed = ab.people_for_rate(baseline, lift, forms=forms)
    except ValueError as error:
        words = (
            _("写下每访客金额和它的标准差，都要大于零。")
            if wanted.measure == TrialMeasure.AMOUNT
            else _("现在的比率和提升以后的比率都要在 0 到 100% 之间。")
        )
        raise TrialRefusedError(words, field="baseline") from error
    if not math.isfinite(needed) or needed > MOST_PEOPLE:
        raise TrialRefusedError(
            _("这么小的差别测不出来，把想看出的提升放大。"), field="smallest_lift"
        )
    return needed


@dataclass(frozen=True, slots=True)
class DayGiven:
    """One form's figures of a day as somebody gives them."""

    variant_id: int
    people: int
    hits: int
    amount: Decimal | None = None


@transaction.atomic
def enter_day(
    *, trial_id: int, day: date, given: Sequence[DayGiven], by: User, now: datetime
) -> int:
    """Keep a day's figures, in place of those before; give how many rows. Locks the test.

    :raises Trial.DoesNotExist: if there is none
    :raises TrialRefusedError: if the test is over, the day is not of it, or the figures contradict
    """
    trial = locked_one(Trial, trial_id)
    _refuse_day(trial, day, now)
    variants = list(trial.variants.order_by("position", "pk"))
    if not given:
        raise TrialRefusedError(_("一个数都没有填。"))
    for one in given:
        _refuse_given(trial, variants, day, one)
    for one in given:
        TrialDay.objects.update_or_create(
            variant_id=one.variant_id,
            date=day,
            defaults={
                "people": one.people,
                "hits": one.hits,
                "amount": one.amount,
                "is_imported": False,
                "entered_by": by,
                "entered_at": now,
            },
        )
    note("promotions.trial.day_entered", trial, by=by, now=now, new={"date": day})
    return len(given)


def _refuse_day(trial: Trial, day: date, now: datetime) -> None:
    if trial.state != TrialState.RUNNING:
        raise TrialRefusedError(_("测试已经结束，不再收数。"))
    if day < trial.starts_on:
        raise TrialRefusedError(_("这一天测试还没开始。"), field="date")
    if day > business_date(now):
        raise TrialRefusedError(_("这一天还没到。"), field="date")


def _refuse_given(trial: Trial, variants: Sequence[TrialVariant], day: date, one: DayGiven) -> None:
    if one.variant_id not in {row.pk for row in variants}:
        raise TrialRefusedError(_("这个测试没有这种方案。"))
    if one.people < 0 or one.hits < 0 or one.hits > one.people:
        raise TrialRefusedError(_("成交或点击的人不会多过看到的人。"), field="hits")
    if trial.measure == TrialMeasure.AMOUNT and one.amount is None:
        raise TrialRefusedError(_("这个测试看金额，要填支付金额。"), field="amount")
    if one.amount is not None and one.amount < 0:
        raise TrialRefusedError(_("金额不能是负数。"), field="amount")
    if trial.split != TrialSplit.TRAFFIC:
        turn = variant_of_day(trial, list(variants), day)
        if turn.pk != one.variant_id:
            raise TrialRefusedError(
                _("%(day)s 轮到「%(name)s」，不是别的方案。") % {"day": day, "name": turn.name},
                field="date",
            )


@transaction.atomic
def fill_from_days(*, trial_id: int, by: User, now: datetime) -> int:
    """Take the product's imported figures for the days that nobody entered; give how many. Locks the test.

    :raises Trial.DoesNotExist: if there is none
    :raises TrialRefusedError: if its forms share days, it counts clicks, or it is of no product
    """
    trial = locked_one(Trial, trial_id)
    if trial.state != TrialState.RUNNING:
        raise TrialRefusedError(_("测试已经结束，不再收数。"))
    if trial.product_id is None:
        raise TrialRefusedError(_("测试没有写是哪个商品，取不到每天的数。"))
    if trial.split == TrialSplit.TRAFFIC or trial.measure == TrialMeasure.CLICK_RATE:
        raise TrialRefusedError(
            _("生意参谋的商品文件里没有分方案的数，也没有展现；只有轮换的转化率或金额能自动取。")
        )
    rows = _imported(trial, trial.product_id, now)
    variants = list(trial.variants.order_by("position", "pk"))
    known = set(
        TrialDay.objects.filter(variant__trial=trial, is_imported=False).values_list(
            "date", flat=True
        )
    )
    kept = 0
    for row in rows:
        if row.date in known:
            continue
        TrialDay.objects.update_or_create(
            variant=variant_of_day(trial, variants, row.date),
            date=row.date,
            defaults={
                "people": row.visitors or 0,
                "hits": min(row.paid_buyers or 0, row.visitors or 0),
                "amount": row.paid_amount,
                "is_imported": True,
                "entered_by": by,
                "entered_at": now,
            },
        )
        kept += 1
    note("promotions.trial.filled", trial, by=by, now=now, new={"days": kept})
    return kept


def _imported(trial: Trial, product_id: int, now: datetime) -> list[ProductDay]:
    """Give the product's whole days, those of which visitors and buyers (or money) are known."""
    until = business_date(now) - timedelta(days=1)
    rows = ProductDay.objects.filter(
        product_id=product_id,
        date__gte=trial.starts_on,
        date__lte=until,
        visitors__isnull=False,
        paid_buyers__isnull=False,
    )
    if trial.measure == TrialMeasure.AMOUNT:
        rows = rows.filter(paid_amount__isnull=False)
    return list(rows.order_by("date"))


@transaction.atomic
def decide_trial(
    *, trial_id: int, chosen_id: int, lesson: str, version: int, by: User, now: datetime
) -> Trial:
    """End a test with what will be used and the lesson. Locks the test.

    :raises Trial.DoesNotExist: if there is none
    :raises StaleGoodsError: if it changed since `version`
    :raises TrialRefusedError: if it cannot be read yet, or the choice is neither the winner nor what there is
    """
    trial = locked_one(Trial, trial_id, version=version)
    _refuse_over(trial)
    found = read_trial(trial)
    if found.reading.status != "read":
        raise TrialRefusedError(_("还不能下结论：没有到定好的人数和天数，或者分流不对。"))
    place = next((n for n, one in enumerate(found.variants) if one.pk == chosen_id), None)
    if place is None:
        raise TrialRefusedError(_("这个测试没有这种方案。"), field="chosen")
    if place not in {0, found.reading.winner}:
        raise TrialRefusedError(
            _("数据没有说「%(name)s」更好，只能用赢的方案，或者维持现在的。")
            % {"name": found.variants[place].name},
            field="chosen",
        )
    if not lesson.strip():
        raise TrialRefusedError(_("写一句学到了什么。"), field="lesson")
    values = {"chosen_id": chosen_id, "lesson": lesson.strip(), "state": TrialState.DECIDED.value}
    return _end(trial, values, found, by=by, now=now)


@transaction.atomic
def stop_trial(*, trial_id: int, lesson: str, version: int, by: User, now: datetime) -> Trial:
    """End a test without a conclusion. Locks the test.

    :raises Trial.DoesNotExist: if there is none
    :raises StaleGoodsError: if it changed since `version`
    :raises TrialRefusedError: if it is over, or no reason is given
    """
    trial = locked_one(Trial, trial_id, version=version)
    _refuse_over(trial)
    if not lesson.strip():
        raise TrialRefusedError(_("写下为什么停。"), field="lesson")
    values = {"lesson": lesson.strip(), "state": TrialState.STOPPED.value}
    return _end(trial, values, read_trial(trial), by=by, now=now)


def _refuse_over(trial: Trial) -> None:
    if trial.state != TrialState.RUNNING:
        raise TrialRefusedError(
            _("测试已经是「%(state)s」。") % {"state": trial.get_state_display()}
        )


def _end(
    trial: Trial, values: dict[str, Any], found: TrialRead, *, by: User, now: datetime
) -> Trial:
    result = _result(found)
    change(trial, {**values, "decided_at": now, "decided_by": by, "result": result}, now=now, by=by)
    changed = {"trial_state": (TrialState.RUNNING.value, trial.state)}
    name = "decided" if trial.state == TrialState.DECIDED else "stopped"
    reason = str(values["lesson"])
    note_change(f"promotions.trial.{name}", trial, changed, by=by, now=now, reason=reason)
    return trial


def _result(found: TrialRead) -> dict[str, Any]:
    reading = found.reading
    return {
        "status": reading.status,
        "read_on": reading.read_on.isoformat() if reading.read_on else None,
        "days": reading.days,
        "forms": [
            {
                "name": variant.name,
                "people": form.people,
                "hits": form.hits,
                "amount": round(form.amount, 2),
                "value": form.span.value,
                "low": form.span.low,
                "high": form.span.high,
            }
            for variant, form in zip(found.variants, reading.forms, strict=True)
        ],
        "contrasts": [
            {
                "form": one.form,
                "difference": one.difference.value,
                "low": one.difference.low,
                "high": one.difference.high,
                "verdict": one.verdict,
            }
            for one in reading.contrasts
        ],
    }
