"""Rollups: sums by day and by a second dimension, kept incrementally, provable at any time."""

from django.contrib.postgres.fields import ArrayField
from django.db import models


class Sums(models.Model):
    """What is summed for one key of a dimension, over whatever time.

    `dim` is one of `choices.DIMS`; the key of `total` is empty. What the columns mean stands in
    `queries.facts`. Amounts are integer fen: exact, and half the width of numeric.
    """

    basis = models.CharField(max_length=8)
    dim = models.CharField(max_length=12)
    key = models.CharField(max_length=120, blank=True, default="")
    label = models.TextField(blank=True, default="")
    orders = models.IntegerField()
    paid_orders = models.IntegerField()
    valid_orders = models.IntegerField(db_default=0)
    unpaid_orders = models.IntegerField()
    refunded_orders = models.IntegerField()
    ordered_buyers = models.IntegerField(db_default=0)
    buyers = models.IntegerField()
    pieces = models.BigIntegerField()
    kept_pieces = models.BigIntegerField(db_default=0)
    costed_pieces = models.BigIntegerField(db_default=0)
    ordered_fen = models.BigIntegerField(db_default=0)
    gross_fen = models.BigIntegerField()
    refund_fen = models.BigIntegerField()
    postage_fen = models.BigIntegerField(db_default=0)
    costed_fen = models.BigIntegerField(db_default=0)
    cost_fen = models.BigIntegerField(db_default=0)

    class Meta:
        abstract = True


class DayRollup(Sums):
    """Sums of one Shanghai date for one key of a dimension.

    The date is that of creation, of payment, or (basis `refunded`) of the end of a refund. Weekday and
    longer periods add days up; distinct buyers never add up and are counted from facts.
    """

    date = models.DateField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["basis", "dim", "date", "key"], name="a_rollup_cell_exists_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.basis} {self.dim} {self.date} {self.key}"


class MonthRollup(Sums):
    """The cells of a whole month's days added up, so that a year is read from twelve months.

    Buyers of a month are buyers of its days added up: of no use but to prove the sums. Read it by
    `queries.spans_sql` alone, which knows the months whose days changed since.
    """

    # The first day of the month.
    month = models.DateField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["basis", "dim", "month", "key"], name="a_cell_of_a_month_exists_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.basis} {self.dim} {self.month:%Y-%m} {self.key}"


class RolledMonth(models.Model):
    """That the days of a month were added up; `is_current` until one of them is worked out again."""

    month = models.DateField()
    is_current = models.BooleanField()
    basis = models.CharField(max_length=8)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["basis", "month"], name="a_month_is_rolled_once")
        ]

    def __str__(self) -> str:
        return f"{self.basis} {self.month:%Y-%m}"


class RolledDay(models.Model):
    """That a day was worked out, and when: tells a day without orders from a day nobody looked at."""

    date = models.DateField()
    basis = models.CharField(max_length=8)
    computed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["basis", "date"], name="a_day_is_rolled_once")
        ]

    def __str__(self) -> str:
        return f"{self.basis} {self.date}"


class DayBuyers(models.Model):
    """Who ordered (or paid, by the basis) on a day, parted by the 365-day rule as the day was worked out.

    Kept to find the later days that must be worked out again when somebody turns out to have bought
    before. `turn` numbers the workings-out: a later turn has seen what an earlier one had seen. `seen`
    is the snapshot that these buyers were read by (as `pg_snapshot` writes it; empty: not known).
    """

    date = models.DateField()
    basis = models.CharField(max_length=8)
    turn = models.BigIntegerField()
    seen = models.TextField(default="", db_default="")
    new_ids = ArrayField(models.BigIntegerField())
    old_ids = ArrayField(models.BigIntegerField())

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["basis", "date"], name="buyers_of_a_day_stand_once")
        ]

    def __str__(self) -> str:
        return f"{self.basis} {self.date}"


class ChangedBuyers(models.Model):
    """Buyers who turned out to have paid, or not to have paid, on a day: their later days wait to be looked at.

    A row with marks has no buyers: it tells of a day that was marked again before it was worked out, and by
    which transactions. Later days that saw the first and not the last wait to be worked out again.
    """

    date = models.DateField()
    turn = models.BigIntegerField()
    ids = ArrayField(models.BigIntegerField())
    first_mark = models.BigIntegerField(null=True)
    last_mark = models.BigIntegerField(null=True)

    def __str__(self) -> str:
        return f"{self.date}: {len(self.ids)}"


class SkuCost(models.Model):
    """What a SKU cost from one time to another, as the changes of its cost tell it; no end, no bound.

    Before its first known cost the first one counts. Kept equal to goods by `actions.costs`.
    """

    since = models.DateTimeField(null=True)
    until = models.DateTimeField(null=True)
    cost_fen = models.BigIntegerField()
    code = models.CharField(max_length=80, db_collation="C")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["code", "since"], name="a_cost_begins_once", nulls_distinct=False
            )
        ]

    def __str__(self) -> str:
        return f"{self.code}: {self.cost_fen}"
