"""What pages of figures read beside the rollup: targets, stock by day, returns by reason, repurchase.

All but the targets are worked out again at any time (`actions.boards`).
"""

from django.conf import settings
from django.db import models
from django.db.models import Q


class Target(models.Model):
    """What a figure shall be in a month, as somebody said it; the highest version counts, all are kept."""

    # The first day of the month.
    month = models.DateField()
    set_at = models.DateTimeField()
    set_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    version = models.IntegerField()
    # Null: there is no target any more.
    value = models.DecimalField(max_digits=16, decimal_places=4, null=True)
    figure = models.CharField(max_length=20)
    note = models.CharField(max_length=200, blank=True, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["figure", "month", "version"], name="a_target_is_said_once_a_version"
            ),
            models.CheckConstraint(
                condition=Q(month__day=1), name="a_target_is_of_a_month_from_its_first_day"
            ),
            models.CheckConstraint(
                condition=Q(value__isnull=True) | Q(value__gt=0), name="a_target_is_above_zero"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.figure} {self.month:%Y-%m}: {self.value}"


class StockDay(models.Model):
    """What stood on the shelf of a SKU at the end of a day, and what a piece had cost; null is unknown.

    A day without a row is unknown: the ledger did not speak of the SKU yet. No foreign key: a day is
    written as a whole.
    """

    pk = models.CompositePrimaryKey("date", "sku_code")
    date = models.DateField()
    sku_code = models.CharField(max_length=80, db_collation="C")
    cost_fen = models.BigIntegerField(null=True)
    on_hand = models.IntegerField()

    def __str__(self) -> str:
        return f"{self.sku_code} {self.date}: {self.on_hand}"


class ReturnDay(models.Model):
    """Refunds that were finished on a day, by what the buyer gave as the reason."""

    date = models.DateField()
    amount_fen = models.BigIntegerField()
    refunds = models.IntegerField()
    # Of them with goods that came back.
    with_goods = models.IntegerField()
    # Of them before the goods had left, as the refund file says.
    before_leaving = models.IntegerField()
    reason = models.CharField(max_length=200, blank=True, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["date", "reason"], name="a_reason_stands_once_a_day", include=["refunds"]
            )
        ]

    def __str__(self) -> str:
        return f"{self.date} {self.reason}: {self.refunds}"


class ReturnedDay(models.Model):
    """That the reasons of a day were summed, as of which rollup of the same day."""

    date = models.DateField(primary_key=True)
    rolled_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.date}"


class RepurchaseRun(models.Model):
    """Who came again, as of a day: cohorts by month, and buyers of 365 days by how often they paid."""

    as_of = models.DateField(unique=True)
    # [{"month", "buyers", "again": [n | null]}]
    cohorts = models.JSONField()
    # [[orders (the last: that many or more), buyers, net_fen]]
    by_orders = models.JSONField()
    computed_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.as_of}"
