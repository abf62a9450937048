"""What customers are worth: narrow facts of payment, RFM with its history, expected value, what goes together.

Money in whole fen. All of it is worked out from orders again at any time.
"""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from crm.choices import CutMethod, DueBy, PairKind, RfmSegment
from crm.models.customer import Customer


class PaidDay(models.Model):
    """That a customer paid on a day: what RFM, cohorts, intervals and expected value read.

    Kept with `CustomerStat`, by the same marks. No foreign key in the database: ten million rows.
    """

    pk = models.CompositePrimaryKey("customer", "date")
    customer = models.ForeignKey(
        Customer, on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+"
    )
    paid_fen = models.BigIntegerField()
    refund_fen = models.BigIntegerField()
    date = models.DateField()
    orders = models.SmallIntegerField()

    class Meta:
        indexes = [
            # Who enters and who leaves the window of RFM on a day.
            models.Index(fields=["date"], name="paid_day_date_idx"),
        ]

    def __str__(self) -> str:
        return f"{self.customer_id} on {self.date}"


class RfmBase(models.Model):
    """A customer's last day of payment, and orders and net amount in the window, as of the last RFM."""

    customer = models.OneToOneField(
        Customer,
        primary_key=True,
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        related_name="+",
    )
    net_fen = models.BigIntegerField(default=0)
    last_date = models.DateField(null=True)
    orders = models.IntegerField(default=0)
    # Different days of payment of all times.
    days = models.IntegerField(default=0)
    # As of which day this row was last another.
    moved_on = models.DateField(null=True)
    # Days of payment changed since: the next RFM works it out again.
    is_stale = models.BooleanField(default=False)

    class Meta:
        indexes = [
            models.Index(
                fields=["customer"], name="rfm_base_stale_idx", condition=Q(is_stale=True)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.customer_id}"


class RfmRule(models.Model):
    """Window and cut points of RFM since a date; the newest row that has begun counts."""

    valid_from = models.DateField(unique=True)
    window_days = models.IntegerField(default=365)
    method = models.CharField(max_length=8, choices=CutMethod.choices, default=CutMethod.QUINTILE)
    # Fixed cut points: {"recency": [30, 90, 180, 365], "frequency": […], "monetary": [fen …]}.
    cuts = models.JSONField(default=dict, blank=True)
    version = models.IntegerField(default=1)
    changed_at = models.DateTimeField()
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(window_days__gte=1, window_days__lte=3660),
                name="a_window_has_days",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.window_days} from {self.valid_from}"


class LifeRule(models.Model):
    """Days since the last payment that part the stages of life, since a date.

    Null: by the shop's own intervals between payments.
    """

    valid_from = models.DateField(unique=True)
    active_days = models.IntegerField(null=True, blank=True)
    cooling_days = models.IntegerField(null=True, blank=True)
    asleep_days = models.IntegerField(null=True, blank=True)
    version = models.IntegerField(default=1)
    changed_at = models.DateTimeField()
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    active_days__isnull=True, cooling_days__isnull=True, asleep_days__isnull=True
                )
                | Q(
                    active_days__gte=1,
                    cooling_days__gt=F("active_days"),
                    asleep_days__gt=F("cooling_days"),
                ),
                name="stages_of_life_follow_one_another",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.active_days} from {self.valid_from}"


class RfmRun(models.Model):
    """One working out of RFM: payments up to and including `as_of`, by which window and cut points."""

    as_of = models.DateField(unique=True)
    window_days = models.IntegerField()
    buyers = models.IntegerField()
    changed = models.IntegerField()
    method = models.CharField(max_length=8, choices=CutMethod.choices)
    cuts = models.JSONField()
    # [{"code", "buyers", "net_fen"}], and life stages the same way.
    segments = models.JSONField()
    stages = models.JSONField()
    # {"active", "cooling", "asleep", "by": own | rule | start, "intervals"}
    limits = models.JSONField()
    # Buyers by recency and frequency: [[r, f, buyers, net_fen]].
    grid = models.JSONField()
    computed_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.as_of}"


class RfmChange(models.Model):
    """A customer's value as it became on a day; between two rows it stood as the earlier says."""

    pk = models.CompositePrimaryKey("customer", "as_of")
    customer = models.ForeignKey(
        Customer,
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        db_index=False,
        related_name="rfm_changes",
    )
    as_of = models.DateField()
    recency = models.SmallIntegerField(null=True)
    frequency = models.SmallIntegerField(null=True)
    monetary = models.SmallIntegerField(null=True)
    segment = models.CharField(
        max_length=20, choices=RfmSegment.choices, blank=True, default="", db_collation="C"
    )
    was = models.CharField(
        max_length=20, choices=RfmSegment.choices, blank=True, default="", db_collation="C"
    )

    class Meta:
        indexes = [
            # Who moved from which segment to which on a day.
            models.Index(fields=["as_of", "segment"], name="rfm_change_day_idx"),
        ]

    def __str__(self) -> str:
        return f"{self.customer_id} {self.as_of}: {self.segment}"


class ClvRun(models.Model):
    """One fit of BG/NBD and Gamma-Gamma. Unit: weeks; money: net amounts in yuan of repeat days."""

    as_of = models.DateField(unique=True)
    customers = models.IntegerField()
    # With a repeat payment of a positive amount: what Gamma-Gamma is fitted on.
    repeaters = models.IntegerField()
    log_likelihood = models.FloatField()
    parameters = models.JSONField()
    # What was counted beside what the model says, for the plots.
    fit = models.JSONField()
    computed_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.as_of}"


class Outlook(models.Model):
    """What is to be expected of a customer: as of the last fit, over the coming 52 weeks."""

    customer = models.OneToOneField(
        Customer, primary_key=True, on_delete=models.CASCADE, related_name="outlook"
    )
    value_fen = models.BigIntegerField(null=True)
    p_alive = models.FloatField(null=True)
    orders = models.FloatField(null=True)
    due_date = models.DateField(null=True)
    due_by = models.CharField(max_length=8, choices=DueBy.choices, blank=True, default="")

    class Meta:
        indexes = [
            # Who is due in a period.
            models.Index(fields=["due_date", "customer"], name="outlook_due_idx"),
        ]

    def __str__(self) -> str:
        return f"{self.customer_id}"


class ProductPair(models.Model):
    """Two products that go together: in one order, or one after the other."""

    kind = models.CharField(max_length=8, choices=PairKind.choices)
    first = models.CharField(max_length=80)
    then = models.CharField(max_length=80)
    first_title = models.CharField(max_length=200)
    then_title = models.CharField(max_length=200)
    # Orders (customers, for a sequence) with the first, with the other, with both, and in all.
    first_count = models.IntegerField()
    then_count = models.IntegerField()
    both_count = models.IntegerField()
    total = models.IntegerField()
    support = models.FloatField()
    confidence = models.FloatField()
    lift = models.FloatField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "first", "then"], name="a_pair_of_products_stands_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.first} → {self.then}"


class ProductInterval(models.Model):
    """After how many days a product is bought again: the median over those who did."""

    product = models.CharField(max_length=80, unique=True)
    title = models.CharField(max_length=200)
    days = models.IntegerField()
    intervals = models.IntegerField()

    def __str__(self) -> str:
        return f"{self.product}: {self.days}"


class CustomerMerge(models.Model):
    """That two customers were found to be one person, and which member names came with it."""

    kept = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="took_in")
    gone = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="went_into")
    merged_at = models.DateTimeField()
    merged_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    parted_at = models.DateTimeField(null=True)
    parted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    # Keys of the buyers and of the tags that came from the one that went.
    buyers = models.JSONField()
    tags = models.JSONField(default=list)
    # What else went with the person, see `crm.actions.belongings`; last line of points before it.
    moved = models.JSONField(default=dict)
    reason = models.CharField(max_length=200)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["gone"],
                condition=Q(parted_at__isnull=True),
                name="a_customer_goes_into_one_other",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.gone_id} into {self.kept_id}"
