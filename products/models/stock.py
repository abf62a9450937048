"""Stock: a ledger that only grows, its sums, and what is set aside for orders."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from products.choices import (
    AllocateAt,
    AllocationState,
    CountState,
    MoveKind,
    WarningAct,
    WarningKind,
)
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
    # Since when the ledger speaks of this SKU: what left before is none of its business.
    kept_since = models.DateTimeField(null=True)
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
    # Of a consumed one: how many of its pieces came back, whichever refund brought them.
    returned = models.IntegerField(default=0, db_default=0)
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
            models.CheckConstraint(
                condition=Q(returned__gte=0, returned__lte=F("quantity")),
                name="no_more_comes_back_than_left",
            ),
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


class StockRule(models.Model):
    """How the shop handles stock since a date; the newest row that has begun counts."""

    valid_from = models.DateField(unique=True)
    changed_at = models.DateTimeField()
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    version = models.IntegerField(default=1)
    # Short below so many pieces, or so many days of cover; main products by their own figures.
    threshold = models.IntegerField(default=5)
    main_threshold = models.IntegerField(default=20)
    cover_days = models.SmallIntegerField(default=7)
    main_cover_days = models.SmallIntegerField(default=14)
    # From the sales of how many days the cover is worked out.
    sales_days = models.SmallIntegerField(default=14)
    # A purchase order that is paid and not sent for so many days is chased.
    unsent_days = models.SmallIntegerField(default=3)
    allocate_at = models.CharField(
        max_length=8, choices=AllocateAt.choices, default=AllocateAt.APPROVAL
    )
    # Hold orders whose merchant code is not in the catalogue: for shops whose catalogue is complete.
    holds_unknown = models.BooleanField(default=False)
    # Book goods in when the platform says that a return is refunded: the shop has confirmed receipt.
    returns_at_refund = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    threshold__gte=0,
                    main_threshold__gte=F("threshold"),
                    cover_days__gte=0,
                    main_cover_days__gte=F("cover_days"),
                    sales_days__gt=0,
                ),
                name="main_products_are_watched_more_closely",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.valid_from}"


class SkuDay(models.Model):
    """Pieces of one merchant code sold on a day of payment; written from the orders of that day.

    By code, not by SKU: orders know codes that nobody has entered yet. A bundle stands under its own.
    """

    pk = models.CompositePrimaryKey("sku_code", "date")
    sku_code = models.CharField(max_length=80, db_collation="C")
    date = models.DateField()
    pieces = models.IntegerField()
    order_count = models.IntegerField()

    class Meta:
        # A day is written anew as a whole.
        indexes = [models.Index(fields=["date"], name="sku_day_date_idx")]

    def __str__(self) -> str:
        return f"{self.sku_code} {self.date}: {self.pieces}"


class StockWarning(models.Model):
    """A SKU that is short as of the last look, and what somebody did about it."""

    sku = models.OneToOneField(
        Sku, primary_key=True, on_delete=models.CASCADE, related_name="warning"
    )
    since = models.DateTimeField()
    looked_at = models.DateTimeField()
    acted_at = models.DateTimeField(null=True)
    acted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    free = models.IntegerField()
    sold = models.IntegerField()
    # How long the free pieces last at the sales of the rule's days; null: nothing was sold.
    cover_days = models.DecimalField(max_digits=8, decimal_places=1, null=True)
    threshold = models.IntegerField()
    wanted_days = models.SmallIntegerField()
    is_main = models.BooleanField(default=False)
    kind = models.CharField(max_length=10, choices=WarningKind.choices)
    act = models.CharField(max_length=8, choices=WarningAct.choices, blank=True, default="")

    def __str__(self) -> str:
        return f"{self.sku_id}: {self.kind}"
