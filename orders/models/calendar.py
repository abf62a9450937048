"""The cutoff calendar and the rule book."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class CutoffRule(models.Model):
    """Cutoff and hand-over of one weekday from a date on. Both empty: no shipping that day."""

    weekday = models.SmallIntegerField(choices=[(n, n) for n in range(7)])  # 0 is Monday
    cutoff = models.TimeField(null=True, blank=True)
    handover = models.TimeField(null=True, blank=True)
    valid_from = models.DateField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["weekday", "valid_from"], name="a_weekday_has_one_cutoff_from_a_date"
            ),
            models.CheckConstraint(
                condition=Q(cutoff__isnull=True, handover__isnull=True)
                | Q(cutoff__isnull=False, handover__isnull=False),
                name="cutoff_and_handover_come_together",
            ),
            models.CheckConstraint(
                condition=Q(weekday__gte=0, weekday__lte=6), name="weekday_is_0_to_6"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.weekday}: {self.cutoff}"


class CutoffOverride(models.Model):
    """What one date does instead of its weekday's rule."""

    date = models.DateField(unique=True)
    cutoff = models.TimeField(null=True, blank=True)
    handover = models.TimeField(null=True, blank=True)
    is_handover_next_day = models.BooleanField(default=False)
    note = models.CharField(max_length=60, blank=True, default="")
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(cutoff__isnull=True, handover__isnull=True)
                | Q(cutoff__isnull=False, handover__isnull=False),
                name="override_cutoff_and_handover_come_together",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.date}: {self.cutoff}"


class CarrierPickup(models.Model):
    """When a carrier fetches parcels, on which weekdays."""

    carrier = models.CharField(max_length=40, unique=True)
    weekdays = models.JSONField(default=list)  # [0, 1, …], 0 is Monday
    pickup = models.TimeField()
    packed_by = models.TimeField()
    note = models.CharField(max_length=60, blank=True, default="")
    is_active = models.BooleanField(default=True)

    def __str__(self) -> str:
        return self.carrier


class ShippingDay(models.Model):
    """The calendar worked out: one row a date, so that due times are one set-based join away.

    Derived from CutoffRule, CutoffOverride and BusinessDay by `orders.rules.calendar`; rebuilt by
    `actions.calendar.rebuild_shipping_days` whenever one of them changes.
    """

    date = models.DateField(primary_key=True)
    ships = models.BooleanField()
    cutoff_at = models.DateTimeField(null=True)
    handover_at = models.DateTimeField(null=True)
    next_ship_date = models.DateField()
    next_handover_at = models.DateTimeField()
    why = models.CharField(max_length=20)
    is_confirmed = models.BooleanField(default=True)

    def __str__(self) -> str:
        return str(self.date)


class RuleRow(models.Model):
    """One dated row of the rule book (docs: platform rules). Ended, never overwritten."""

    class Platform(models.TextChoices):
        TAOBAO = "taobao", _("淘宝")
        TMALL = "tmall", _("天猫")
        BOTH = "both", _("天猫 淘宝")

    code = models.CharField(max_length=30)
    platform = models.CharField(max_length=8, choices=Platform.choices)
    valid_from = models.DateField(null=True, blank=True)  # null: since before anybody noted
    valid_to = models.DateField(null=True, blank=True)  # inclusive; null: still in force
    parameters = models.JSONField(default=dict)
    source_note = models.CharField(max_length=300, blank=True, default="")

    class Meta:
        indexes = [models.Index(fields=["code", "platform", "valid_from"], name="rule_code_idx")]

    def __str__(self) -> str:
        return f"{self.code} {self.platform} {self.valid_from}"
