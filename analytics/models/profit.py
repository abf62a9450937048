"""What orders leave, kept by day and in short by order; months as they were closed."""

from django.conf import settings
from django.db import models
from django.db.models import Q


class ProfitMark(models.Model):
    """A day of payment whose profit must be worked out anew. Only ever added, so that nobody waits."""

    date = models.DateField()

    def __str__(self) -> str:
        return f"{self.date}"


class ProfitDay(models.Model):
    """Sums over the orders paid on a Shanghai date, in fen.

    `known_*` and `profit_fen` are of the orders all of whose costs are known; of the others no profit is.
    """

    date = models.DateField(unique=True)
    orders = models.IntegerField()
    known_orders = models.IntegerField()
    kept_pieces = models.BigIntegerField()
    unknown_pieces = models.BigIntegerField()
    net_fen = models.BigIntegerField()
    known_net_fen = models.BigIntegerField()
    profit_fen = models.BigIntegerField()

    def __str__(self) -> str:
        return f"{self.date}"


class ProfitDayLine(models.Model):
    """One line (`analytics.rules.profit`) over the orders of a day: what counts, beside estimate and bill.

    `compared_fen` is the estimate of those orders that the bill tells of: billed less compared is what the
    estimate was wrong by.
    """

    date = models.DateField()
    code = models.CharField(max_length=20)
    orders = models.IntegerField()
    billed_orders = models.IntegerField()
    fen = models.BigIntegerField()
    estimated_fen = models.BigIntegerField()
    billed_fen = models.BigIntegerField()
    compared_fen = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["date", "code"], name="a_day_has_a_line_once"),
        ]

    def __str__(self) -> str:
        return f"{self.date} {self.code}"


class CashDay(models.Model):
    """Orders paid on `date` by what bills say of their money: `analytics.rules.reconcile`.

    `on_date` is the day that a bill must cover for the word to be known.
    """

    date = models.DateField()
    on_date = models.DateField()
    state = models.CharField(max_length=8)
    orders = models.IntegerField()
    gap_fen = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["date", "on_date", "state"], name="cash_of_a_day_stands_once"
            ),
        ]
        # A month of the bill.
        indexes = [models.Index(fields=["on_date"], name="cash_day_on_idx")]

    def __str__(self) -> str:
        return f"{self.date} {self.on_date} {self.state}"


class OrderProfit(models.Model):
    """A paid order in short. No foreign key in the database: whoever takes an order away marks its day."""

    # The order's id.
    order_id = models.BigIntegerField(primary_key=True)
    date = models.DateField()
    cash_date = models.DateField(null=True)
    unknown_pieces = models.IntegerField()
    net_fen = models.BigIntegerField()
    # Null: a cost of it is unknown.
    profit_fen = models.BigIntegerField(null=True)
    cash_gap_fen = models.BigIntegerField(default=0)
    # `none` and `agreed` are kept as blank.
    cash_state = models.CharField(max_length=8, blank=True, default="")

    class Meta:
        indexes = [
            # The orders of a period, those that lose money first.
            models.Index(fields=["date", "profit_fen", "order_id"], name="order_profit_idx"),
            # The orders of a month that the bill does not agree with.
            models.Index(
                fields=["cash_date"], name="order_cash_gap_idx", condition=~Q(cash_state="")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.order_id}"


class MonthClose(models.Model):
    """A month as a person closed it: its figures as they stood then, never changed. The newest counts."""

    month = models.DateField()
    number = models.SmallIntegerField()
    closed_at = models.DateTimeField()
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    note = models.CharField(max_length=300, blank=True, default="")
    figures = models.JSONField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["month", "number"], name="a_month_is_closed_in_turn"),
            models.CheckConstraint(condition=Q(month__day=1), name="a_month_begins_on_its_first"),
        ]

    def __str__(self) -> str:
        return f"{self.month:%Y-%m} #{self.number}"
