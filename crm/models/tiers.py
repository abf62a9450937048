"""Membership: tiers as dated rows, and where each customer stands."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from crm.models.customer import Customer
from crm.tier_choices import TierFall, TierReason
from shopops.lib.columns import money


class TierPlan(models.Model):
    """The tiers since a date; the newest row that has begun counts.

    What was paid in the last `window_days` lifts a customer; a tier is held for `keep_days` and then
    anew for as long, if what was paid in these days keeps it.
    """

    valid_from = models.DateField(unique=True)
    changed_at = models.DateTimeField()
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    version = models.IntegerField(default=1)
    window_days = models.IntegerField(default=365)
    keep_days = models.IntegerField(default=365)
    fall = models.CharField(max_length=8, choices=TierFall.choices, default=TierFall.STEP)
    note = models.CharField(max_length=200, blank=True, default="")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(window_days__gte=1, window_days__lte=3660),
                name="a_tier_window_has_days",
            ),
            models.CheckConstraint(
                condition=Q(keep_days__gte=1, keep_days__lte=3660), name="a_tier_is_kept_some_days"
            ),
        ]

    def __str__(self) -> str:
        return f"tiers from {self.valid_from}"


class TierLevel(models.Model):
    """One tier of a plan, 1 the lowest. Any one of its conditions lifts a customer."""

    plan = models.ForeignKey(TierPlan, on_delete=models.CASCADE, related_name="levels")
    level = models.SmallIntegerField()
    window_orders = models.IntegerField(null=True, blank=True)
    keep_orders = models.IntegerField(null=True, blank=True)
    one_order_amount = money(null=True, blank=True)
    window_amount = money(null=True, blank=True)
    # Any one of them keeps the tier; both empty: what lifts into it keeps it.
    keep_amount = money(null=True, blank=True)
    # 0.98 is 98 折: what is left to pay.
    discount_rate = models.DecimalField(max_digits=3, decimal_places=2, default=1)
    name = models.CharField(max_length=20)
    benefits = models.CharField(max_length=400, blank=True, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["plan", "level"], name="a_plan_has_a_tier_once"),
            models.UniqueConstraint(fields=["plan", "name"], name="a_plan_has_a_tier_name_once"),
            models.CheckConstraint(
                condition=Q(level__gte=1, level__lte=9), name="a_tier_is_1_to_9"
            ),
            models.CheckConstraint(
                condition=Q(discount_rate__gt=0, discount_rate__lte=1),
                name="a_tier_discount_is_over_0_to_1",
            ),
            models.CheckConstraint(
                condition=Q(one_order_amount__gt=0)
                | Q(window_amount__gt=0)
                | Q(window_orders__gt=0),
                name="a_tier_has_a_condition",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class TierState(models.Model):
    """In which tier a customer stands; no row: in none. Kept by `crm.actions.tiers` alone."""

    customer = models.OneToOneField(
        Customer, primary_key=True, on_delete=models.CASCADE, related_name="tier"
    )
    since = models.DateField()
    # Held at least up to and including this day.
    until = models.DateField()
    level = models.SmallIntegerField()
    why = models.CharField(max_length=16, choices=TierReason.choices)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(level__gte=1), name="a_tier_state_has_a_tier"),
            models.CheckConstraint(
                condition=Q(until__gte=F("since")), name="a_tier_ends_after_it_starts"
            ),
        ]
        indexes = [
            # Who is in a tier: segments, occasions, the page.
            models.Index(fields=["level", "customer"], name="tier_state_level_idx"),
        ]

    def __str__(self) -> str:
        return f"{self.customer_id}: {self.level}"


class TierChange(models.Model):
    """That a customer rose or fell. 0: in no tier."""

    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="tier_changes")
    on = models.DateField()
    was = models.SmallIntegerField()
    now = models.SmallIntegerField()
    why = models.CharField(max_length=16, choices=TierReason.choices)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["customer", "on"], name="a_tier_changes_once_a_day"),
        ]
        indexes = [
            models.Index(fields=["-on", "-id"], name="tier_change_day_idx"),
        ]

    def __str__(self) -> str:
        return f"{self.customer_id}: {self.was} to {self.now}"
