"""What is known of each service agent's days, by which targets they are judged, and whose customers are whose.

Every word about a day stays; of several the later counts (`is_current`). Rates are never stored but
derived from counts. Null is unknown, never zero.
"""

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q

from crm.models.customer import Customer
from crm.service_choices import Measure
from shopops.lib.columns import money


def _count() -> "models.IntegerField[Any, Any]":
    return models.IntegerField(null=True)


def _seconds() -> "models.DecimalField[Any, Any]":
    return models.DecimalField(max_digits=8, decimal_places=2, null=True)


class AgentName(models.Model):
    """A name as a chat tool writes it. A person says once who that is; until then nobody."""

    agent = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    seen_at = models.DateTimeField()
    mapped_at = models.DateTimeField(null=True)
    mapped_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    version = models.IntegerField(default=1)
    # A robot or a line of totals: its rows are kept and counted for nobody.
    is_nobody = models.BooleanField(default=False)
    name = models.CharField(max_length=60, unique=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(is_nobody=False) | Q(agent__isnull=True),
                name="a_name_is_somebody_or_nobody",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class AgentDay(models.Model):
    """What was said of a name's day: by a file (`batch_id`), or by a person of an agent's whole day.

    A word by hand speaks of the agent, whatever names they have, so it has no `name`.
    """

    name = models.ForeignKey(
        AgentName, null=True, on_delete=models.PROTECT, related_name="days", db_index=False
    )
    agent = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    batch_id = models.BigIntegerField(null=True)
    # When the file was exported, or the person wrote: the later counts.
    said_at = models.DateTimeField()
    said_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    paid_amount = money(null=True)
    refund_amount = money(null=True)
    date = models.DateField()
    asked = _count()
    received = _count()
    in_three_minutes = _count()
    answers = _count()
    inquired = _count()
    ordered = _count()
    paid = _count()
    refunds = _count()
    rated = _count()
    satisfied = _count()
    reviews_good = _count()
    reviews_neutral = _count()
    reviews_bad = _count()
    first_seconds = _seconds()
    response_seconds = _seconds()
    is_current = models.BooleanField(default=False)
    note = models.CharField(max_length=200, blank=True, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["name", "date"],
                condition=Q(is_current=True, name__isnull=False),
                name="of_a_names_days_one_counts",
            ),
            models.UniqueConstraint(
                fields=["agent", "date"],
                condition=Q(is_current=True, name__isnull=True),
                name="of_an_agents_days_by_hand_one_counts",
            ),
            models.CheckConstraint(
                condition=Q(name__isnull=False) | Q(agent__isnull=False),
                name="a_day_is_of_a_name_or_of_an_agent",
            ),
        ]
        indexes = [
            # The days of a span, all agents.
            models.Index(
                fields=["date", "agent"],
                name="agent_day_date_idx",
                condition=Q(is_current=True),
            ),
            # Everything ever said of a day.
            models.Index(fields=["agent", "date"], name="agent_day_agent_idx"),
            models.Index(fields=["name", "date"], name="agent_day_name_idx"),
            # Taking a file back.
            models.Index(
                fields=["batch_id"],
                name="agent_day_batch_idx",
                condition=Q(batch_id__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.agent_id or self.name_id} {self.date}"


class AgentDoubt(models.Model):
    """A figure of a chat tool's row that does not follow from the row's own counts; the row was taken."""

    batch_id = models.BigIntegerField()
    line = models.IntegerField()
    column = models.CharField(max_length=60)
    value = models.CharField(max_length=60, blank=True, default="")
    expected = models.CharField(max_length=60, blank=True, default="")

    class Meta:
        indexes = [models.Index(fields=["batch_id", "line"], name="agent_doubt_batch_idx")]

    def __str__(self) -> str:
        return f"{self.batch_id}:{self.line} {self.column}"


class ServiceTarget(models.Model):
    """What a measure is to be, from a day on. Null ends a target."""

    valid_from = models.DateField()
    changed_at = models.DateTimeField()
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    # Seconds, yuan, or 0 to 1 for rates.
    value = models.DecimalField(max_digits=10, decimal_places=4, null=True)
    # After so many days in a row somebody is told.
    missed_days = models.SmallIntegerField(default=3)
    measure = models.CharField(max_length=16, choices=Measure.choices)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["measure", "valid_from"], name="a_target_begins_once_a_day"
            ),
            models.CheckConstraint(
                condition=Q(value__isnull=True) | Q(value__gt=0), name="a_target_is_above_nought"
            ),
            models.CheckConstraint(
                condition=Q(missed_days__gte=1), name="a_target_is_missed_for_days"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.measure} {self.valid_from}: {self.value}"


class ServiceScore(models.Model):
    """The shop's score for service (服务态度) on a day, as somebody read it off the platform."""

    date = models.DateField(unique=True)
    noted_at = models.DateTimeField()
    noted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    version = models.IntegerField(default=1)
    score = models.DecimalField(max_digits=4, decimal_places=2)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(score__gte=0, score__lte=5), name="a_score_is_of_five"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.date}: {self.score}"


class Keeping(models.Model):
    """That an agent looked after a customer, from when until when. `until_at` null: today."""

    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="keepings")
    agent = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    since_at = models.DateTimeField()
    until_at = models.DateTimeField(null=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["customer"],
                condition=Q(until_at__isnull=True),
                name="a_customer_has_one_keeper_at_a_time",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.customer_id}: {self.agent_id}"
