"""What people work off: holds, the counts of the queues, and the days whose figures changed."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from orders.choices import BuyerAnswer, HoldKind, ToldChannel
from orders.models.orders import Order
from shopops.lib.columns import money


class Hold(models.Model):
    """A typed problem that keeps an order from shipping, with an owner and a way back."""

    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="holds")
    kind = models.CharField(max_length=24, choices=HoldKind.choices)
    owner_role = models.CharField(max_length=40)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    note = models.CharField(max_length=300, blank=True, default="")
    # Why audit opened it, as `code|value|…`, worded at display; and the fingerprint of that cause.
    reason = models.CharField(max_length=300, blank=True, default="", db_default="")
    cause = models.CharField(max_length=16, blank=True, default="", db_default="")
    is_hand_set = models.BooleanField(default=True)
    must_tell_buyer = models.BooleanField(default=False)
    opened_at = models.DateTimeField()
    opened_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    due_at = models.DateTimeField()
    told_at = models.DateTimeField(null=True, blank=True)
    told_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    told_channel = models.CharField(
        max_length=12, choices=ToldChannel.choices, blank=True, default=""
    )
    told_words = models.CharField(max_length=500, blank=True, default="")
    buyer_answer = models.CharField(
        max_length=12, choices=BuyerAnswer.choices, blank=True, default=""
    )
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    resolution = models.CharField(max_length=300, blank=True, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["order", "kind"],
                condition=Q(closed_at__isnull=True),
                name="an_order_has_one_open_hold_of_a_kind",
            ),
            models.CheckConstraint(
                condition=Q(closed_at__isnull=True)
                | Q(must_tell_buyer=False)
                | Q(told_at__isnull=False),
                name="a_hold_closes_only_when_the_buyer_was_told",
            ),
        ]
        indexes = [
            models.Index(
                fields=["due_at", "id"], name="hold_due_idx", condition=Q(closed_at__isnull=True)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} on {self.order_id}"


class QueueCount(models.Model):
    """Count and money at risk of one queue as last worked out. Tabs read this, never a full count."""

    code = models.CharField(max_length=40, primary_key=True)
    count = models.IntegerField(default=0)
    money_at_risk = money(default=0)
    counted_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.code}: {self.count}"


class OrderRisk(models.Model):
    """What an open order near its limit costs if nothing is done, as last worked out: lists sort by it.

    Kept apart from the order: it changes with the clock, and an order's row is not written for that.
    Without a foreign key in the database, for imports are undone in bulk; a row without its order is
    never seen, and goes with the next count.
    """

    order = models.OneToOneField(
        Order,
        primary_key=True,
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        related_name="risk",
    )
    amount = money()

    class Meta:
        indexes = [models.Index(fields=["-amount", "-order"], name="order_risk_idx")]

    def __str__(self) -> str:
        return f"{self.order_id}: {self.amount}"


# The transaction at work, as a number that is never given out again.
_TRANSACTION = models.Func(
    template="(pg_current_xact_id()::text::bigint)", output_field=models.BigIntegerField()
)
# Ends each INSERT of marks: a day that is marked already keeps the transaction that marked it first.
MARK_AGAIN = (
    "ON CONFLICT (basis, date) DO UPDATE"
    " SET marked_at = excluded.marked_at, last_mark = excluded.last_mark"
)


class DirtyDay(models.Model):
    """A Shanghai date whose figures changed. Orders mark it, analytics recomputes it and clears it.

    `first_mark` and `last_mark` are the transactions that marked it first and last: what was worked out
    between the two may have seen orders as they were neither before nor after.
    """

    class Basis(models.TextChoices):
        CREATED = "created", _("下单")
        PAID = "paid", _("付款")
        REFUNDED = "refunded", _("退款完成")

    basis = models.CharField(max_length=8, choices=Basis.choices)
    date = models.DateField()
    marked_at = models.DateTimeField()
    first_mark = models.BigIntegerField(db_default=_TRANSACTION)
    last_mark = models.BigIntegerField(db_default=_TRANSACTION)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["basis", "date"], name="a_day_is_marked_dirty_once")
        ]

    def __str__(self) -> str:
        return f"{self.basis} {self.date}"
