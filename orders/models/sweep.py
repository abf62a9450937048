"""What went wrong yesterday, followed to its end; and what lateness really cost."""

from django.conf import settings
from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models import Q

from orders.choices import BillKind, SweepCause, SweepKind, SweepOutcome
from orders.models.orders import Order
from shopops.lib.columns import money


class SweepItem(models.Model):
    """One order that a shipping day missed, or that was short, with an owner until it is settled."""

    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="sweep_items")
    # The business day on which it was missed.
    date = models.DateField()
    found_at = models.DateTimeField()
    # When somebody looks again: the next business day, until it is settled.
    follow_up_on = models.DateField()
    settled_at = models.DateTimeField(null=True)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    settled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    version = models.IntegerField(default=1)
    follow_up_count = models.SmallIntegerField(default=0)
    predicted_amount = money(default=0)
    kind = models.CharField(max_length=12, choices=SweepKind.choices)
    cause = models.CharField(max_length=20, choices=SweepCause.choices)
    owner_role = models.CharField(max_length=40)
    outcome = models.CharField(max_length=12, choices=SweepOutcome.choices, blank=True, default="")
    note = models.CharField(max_length=300, blank=True, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["order", "kind"], name="an_order_is_missed_once"),
        ]
        indexes = [
            models.Index(
                fields=["follow_up_on", "id"],
                name="sweep_open_idx",
                condition=Q(settled_at__isnull=True),
            ),
            models.Index(fields=["date"], name="sweep_date_idx"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.date}"


class BillLine(models.Model):
    """One line of an Alipay bill. `kind` is what our words make of its type and remark."""

    order = models.ForeignKey(
        Order, null=True, on_delete=models.SET_NULL, related_name="bill_lines"
    )
    first_batch_id = models.BigIntegerField(null=True)
    last_batch_id = models.BigIntegerField(null=True)
    row_hash = models.BigIntegerField(null=True)
    booked_at = models.DateTimeField()
    booked_date = models.DateField()
    income_amount = money(default=0)
    expense_amount = money(default=0)
    fee_amount = money(default=0)
    balance_amount = money(null=True)
    # Alipay's own number of the entry.
    flow_no = models.CharField(max_length=64, unique=True, db_collation="C")
    tid = models.CharField(max_length=32, blank=True, default="", db_collation="C")
    kind = models.CharField(max_length=20, choices=BillKind.choices, default=BillKind.OTHER)
    type_text = models.CharField(max_length=60, blank=True, default="")
    title = models.CharField(max_length=200, blank=True, default="")
    remark = models.CharField(max_length=300, blank=True, default="")

    class Meta:
        indexes = [
            models.Index(fields=["booked_date", "kind"], name="bill_date_kind_idx"),
            models.Index(fields=["tid"], name="bill_tid_idx", condition=~Q(tid="")),
            # Undo of a batch: its rows lie together on disk.
            BrinIndex(fields=["first_batch_id"], name="bill_first_batch_brin"),
        ]

    def __str__(self) -> str:
        return self.flow_no
