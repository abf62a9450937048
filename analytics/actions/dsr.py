"""What people say of scores: the shown ones of a day, indicators of the platform's page, single ratings."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from hashlib import sha1
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.utils.translation import gettext as _

from analytics.actions.scores import request_scores
from analytics.models import DsrDay, ExperienceWord, ShopRating
from analytics.queries import shown
from analytics.queries.shown import FIELDS
from analytics.rules.dsr import SCORES
from analytics.rules.experience import HOURS, INDICATORS, OF_FIVE
from crm.actions.agents import note_score
from crm.models import ServiceScore
from orders.models import Buyer
from products.actions.errors import GoodsRefusedError, StaleGoodsError
from shopops.lib.business_time import business_date
from shopops.staff import operations
from shopops.staff.models import User


class ScoreRefusedError(GoodsRefusedError):
    """A score, an indicator, a rating or a plan cannot be so."""


def lock_topic(name: str) -> None:
    """Let one person at a time speak of a day, of which there may be no row yet; ends with the transaction."""
    assert connection.in_atomic_block, "lock inside the action's transaction"  # noqa: S101
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [f"analytics.{name}"])


@transaction.atomic
def enter_scores(
    *,
    day: date,
    figures: Mapping[str, Decimal | None],
    seen: int,
    by: User,
    now: datetime,
    note: str = "",
) -> DsrDay:
    """Keep what a person read off the platform for a day; earlier words stay and count no more.

    The service score goes to the service desk's own notes too, which bonus sheets read.

    :param seen: `shown.last_word` as the person saw it
    :raises ScoreRefusedError: for a day to come, no figure at all, a score out of 0 to 5, or an average
        above the best
    :raises StaleGoodsError: if somebody or a file said something else since
    """
    values = {name: figures.get(name) for name in FIELDS}
    _check_day(day, now)
    _check_scores(values)
    lock_topic("dsr_days")
    if shown.last_word(day) != seen:
        raise StaleGoodsError(_("%(day)s 的评分") % {"day": day.isoformat()})
    before = shown.stored_fields(day)
    row = DsrDay.objects.create(date=day, said_at=now, said_by=by, note=note, **values)
    _tell_the_desk(day, values["service"], by=by, now=now)
    operations.record(
        name="analytics.dsr.entered",
        by=by,
        now=now,
        object_type="dsr_day",
        object_key=day.isoformat(),
        old=_plain(before),
        new=_plain(values),
        reason=note,
    )
    return row


def _tell_the_desk(day: date, score: Decimal | None, *, by: User, now: datetime) -> None:
    known = ServiceScore.objects.filter(date=day).first()
    if score is None or (known is not None and known.score == round(score, 2)):
        return
    version = known.version if known else 0
    note_score(day=day, score=round(score, 2), version=version, by=by, now=now)


def _check_day(day: date, now: datetime) -> None:
    if day > business_date(now):
        raise ScoreRefusedError(_("这一天还没到。"), field="day")


def _check_scores(values: Mapping[str, Decimal | None]) -> None:
    if all(value is None for value in values.values()):
        raise ScoreRefusedError(_("至少填一个数；不知道的留空。"))
    for name, value in values.items():
        if value is not None and not 0 <= value <= 5:
            raise ScoreRefusedError(_("评分在 0 到 5 之间。"), field=name)
    for name in SCORES:
        mean, best = values[f"{name}_industry"], values[f"{name}_best"]
        if mean is not None and best is not None and mean > best:
            raise ScoreRefusedError(
                _("行业平均不会高过行业最高，看看是不是填反了。"), field=f"{name}_best"
            )


@dataclass(frozen=True, slots=True)
class Said:
    """An indicator as the platform's page says it, and the industry beside it."""

    value: Decimal | None = None
    industry: Decimal | None = None


@transaction.atomic
def enter_experience(
    *, day: date, said: Mapping[str, Said], seen: int, by: User, now: datetime
) -> int:
    """Keep what the platform's page said of a day's indicators; give how many words are new.

    :param seen: `shown.last_experience_word` as the person saw it
    :raises ScoreRefusedError: for a day to come, nothing said, or a figure that cannot be
    :raises StaleGoodsError: if somebody said something of this day since
    """
    _check_day(day, now)
    for code, one in said.items():
        _check_indicator(code, one)
    lock_topic("experience_days")
    if shown.last_experience_word(day) != seen:
        raise StaleGoodsError(_("%(day)s 的体验指标") % {"day": day.isoformat()})
    known = {code: words[day] for code, words in shown.official(since=day, until=day).items()}
    fresh = {
        code: one
        for code, one in said.items()
        if (one.value, one.industry)
        != ((known[code].value, known[code].industry) if code in known else (None, None))
    }
    if not fresh:
        raise ScoreRefusedError(_("没有新的数：至少填一个，不知道的留空。"))
    ExperienceWord.objects.bulk_create(
        [
            ExperienceWord(
                date=day, code=code, value=one.value, industry=one.industry, said_at=now, said_by=by
            )
            for code, one in fresh.items()
        ]
    )
    operations.record(
        name="analytics.experience.entered",
        by=by,
        now=now,
        object_type="experience_day",
        object_key=day.isoformat(),
        old=_plain({code: known[code].value for code in fresh if code in known}),
        new=_plain({code: one.value for code, one in fresh.items()}),
    )
    return len(fresh)


def _check_indicator(code: str, one: Said) -> None:
    unit = INDICATORS[code].unit
    highest = {HOURS: Decimal(2400), OF_FIVE: Decimal(5)}.get(unit, Decimal(1))
    for name, value in (("", one.value), ("_industry", one.industry)):
        if value is not None and not 0 <= value <= highest:
            words = {
                HOURS: _("时长在 0 到 2400 小时之间。"),
                OF_FIVE: _("分数在 0 到 5 之间。"),
            }.get(unit, _("比率在 0% 到 100% 之间。"))
            raise ScoreRefusedError(words, field=f"{code}{name}")


@dataclass(frozen=True, slots=True)
class Stars:
    """One buyer's rating by hand."""

    rated_at: datetime
    goods: int | None
    service: int | None
    delivery: int | None
    nick: str = ""
    tid: str = ""


def rating_key(*, nick: str, tid: str, at: datetime) -> str:
    """Name a rating: member, order, minute. Files lose seconds."""
    minute = str(int(at.timestamp()) // 60)
    return sha1("\x1f".join((nick, tid, minute)).encode(), usedforsecurity=False).hexdigest()


@transaction.atomic
def add_rating(*, stars: Stars, by: User, now: datetime) -> ShopRating:
    """Keep one rating that no file tells.

    :raises ScoreRefusedError: for a time to come, no stars, stars out of 1 to 5, nobody named, or a
        rating that is there already
    """
    if stars.rated_at > now:
        raise ScoreRefusedError(_("评价时间还没到。"), field="rated_at")
    given = {name: getattr(stars, name) for name in SCORES}
    if all(value is None for value in given.values()):
        raise ScoreRefusedError(_("三项至少打一项。"))
    for name, value in given.items():
        if value is not None and not 1 <= value <= 5:
            raise ScoreRefusedError(_("打分要是 1 到 5。"), field=name)
    if not stars.nick and not stars.tid:
        raise ScoreRefusedError(
            _("写上昵称或订单编号，才知道是谁打的：一人一月只算前三次。"), field="nick"
        )
    try:
        with transaction.atomic():
            row = ShopRating.objects.create(
                buyer=_buyer(stars),
                rated_at=stars.rated_at,
                said_at=now,
                said_by=by,
                is_masked="*" in stars.nick,
                key=rating_key(nick=stars.nick, tid=stars.tid, at=stars.rated_at),
                tid=stars.tid,
                nick=stars.nick,
                **given,
            )
    except IntegrityError:
        raise ScoreRefusedError(_("这一条已经有了：同一人、同一单、同一分钟。")) from None
    operations.record(
        name="analytics.rating.added",
        by=by,
        now=now,
        object_type="shop_rating",
        object_key=str(row.pk),
        new={"rated_at": stars.rated_at.isoformat(), **given},
    )
    request_scores(now=now)
    return row


def _buyer(stars: Stars) -> Buyer | None:
    if stars.tid:
        found = Buyer.objects.filter(orders__tid=stars.tid).first()
        if found is not None:
            return found
    if not stars.nick or "*" in stars.nick:
        return None
    return Buyer.objects.filter(key=stars.nick).first()


@transaction.atomic
def take_back_rating(*, rating_id: int, by: User, now: datetime) -> None:
    """Take a rating by hand back.

    :raises ShopRating.DoesNotExist: if there is none, or a file told it: then the file is taken back
    """
    row = locked_rating(rating_id)
    row_words = {"rated_at": row.rated_at.isoformat()} | {
        name: getattr(row, name) for name in SCORES
    }
    row.delete()
    operations.record(
        name="analytics.rating.taken_back",
        by=by,
        now=now,
        object_type="shop_rating",
        object_key=str(rating_id),
        old=row_words,
    )
    request_scores(now=now)


def locked_rating(rating_id: int) -> ShopRating:
    """Lock a rating by hand.

    :raises ShopRating.DoesNotExist: if there is none
    """
    rows = ShopRating.objects.select_for_update(of=("self",)).filter(batch_id__isnull=True)
    return rows.get(pk=rating_id)


def _plain(values: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: f"{value.normalize():f}" if isinstance(value, Decimal) else value
        for name, value in values.items()
        if value is not None
    }
