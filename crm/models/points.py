"""Points: a ledger that only grows, and its sums."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from crm.models.customer import Customer
from crm.tier_choices import PointKind, SpentOn
from orders.models import Buyer


class PointRule(models.Model):
    """How points are earned and when they expire since a date; the newest row that has begun counts."""

    valid_from = models.DateField(unique=True)
    changed_at = models.DateTimeField()
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    version = models.IntegerField(default=1)
    # Null: never.
    expire_days = models.IntegerField(null=True, blank=True)
    points_per_yuan = models.DecimalField(max_digits=6, decimal_places=2, default=1)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(points_per_yuan__gte=0), name="points_of_a_yuan_are_not_negative"
            ),
            models.CheckConstraint(
                condition=Q(expire_days__isnull=True) | Q(expire_days__gt=0),
                name="points_live_some_days",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.points_per_yuan} from {self.valid_from}"


class PointBalance(models.Model):
    """A customer's points: the sums of the ledger. Kept by `crm.actions.points` alone, under the row's lock.

    `owed` is what a refund took back after it was spent; later earnings pay it first.
    """

    customer = models.OneToOneField(
        Customer, primary_key=True, on_delete=models.PROTECT, related_name="points"
    )
    balance = models.BigIntegerField(default=0)
    owed = models.BigIntegerField(default=0)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(balance__gte=0), name="points_are_not_negative"),
            models.CheckConstraint(condition=Q(owed__gte=0), name="owed_points_are_not_negative"),
            models.CheckConstraint(
                condition=Q(balance=0) | Q(owed=0), name="who_owes_points_has_none"
            ),
        ]
        indexes = [
            models.Index(fields=["-balance", "customer"], name="points_most_idx"),
        ]

    def __str__(self) -> str:
        return f"{self.customer_id}: {self.balance}"


class PointEntry(models.Model):
    """One line of the ledger; never changed, never deleted (a trigger holds it to that).

    The trigger lets one thing through: the words of `reason` may become `***` when a person is erased.
    """

    customer = models.ForeignKey(
        Customer, on_delete=models.PROTECT, related_name="point_entries", db_index=False
    )
    at = models.DateTimeField()
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    # What it changes the balance and the debt by; what both became.
    points = models.BigIntegerField()
    owed = models.BigIntegerField(default=0)
    balance_after = models.BigIntegerField()
    owed_after = models.BigIntegerField(default=0)
    # The last day on which points that came may be spent; null: always.
    expires_on = models.DateField(null=True)
    kind = models.CharField(max_length=8, choices=PointKind.choices)
    spent_on = models.CharField(max_length=8, choices=SpentOn.choices, blank=True, default="")
    tid = models.CharField(max_length=32, blank=True, default="", db_collation="C")
    # Whoever books the same thing twice uses the same key, and it is booked once.
    key = models.CharField(max_length=80, unique=True, db_collation="C")
    reason = models.CharField(max_length=200, blank=True, default="")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(points=0, owed=0), name="a_line_of_points_moves_something"
            ),
            models.CheckConstraint(
                condition=Q(balance_after__gte=0, owed_after__gte=0),
                name="no_line_of_points_goes_under_zero",
            ),
        ]
        indexes = [
            # A customer's ledger, newest first; the proof reads it whole.
            models.Index(
                F("customer"), F("id").desc(), include=["points", "owed"], name="points_ledger_idx"
            ),
            # What an order earned so far.
            models.Index(fields=["tid"], name="points_tid_idx", condition=~Q(tid="")),
            # What expires.
            models.Index(
                fields=["expires_on", "customer"],
                name="points_expire_idx",
                condition=Q(expires_on__isnull=False),
            ),
            models.Index(fields=["kind", "-id"], name="points_kind_idx"),
        ]

    def __str__(self) -> str:
        return f"{self.customer_id}: {self.points}"


class PointsDue(models.Model):
    """A buyer whose orders changed: whoever deletes the row settles their points."""

    buyer = models.OneToOneField(
        Buyer, primary_key=True, on_delete=models.CASCADE, related_name="+"
    )
    marked_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.buyer_id}"
