"""Ratings and scores as tests of them need them."""

from datetime import date, datetime
from decimal import Decimal

from analytics.actions import dsr as actions
from analytics.actions import scores
from analytics.actions.dsr import Said
from analytics.models import DsrDay, ShopRating
from analytics.queries import shown
from crm.models import Review
from shopops.lib.business_time import SHANGHAI, business_date
from tests.times import NOW

TODAY = business_date(NOW)


def at(day: date, hour: int = 10, minute: int = 0) -> datetime:
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=SHANGHAI)


def review(key: str, rated_at: datetime, stars: int | None = 5, **columns) -> Review:
    return Review.objects.create(
        key=key,
        rating=columns.pop("rating", "good"),
        rated_at=rated_at,
        first_seen_at=rated_at,
        score_goods=stars,
        score_service=stars,
        score_logistics=stars,
        **columns,
    )


def starred(key: str, rated_at: datetime, stars: int = 5, **columns) -> ShopRating:
    return ShopRating.objects.create(
        key=key,
        rated_at=rated_at,
        said_at=rated_at,
        goods=stars,
        service=stars,
        delivery=stars,
        **columns,
    )


def recount(*months: date) -> None:
    for month in months:
        scores.count_month(month)


def whole(**given: str | None) -> dict[str, Decimal | None]:
    return {name: Decimal(value) if value else None for name, value in given.items()}


def enter(day: date, by, now: datetime = NOW, **given: str | None) -> DsrDay:
    return actions.enter_scores(
        day=day, figures=whole(**given), seen=shown.last_word(day), by=by, now=now
    )


def said(day: date, manager, now: datetime = NOW, **given: str) -> None:
    actions.enter_experience(
        day=day,
        said={code: Said(Decimal(value)) for code, value in given.items()},
        seen=shown.last_experience_word(day),
        by=manager,
        now=now,
    )
