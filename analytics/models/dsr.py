"""Scores of the shop: ratings, what the platform showed, plans, and the sums behind the experience indicators.

What people and files say is never overwritten: every word stays, and reading decides which counts
(`analytics.queries.shown`). What we work out ourselves (`RatingDay`, `ExperienceDay`) is kept by day
as sums, and may be thrown away and worked out again at any time.
"""

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q

from analytics.score_choices import Score
from orders.models import Buyer


def _score() -> "models.DecimalField[Any, Any]":
    return models.DecimalField(max_digits=6, decimal_places=5, null=True)


def _stars() -> "models.SmallIntegerField[Any, Any]":
    return models.SmallIntegerField(null=True)


def _person() -> "models.ForeignKey[Any, Any]":
    return models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )


class ShopRating(models.Model):
    """A buyer's stars that no review file tells: the platform's review file has none.

    Where a review of the same order (or of the same member in the same minute) has stars, that one
    counts and this one does not.
    """

    buyer = models.ForeignKey(Buyer, null=True, on_delete=models.SET_NULL, related_name="+")
    batch_id = models.BigIntegerField(null=True)
    rated_at = models.DateTimeField()
    said_at = models.DateTimeField()
    said_by = _person()
    goods = _stars()
    service = _stars()
    delivery = _stars()
    is_masked = models.BooleanField(default=False)
    # Of several words about one rating the one of the latest export.
    is_current = models.BooleanField(default=True)
    # Made of member name, order and minute: the same row of two files is one rating.
    key = models.CharField(max_length=44, db_collation="C")
    tid = models.CharField(max_length=32, blank=True, default="", db_collation="C")
    nick = models.CharField(max_length=80, blank=True, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["key"],
                condition=Q(is_current=True),
                name="of_the_words_about_a_rating_one_counts",
            ),
            models.CheckConstraint(
                condition=Q(goods__isnull=False)
                | Q(service__isnull=False)
                | Q(delivery__isnull=False),
                name="a_rating_has_stars",
            ),
            *(
                models.CheckConstraint(
                    condition=Q(**{f"{name}__isnull": True})
                    | Q(**{f"{name}__gte": 1, f"{name}__lte": 5}),
                    name=f"stars_for_{name}_are_one_to_five",
                )
                for name in ("goods", "service", "delivery")
            ),
        ]
        indexes = [
            models.Index(
                fields=["-rated_at", "-id"],
                name="shop_rating_idx",
                condition=Q(is_current=True),
            ),
            models.Index(fields=["key", "said_at"], name="shop_rating_key_idx"),
            models.Index(
                fields=["batch_id"],
                name="shop_rating_batch_idx",
                condition=Q(batch_id__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.rated_at:%Y-%m-%d} {self.goods}/{self.service}/{self.delivery}"


class RatingDay(models.Model):
    """The ratings of a day that count, worked out by `analytics.actions.scores`; no row: none."""

    date = models.DateField()
    count = models.IntegerField()
    total = models.IntegerField()
    score = models.CharField(max_length=8, choices=Score.choices)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["score", "date"], name="a_score_has_a_day_once"),
        ]

    def __str__(self) -> str:
        return f"{self.date} {self.score}"


class DsrDay(models.Model):
    """One word about the scores as the platform showed them on a day: by a file or by a person.

    A file says only what it has columns for; a person says all, and what is left empty is unknown.
    """

    batch_id = models.BigIntegerField(null=True)
    said_at = models.DateTimeField()
    said_by = _person()
    date = models.DateField()
    goods = _score()
    service = _score()
    delivery = _score()
    goods_industry = _score()
    service_industry = _score()
    delivery_industry = _score()
    goods_best = _score()
    service_best = _score()
    delivery_best = _score()
    note = models.CharField(max_length=200, blank=True, default="")

    class Meta:
        indexes = [
            models.Index(fields=["date", "said_at"], name="dsr_day_date_idx"),
            models.Index(
                fields=["batch_id"], name="dsr_day_batch_idx", condition=Q(batch_id__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.date}"


class ExperienceWord(models.Model):
    """What the platform's page said of an indicator on a day, and the industry beside it."""

    said_at = models.DateTimeField()
    said_by = _person()
    date = models.DateField()
    # A rate is 0 to 1, a time in hours, the official score of five.
    value = models.DecimalField(max_digits=9, decimal_places=5, null=True)
    industry = models.DecimalField(max_digits=9, decimal_places=5, null=True)
    code = models.CharField(max_length=16)
    note = models.CharField(max_length=200, blank=True, default="")

    class Meta:
        indexes = [models.Index(fields=["code", "date", "said_at"], name="experience_word_idx")]

    def __str__(self) -> str:
        return f"{self.date} {self.code}"


class ExperienceDay(models.Model):
    """What our own rows say of an indicator on a day, as sums: days add up. Times are in seconds."""

    date = models.DateField()
    computed_at = models.DateTimeField()
    part = models.BigIntegerField()
    base = models.BigIntegerField()
    code = models.CharField(max_length=16)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["date", "code"], name="an_indicator_has_a_day_once"),
        ]

    def __str__(self) -> str:
        return f"{self.date} {self.code}"


class ScorePlan(models.Model):
    """What a score is to be, by when, and who sees to it."""

    due_on = models.DateField()
    changed_at = models.DateTimeField()
    changed_by = _person()
    owner = _person()
    version = models.IntegerField(default=1)
    target = models.DecimalField(max_digits=3, decimal_places=2)
    score = models.CharField(max_length=8, choices=Score.choices, unique=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(target__gte=1, target__lte=5), name="a_planned_score_is_of_five"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.score} {self.target} {self.due_on}"


class PlanLever(models.Model):
    """What is done about a score by one of the three levers: goods, service, delivery."""

    plan = models.ForeignKey(ScorePlan, on_delete=models.CASCADE, related_name="levers")
    due_on = models.DateField(null=True)
    done_at = models.DateTimeField(null=True)
    owner = _person()
    version = models.IntegerField(default=1)
    lever = models.CharField(max_length=8, choices=Score.choices)
    text = models.CharField(max_length=300)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["plan", "lever"], name="a_plan_pulls_a_lever_once"),
        ]

    def __str__(self) -> str:
        return f"{self.lever}: {self.text[:20]}"
