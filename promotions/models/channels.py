"""Reports of paid channels as facts by day, and what people keep beside them: plans, caps, balances.

Every file's rows are kept; of the rows of one key the newest export counts (`is_current`). So taking
a file back leaves what the others said, in whatever order they came.
"""

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from promotions.choices import Channel, Level, PlanState
from shopops.lib.columns import money


def _count() -> "models.IntegerField[Any, Any]":
    return models.IntegerField(null=True)


def _key(length: int) -> "models.CharField[Any, Any]":
    return models.CharField(max_length=length, blank=True, default="", db_collation="C")


class Figures(models.Model):
    """What a report counts. Null is unknown, not zero. Ratios are never stored but derived."""

    sent = _count()
    shown = _count()
    clicks = _count()
    carts = _count()
    favourites = _count()
    deals = _count()
    direct_deals = _count()
    deal_people = _count()
    new_people = _count()
    visits = _count()
    spend_amount = money(null=True)
    deal_amount = money(null=True)
    direct_amount = money(null=True)
    presale_amount = money(null=True)

    class Meta:
        abstract = True


class ChannelDay(Figures):
    """One channel's day at one level: the sums of the rows that count.

    The levels of a day tell the same money again. `serves_*` says of each question which single
    level answers it (`promotions.rules.channel_levels`), so that nothing can add two.
    """

    date = models.DateField()
    # When the newest report of this day was written; one written on the day itself is unfinished.
    exported_at = models.DateTimeField()
    row_count = models.IntegerField()
    serves_total = models.BooleanField(default=False)
    serves_plans = models.BooleanField(default=False)
    serves_items = models.BooleanField(default=False)
    channel = models.CharField(max_length=8, choices=Channel.choices)
    level = models.CharField(max_length=12, choices=Level.choices)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["channel", "date", "level"], name="a_channel_has_a_day_once_a_level"
            ),
            models.UniqueConstraint(
                fields=["channel", "date"],
                condition=Q(serves_total=True),
                name="one_level_gives_the_total_of_a_day",
            ),
            models.UniqueConstraint(
                fields=["channel", "date"],
                condition=Q(serves_plans=True),
                name="one_level_gives_the_plans_of_a_day",
            ),
            models.UniqueConstraint(
                fields=["channel", "date"],
                condition=Q(serves_items=True),
                name="one_level_gives_the_items_of_a_day",
            ),
        ]
        # The days of a span, all channels.
        indexes = [models.Index(fields=["date"], name="channel_day_date_idx")]

    def __str__(self) -> str:
        return f"{self.channel} {self.level} {self.date}"


class ChannelFact(Figures):
    """One row of a report, or the sum of a file's rows of one key."""

    day = models.ForeignKey(ChannelDay, on_delete=models.CASCADE, related_name="facts")
    batch_id = models.BigIntegerField()
    exported_at = models.DateTimeField()
    date = models.DateField()
    row_count = models.SmallIntegerField(default=1)
    is_current = models.BooleanField(default=False)
    channel = models.CharField(max_length=8, choices=Channel.choices)
    # The plan's number; its name where the report has no number; empty where it has no plans.
    plan_key = _key(80)
    unit_no = _key(32)
    # The item's number (商品ID); empty where the row is of no item. It may be one that we do not know.
    object_no = _key(32)
    object_name = models.CharField(max_length=200, blank=True, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["day", "plan_key", "unit_no", "object_no"],
                condition=Q(is_current=True),
                name="of_a_reports_rows_one_counts",
            ),
        ]
        indexes = [
            # Taking a file back.
            models.Index(fields=["batch_id"], name="channel_fact_batch_idx"),
            # One item's days; one plan's days.
            models.Index(
                fields=["object_no", "date"],
                name="channel_fact_item_idx",
                condition=Q(is_current=True),
            ),
            models.Index(
                fields=["channel", "plan_key", "date"],
                name="channel_fact_plan_idx",
                condition=Q(is_current=True),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.channel} {self.date} {self.plan_key} {self.object_no}"


class ChannelWarning(models.Model):
    """A row of a report that was taken although one of its figures does not follow from the others."""

    batch_id = models.BigIntegerField()
    line = models.IntegerField()
    column = models.CharField(max_length=60)
    value = models.CharField(max_length=60, blank=True, default="")
    # What follows from the row's own counts and amounts.
    expected = models.CharField(max_length=60, blank=True, default="")
    # A code of `promotions.wording.channels`.
    code = models.CharField(max_length=20)

    class Meta:
        indexes = [models.Index(fields=["batch_id", "line"], name="channel_warning_batch_idx")]

    def __str__(self) -> str:
        return f"{self.batch_id}:{self.line} {self.column}"


class AdPlan(models.Model):
    """A plan that some report named, with what people keep of it. Its caps are `ChannelCap`s."""

    seen_at = models.DateTimeField()
    changed_at = models.DateTimeField(null=True)
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    version = models.IntegerField(default=1)
    channel = models.CharField(max_length=8, choices=Channel.choices)
    state = models.CharField(max_length=8, choices=PlanState.choices, default=PlanState.RUNNING)
    key = models.CharField(max_length=80, db_collation="C")
    name = models.CharField(max_length=120, blank=True, default="")
    note = models.CharField(max_length=200, blank=True, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["channel", "key"], name="a_plan_stands_once_in_a_channel"
            ),
        ]

    def __str__(self) -> str:
        return self.name or self.key


class ChannelAccount(models.Model):
    """What people keep of a channel: whether a report is due every day, when its balance is low."""

    channel = models.CharField(max_length=8, choices=Channel.choices, unique=True)
    version = models.IntegerField(default=1)
    changed_at = models.DateTimeField(null=True)
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    is_used = models.BooleanField(default=True)
    # Null: nobody is told of a low balance.
    low_balance_amount = money(null=True, blank=True)

    def __str__(self) -> str:
        return self.channel


class ChannelCap(models.Model):
    """What a channel (`plan_key` empty) or a plan may spend a day, from a date on. Null ends a cap."""

    valid_from = models.DateField()
    changed_at = models.DateTimeField()
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    cap_amount = money(null=True, blank=True)
    channel = models.CharField(max_length=8, choices=Channel.choices)
    plan_key = _key(80)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["channel", "plan_key", "valid_from"], name="a_cap_begins_once_a_day"
            ),
            models.CheckConstraint(
                condition=Q(cap_amount__isnull=True) | Q(cap_amount__gt=0),
                name="a_cap_is_an_amount",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.channel} {self.plan_key} {self.cap_amount}"


class ChannelBalance(models.Model):
    """What stood on a channel's account on a day, as somebody looked it up or a file said."""

    date = models.DateField()
    noted_at = models.DateTimeField()
    noted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    version = models.IntegerField(default=1)
    balance_amount = money()
    channel = models.CharField(max_length=8, choices=Channel.choices)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["channel", "date"], name="a_balance_is_noted_once_a_day"
            ),
            models.CheckConstraint(
                condition=Q(balance_amount__gte=0), name="a_balance_is_not_negative"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.channel} {self.date}: {self.balance_amount}"


class ChannelRule(models.Model):
    """By which figures paid traffic is judged, from a day on (`promotions.rules.channel_parameters`)."""

    valid_from = models.DateField(unique=True)
    changed_at = models.DateTimeField()
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    version = models.IntegerField(default=1)
    parameters = models.JSONField(default=dict)

    def __str__(self) -> str:
        return f"{self.valid_from}"


class ShopDay(models.Model):
    """What the shop itself earned on a day of payment: the other side of what it spent.

    Worked out from orders by a run, so that no page reads them. Null is unknown.
    """

    date = models.DateField(unique=True)
    computed_at = models.DateTimeField()
    buyers = models.IntegerField(null=True)
    # Buyers whose first order of the shop was paid on this day.
    first_buyers = models.IntegerField(null=True)
    net_amount = money(null=True)
    # Net of lines whose SKU has a cost, and what those pieces cost.
    costed_amount = money(null=True)
    cost_amount = money(null=True)

    def __str__(self) -> str:
        return f"{self.date}: {self.net_amount}"


class AffiliateSettlement(models.Model):
    """One settled sub-order of 淘宝客, as one file said it."""

    batch_id = models.BigIntegerField()
    exported_at = models.DateTimeField()
    received_at = models.DateTimeField(null=True)
    settled_at = models.DateTimeField()
    created_at = models.DateTimeField(null=True)
    # The Shanghai date on which the account paid.
    paid_date = models.DateField()
    quantity = models.IntegerField(null=True)
    is_current = models.BooleanField(default=False)
    is_unpaid_presale = models.BooleanField(default=False)
    commission_rate = models.DecimalField(max_digits=7, decimal_places=6, null=True)
    service_rate = models.DecimalField(max_digits=7, decimal_places=6, null=True)
    deal_amount = money()
    commission_amount = money()
    service_amount = money(default=0)
    tid = _key(32)
    line_key = models.CharField(max_length=40, db_collation="C")
    item_no = _key(32)
    plan_name = models.CharField(max_length=80, blank=True, default="")
    source_name = models.CharField(max_length=80, blank=True, default="")
    leader_name = models.CharField(max_length=80, blank=True, default="")
    title = models.CharField(max_length=200, blank=True, default="")
    note = models.CharField(max_length=200, blank=True, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["line_key", "settled_at"],
                condition=Q(is_current=True),
                name="a_sub_order_is_settled_once_at_a_time",
            ),
        ]
        indexes = [
            models.Index(fields=["batch_id"], name="settlement_batch_idx"),
            # The settlements of a span.
            models.Index(
                fields=["paid_date"],
                name="settlement_paid_idx",
                condition=Q(is_current=True),
                include=["plan_name"],
            ),
            # What was settled of an order.
            models.Index(F("tid"), name="settlement_tid_idx", condition=Q(is_current=True)),
        ]

    def __str__(self) -> str:
        return f"{self.line_key}: {self.commission_amount}"


class AffiliateRefund(models.Model):
    """Commission that comes back because the buyer got the money back."""

    batch_id = models.BigIntegerField()
    exported_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True)
    opened_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    # The Shanghai date on which it ended; null while it is open: nothing came back yet.
    returned_date = models.DateField(null=True)
    is_current = models.BooleanField(default=False)
    refund_amount = money()
    service_amount = money(default=0)
    commission_amount = money(default=0)
    tid = _key(32)
    line_key = models.CharField(max_length=40, db_collation="C")
    status = models.CharField(max_length=40, blank=True, default="")
    title = models.CharField(max_length=200, blank=True, default="")
    note = models.CharField(max_length=200, blank=True, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["line_key", "opened_at"],
                condition=Q(is_current=True),
                name="a_claim_of_a_sub_order_counts_once",
            ),
        ]
        indexes = [
            models.Index(fields=["batch_id"], name="affiliate_refund_batch_idx"),
            models.Index(
                fields=["returned_date"],
                name="affiliate_refund_date_idx",
                condition=Q(is_current=True, returned_date__isnull=False),
            ),
            # What came back of a settlement.
            models.Index(
                F("line_key"), name="affiliate_refund_line_idx", condition=Q(is_current=True)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.line_key}: {self.commission_amount}"
