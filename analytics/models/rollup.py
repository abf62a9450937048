"""Rollups: sums by day and by a second dimension, kept incrementally, provable at any time."""

from django.db import models


class DayRollup(models.Model):
    """Sums of one Shanghai date, on the basis of creation or of payment, for one key of a dimension.

    `dim` is one of total, hour, province, sku, product, amount_tier; the key of `total` is empty.
    Weekday and longer periods add days up; distinct buyers never add up and are counted from facts.
    Amounts are integer fen: exact, and half the width of numeric.
    """

    date = models.DateField()
    basis = models.CharField(max_length=8)
    dim = models.CharField(max_length=12)
    key = models.CharField(max_length=120, blank=True, default="")
    label = models.TextField(blank=True, default="")
    orders = models.IntegerField()
    paid_orders = models.IntegerField()
    unpaid_orders = models.IntegerField()
    refunded_orders = models.IntegerField()
    buyers = models.IntegerField()
    pieces = models.BigIntegerField()
    gross_fen = models.BigIntegerField()
    refund_fen = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["basis", "dim", "date", "key"], name="a_rollup_cell_exists_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.basis} {self.dim} {self.date} {self.key}"


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
