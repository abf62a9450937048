"""Activities: from the idea over the sign-up to the lesson, with what must be green before they run."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q, Value

from products.models import Sku
from promotions.choices import LIVE_STATES, ActivityKind, ActivityState
from shopops.lib.columns import money


class Activity(models.Model):
    """One activity of the shop, or one of the platform's that it signed up for."""

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    changed_at = models.DateTimeField()
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    signed_up_at = models.DateTimeField(null=True, blank=True)
    # When somebody asks the platform again; null: nothing to follow up.
    follow_up_on = models.DateField(null=True, blank=True)
    published_at = models.DateTimeField(null=True)
    # When the shop page's text and times were last compared with what was planned.
    page_seen_at = models.DateTimeField(null=True)
    version = models.IntegerField(default=1)
    kind = models.CharField(max_length=12, choices=ActivityKind.choices)
    state = models.CharField(
        max_length=12, choices=ActivityState.choices, default=ActivityState.IDEA
    )
    # How many times its usual sales an item is expected to sell a day: what replenishment reads.
    uplift = models.DecimalField(max_digits=6, decimal_places=2, default=1)
    forecast_amount = money(null=True, blank=True)
    forecast_buyers = models.IntegerField(null=True, blank=True)
    # What it costs beside the discounts: entry fee, advertising, pictures.
    cost_amount = money(default=0)
    name = models.CharField(max_length=80)
    contact = models.CharField(max_length=80, blank=True, default="")
    refusal_reason = models.CharField(max_length=200, blank=True, default="")
    note = models.TextField(blank=True, default="")
    # What the shop page is to say of it, and what it said when somebody pasted it.
    page_text = models.TextField(blank=True, default="")
    page_seen_text = models.TextField(blank=True, default="")
    lesson = models.TextField(blank=True, default="")
    # Figures at the end, as worked out when it was summed up.
    result = models.JSONField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")), name="an_activity_ends_after_it_starts"
            ),
            models.CheckConstraint(condition=Q(uplift__gt=0), name="an_uplift_is_a_factor"),
        ]
        indexes = [
            # The calendar of a span of time.
            models.Index(fields=["starts_at", "ends_at"], name="activity_span_idx"),
            # The board, and what is live.
            models.Index(fields=["state", "starts_at", "id"], name="activity_state_idx"),
            models.Index(
                fields=["follow_up_on", "id"],
                name="activity_follow_up_idx",
                condition=Q(follow_up_on__isnull=False, state__in=LIVE_STATES),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class ActivityItem(models.Model):
    """One SKU in an activity at its price. `price_amount` is the 标价 while it runs; null: unchanged."""

    activity = models.ForeignKey(Activity, on_delete=models.CASCADE, related_name="items")
    sku = models.ForeignKey(Sku, on_delete=models.PROTECT, related_name="activity_items")
    price_amount = money(null=True, blank=True)
    # 划线价 that the page shows beside it; null: the page compares with nothing.
    was_amount = money(null=True, blank=True)
    # As of the activity's latest check, so that a page of items costs the same in any activity.
    lowest_amount = money(null=True)
    margin_amount = money(null=True)
    # Pieces promised to the platform for it; null: all there are.
    promised_quantity = models.IntegerField(null=True, blank=True)
    outcome = models.CharField(max_length=8, blank=True, default="", db_default="")
    # The points of this SKU: as in `ActivityCheck.points`, without the SKU.
    points = models.JSONField(default=list, blank=True, db_default=Value([], models.JSONField()))

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["activity", "sku"], name="a_sku_stands_once_in_an_activity"
            ),
            models.CheckConstraint(
                condition=Q(price_amount__isnull=True) | Q(price_amount__gt=0),
                name="an_activity_price_is_positive",
            ),
            models.CheckConstraint(
                condition=Q(promised_quantity__isnull=True) | Q(promised_quantity__gt=0),
                name="promised_pieces_are_some",
            ),
            models.CheckConstraint(
                condition=Q(was_amount__isnull=True) | Q(was_amount__gt=0),
                name="a_compared_price_is_positive",
            ),
        ]
        indexes = [
            # A page of an activity's items, by SKU; those of one outcome.
            models.Index(fields=["activity", "outcome", "sku"], name="activity_item_outcome_idx"),
        ]

    def __str__(self) -> str:
        return f"{self.activity_id}: {self.sku_id}"


class ActivityTask(models.Model):
    """One point of the preparation; all that are needed must be done before the activity runs."""

    activity = models.ForeignKey(Activity, on_delete=models.CASCADE, related_name="tasks")
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    done_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    done_at = models.DateTimeField(null=True)
    due_on = models.DateField(null=True, blank=True)
    position = models.SmallIntegerField(default=0)
    version = models.IntegerField(default=1)
    is_needed = models.BooleanField(default=True)
    # What ShopOps sees by itself has a code (`items`, `profit`, `stock`, …); the rest a person ticks.
    code = models.CharField(max_length=20, blank=True, default="")
    name = models.CharField(max_length=80)
    note = models.CharField(max_length=200, blank=True, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["activity", "code"],
                condition=~Q(code=""),
                name="a_point_of_preparation_stands_once",
            ),
        ]
        indexes = [
            models.Index(
                fields=["due_on"],
                name="activity_task_due_idx",
                condition=Q(done_at__isnull=True, due_on__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class ActivityNote(models.Model):
    """What was said or heard about an activity, and when to ask again."""

    activity = models.ForeignKey(Activity, on_delete=models.CASCADE, related_name="notes")
    at = models.DateTimeField()
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    next_on = models.DateField(null=True, blank=True)
    text = models.CharField(max_length=400)

    class Meta:
        indexes = [models.Index(fields=["activity", "-at"], name="activity_note_idx")]

    def __str__(self) -> str:
        return self.text


class ActivityCheck(models.Model):
    """What a price check found of an activity: a point per question with its figures."""

    activity = models.ForeignKey(Activity, on_delete=models.CASCADE, related_name="checks")
    checked_at = models.DateTimeField()
    checked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    failed_count = models.IntegerField()
    unknown_count = models.IntegerField()
    is_latest = models.BooleanField(default=True)
    # What prices, benefits, costs and stock were when it was made: another hash, another check.
    facts_hash = models.BigIntegerField()
    # [{"code": "floor", "sku": "4214", "outcome": "fail", "evidence": "code|value|…"}, …]
    points = models.JSONField()
    # What differs from the check before: [{"sku": "4214", "code": "floor", "was": …, "now": …}, …].
    changes = models.JSONField(default=list, blank=True, db_default=Value([], models.JSONField()))

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["activity"],
                condition=Q(is_latest=True),
                name="an_activity_has_one_latest_check",
            ),
        ]
        indexes = [models.Index(fields=["activity", "-checked_at"], name="activity_check_idx")]

    def __str__(self) -> str:
        return f"{self.activity_id}: {self.failed_count} failed"


class ActivityApproval(models.Model):
    """A named person's reason to let an activity run although its check fails.

    It holds for the facts of that check only: when they change, the activity is checked anew.
    """

    activity = models.ForeignKey(Activity, on_delete=models.CASCADE, related_name="approvals")
    check_made = models.ForeignKey(
        ActivityCheck, on_delete=models.PROTECT, related_name="approvals"
    )
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(max_length=400)

    def __str__(self) -> str:
        return self.reason
