"""Requests to be forgotten: that one was met, and which orders it touched. Nothing of the person."""

from django.conf import settings
from django.db import models

from orders.models.orders import Order


class Erasure(models.Model):
    """That everything held about one person was erased."""

    # What stands in place of the member name in the trade record.
    pseudonym = models.CharField(max_length=40, unique=True)
    # Keyed hash of what was asked for: asked again, the answer is "done", not "unknown".
    key_index = models.BinaryField(max_length=16)
    erased_at = models.DateTimeField()
    erased_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    reason = models.CharField(max_length=300)

    class Meta:
        # Was this very key erased before?
        indexes = [models.Index(fields=["key_index"], name="erasure_key_idx")]

    def __str__(self) -> str:
        return self.pseudonym


class ErasedOrder(models.Model):
    """An order whose person was erased: later files bring nothing of the person back."""

    order = models.OneToOneField(
        Order, primary_key=True, on_delete=models.CASCADE, related_name="erased"
    )
    erasure = models.ForeignKey(Erasure, on_delete=models.CASCADE, related_name="orders")

    def __str__(self) -> str:
        return f"{self.order_id}"
