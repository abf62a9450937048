"""Stock: a ledger that only grows, its sums, and what is set aside for orders."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from products.choices import AllocationState, CountState, MoveKind
from products.models.catalogue import Sku


class StockLevel(models.Model):
    """What stands on the shelf of one SKU: the sums of its ledger. Without a row stock is not kept.

    Free is `on_hand - allocated`. Kept by `products.actions.stock` alone, under the row's lock.
    """

    sku = models.OneToOneField(
        Sku, primary_key=True, on_delete=models.PROTECT, related_name="level"
    )
    on_hand = models.IntegerField(default=0)
    allocated = models.IntegerField(default=0)
    # Below which stock is short: pieces, or days of cover; empty: the shop's own rule.
    safety = models.IntegerField(default=0)
    threshold = models.IntegerField(null=True, blank=True)
    cover_days = models.SmallIntegerField(null=True, blank=True)
    # May go under zero: a person with the right said so, with a reason in the ledger.
    may_be_negative = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(allocated__gte=0), name="allocated_is_not_negative"),
            models.CheckConstraint(
                condition=Q(may_be_negative=True) | Q(on_hand__gte=F("allocated")),
                name="no_more_is_allocated_than_there_is",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.sku_id}: {self.on_hand} ({self.allocated})"


class StockMove(models.Model):
    """One line of the ledger; never changed, never deleted (a trigger holds it to that)."""

    sku = models.ForeignKey(Sku, on_delete=models.PROTECT, related_name="moves", db_index=False)
    batch_id = models.BigIntegerField(null=True)
    at = models.DateTimeField()
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    quantity = models.IntegerField()
    on_hand_after = models.IntegerField()
    kind = models.CharField(max_length=8, choices=MoveKind.choices)
    # What it was for: a tid, a purchase order's number, a count.
    reference = models.CharField(max_length=60, blank=True, default="", db_collation="C")
    reason = models.CharField(max_length=200, blank=True, default="")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(quantity=0), name="a_move_moves_something"),
        ]
        indexes = [
            models.Index(fields=["sku", "id"], name="move_sku_idx", include=["quantity"]),
            models.Index(
                fields=["reference"], name="move_reference_idx", condition=~Q(reference="")
            ),
            models.Index(fields=["at"], name="move_at_idx"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.quantity:+d} of {self.sku_id}"


class Allocation(models.Model):
    """Pieces of a SKU set aside for one order line (or gift), until they leave or are let go.

    `line_key` names the line as orders do; this app knows no orders. A bundle's line has one row a part.
    """

    sku = models.ForeignKey(
        Sku, on_delete=models.PROTECT, related_name="allocations", db_index=False
    )
    made_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    quantity = models.IntegerField()
    state = models.CharField(
        max_length=8, choices=AllocationState.choices, default=AllocationState.HELD
    )
    tid = models.CharField(max_length=32, db_collation="C")
    line_key = models.CharField(max_length=60, db_collation="C")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["line_key", "sku"],
                condition=~Q(state=AllocationState.RELEASED),
                name="a_line_is_allocated_once",
            ),
            models.CheckConstraint(condition=Q(quantity__gt=0), name="an_allocation_has_pieces"),
        ]
        indexes = [
            models.Index(
                fields=["sku"], name="allocation_held_idx", condition=Q(state=AllocationState.HELD)
            ),
            models.Index(fields=["tid"], name="allocation_tid_idx"),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} of {self.sku_id} for {self.tid}"


class StockCount(models.Model):
    """One count of the shelf; booking it writes the differences into the ledger."""

    state = models.CharField(max_length=10, choices=CountState.choices, default=CountState.OPEN)
    opened_at = models.DateTimeField()
    opened_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    booked_at = models.DateTimeField(null=True)
    booked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    version = models.IntegerField(default=1)
    note = models.CharField(max_length=200, blank=True, default="")

    def __str__(self) -> str:
        return f"count {self.pk}"


class CountLine(models.Model):
    """What was counted of one SKU, and what the ledger said at that moment."""

    count = models.ForeignKey(StockCount, on_delete=models.CASCADE, related_name="lines")
    sku = models.ForeignKey(Sku, on_delete=models.PROTECT, related_name="+")
    counted_at = models.DateTimeField()
    counted = models.IntegerField()
    on_hand = models.IntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["count", "sku"], name="a_sku_is_counted_once"),
            models.CheckConstraint(condition=Q(counted__gte=0), name="a_count_is_not_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.sku_id}: {self.counted}"
