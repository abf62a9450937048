"""Price changes with who and why, and quality by SKU."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from products.choices import PriceChangeState, PriceKind
from products.models.catalogue import Sku
from shopops.lib.columns import money


class PriceChange(models.Model):
    """One change of one price; below the floor it waits for the manager."""

    sku = models.ForeignKey(Sku, on_delete=models.CASCADE, related_name="price_changes")
    batch_id = models.BigIntegerField(null=True)
    asked_at = models.DateTimeField()
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    old_amount = money(null=True)
    new_amount = money(null=True)
    kind = models.CharField(max_length=8, choices=PriceKind.choices)
    state = models.CharField(max_length=8, choices=PriceChangeState.choices)
    reason = models.CharField(max_length=200)
    decision_reason = models.CharField(max_length=200, blank=True, default="")
    # What running and planned activities said of it: ["code|value|…", …].
    objections = models.JSONField(default=list, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["sku", "-asked_at"], name="price_change_sku_idx"),
            models.Index(
                fields=["asked_at"],
                name="price_change_waiting_idx",
                condition=Q(state=PriceChangeState.WAITING),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind}: {self.old_amount} to {self.new_amount}"


class QualityRecord(models.Model):
    """What buyers brought back of one SKU over the days up to a date: counts first, then rates."""

    sku = models.ForeignKey(Sku, on_delete=models.CASCADE, related_name="quality")
    date = models.DateField()
    days = models.SmallIntegerField()
    sold_pieces = models.IntegerField(default=0)
    sold_people = models.IntegerField(default=0)
    returned = models.IntegerField(default=0)
    quality_returned = models.IntegerField(default=0)
    complaints = models.IntegerField(default=0)
    wrong_pieces = models.IntegerField(default=0)
    damaged = models.IntegerField(default=0)
    complaining_people = models.IntegerField(default=0)
    # {"reason": count, …}
    reasons = models.JSONField(default=dict)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["sku", "date"], name="quality_is_worked_out_once_a_day"
            ),
        ]
        # The page of a day; the newest date.
        indexes = [models.Index(fields=["date"], name="quality_date_idx")]

    def __str__(self) -> str:
        return f"{self.sku_id} {self.date}"
